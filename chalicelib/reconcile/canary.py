"""The canary: sends an alert through the topic every 15 minutes, and its resolution once its issue is open.

It measures how long the issue took to open and to close; the alarm is on missing measurements. A cycle that
stays unfinished is ended by the next.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel

from chalicelib.adapters import canary
from chalicelib.adapters.envelope import stamp
from chalicelib.alert import Condition
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import Issue
from chalicelib.routing import Details, Route, Routing
from chalicelib.store.documents import Document
from chalicelib.store.ports import Rows
from chalicelib.telemetry import log_keys
from chalicelib.telemetry.telemetry import Telemetry

KEY = "canary"
EVERY = timedelta(minutes=15)
AFTER = timedelta(milliseconds=1)
"""How much later a firing is than the resolution of an unfinished cycle: at equal times, RESOLVED wins."""


class Topic(Protocol):
    """Where alerts go."""

    def publish(self, bodies: list[str], attributes: dict[str, str]) -> None:
        """Publish messages."""


class _Cycle(BaseModel):
    """How far a cycle is: when its alert and its resolution were sent, and whether its issue is closed."""

    fired_at: datetime
    resolved_at: datetime | None = None
    closed: bool = False


@dataclass(frozen=True)
class Canary:
    """Takes the next step of the cycle, if it is time to."""

    rows: Rows
    topic: Topic
    stage: str
    now: Callable[[], datetime]
    telemetry: Telemetry
    every: timedelta = EVERY

    def check(self, until: datetime) -> None:  # noqa: ARG002 - a few calls, however little time is left
        """Check the cycle; the state is written before anything is sent, so that only one worker sends."""
        document, now = self.rows.load(KEY), self.now()
        cycle = _Cycle.model_validate_json(document.text) if document.text else None
        if cycle is None or now - cycle.fired_at >= self.every:
            self._begin(document, cycle, now)
        elif cycle.resolved_at is None:
            self._resolve_when_open(document, cycle, now)
        elif not cycle.closed:
            self._end_when_closed(document, cycle, cycle.resolved_at)

    def _begin(self, document: Document, before: _Cycle | None, now: datetime) -> None:
        cycle = _Cycle(fired_at=now + AFTER)
        if self._write(document, cycle):
            unfinished = (
                [self._alert(before, Condition.RESOLVED, now)] if before and not before.closed else []
            )
            self._send(cycle, *unfinished, self._alert(cycle, Condition.FIRING, cycle.fired_at))

    def _resolve_when_open(self, document: Document, cycle: _Cycle, now: datetime) -> None:
        issue = self._issue(cycle)
        resolving = cycle.model_copy(update={"resolved_at": now})
        if issue and issue.open and self._write(document, resolving):
            self._measure("CanaryOpened", cycle.fired_at, issue)
            self._send(cycle, self._alert(cycle, Condition.RESOLVED, now))

    def _end_when_closed(self, document: Document, cycle: _Cycle, resolved_at: datetime) -> None:
        issue = self._issue(cycle)
        closed = cycle.model_copy(update={"closed": True})
        if issue and issue.closed_by is Closer.US and self._write(document, closed):
            self._measure("CanaryClosed", resolved_at, issue)

    def _issue(self, cycle: _Cycle) -> Issue | None:
        """Find the cycle's issue, once it shows the cycle's alert."""
        row = self.rows.get(
            canary.alert(self.stage, cycle.fired_at, Condition.FIRING, cycle.fired_at).fingerprint
        )
        issue = row.status.issue if row else None
        return issue if issue and issue.episode == cycle.fired_at else None

    def _alert(self, cycle: _Cycle, state: Condition, at: datetime) -> str:
        return canary.alert(self.stage, cycle.fired_at, state, at).model_dump_json(exclude_none=True)

    def _write(self, document: Document, cycle: _Cycle) -> bool:
        return self.rows.swap(KEY, cycle.model_dump_json(), document.version) is None

    def _send(self, cycle: _Cycle, *bodies: str) -> None:
        correlation_id = f"canary-{cycle.fired_at:%Y%m%dT%H%M%S}"
        self.topic.publish(list(bodies), stamp(canary.SOURCE, correlation_id, self.now()))

    def _measure(self, name: str, since: datetime, issue: Issue) -> None:
        """Measure until sync wrote the issue, even if that is noticed much later."""
        latency = log_keys.milliseconds(since, issue.spoke_at)
        self.telemetry.measure(name, latency)
        self.telemetry.event("CANARY", action=name, issue=str(issue.ref), latency_ms=latency)


def routed(routing: Routing, repository: str) -> Routing:
    """Route the canary's alerts to its repository, where they notify nobody."""
    route = Route(
        repository=repository,
        labels=(),
        assignees=(),
        mentions={},
        runbook=None,
        close_on_resolve=True,
        details=Details.NONE,
        board=False,
    )
    return replace(routing, teams={**routing.teams, canary.TEAM: route})
