"""The journal: the outcome of every step, in the log and the metrics."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.adapters import own
from chalicelib.alert import Kind
from chalicelib.conditions import changes
from chalicelib.conditions.nothing import Nothing
from chalicelib.conditions.row import AlertState, Lease
from chalicelib.conditions.steps import Work
from chalicelib.errors import AlertingError, Missing, RateLimited, Refused
from chalicelib.routing import Routing
from chalicelib.telemetry import log_keys
from chalicelib.telemetry.telemetry import Telemetry


@dataclass(frozen=True)
class Journal:
    """Reports steps; `error` is GitHub's own message, which contains nothing of ours but the path."""

    telemetry: Telemetry
    routing: Routing
    now: Callable[[], datetime]

    def done(self, row: AlertState, settled: AlertState, step: Work) -> None:
        """Report that a step took effect, and the row that resulted."""
        opened = changes.opened(row.status, settled.status)
        left_out = ", ".join(opened.left_out) if opened else ""
        reason = Kind.NOTIFICATION.name if row.spec.news else row.spec.condition.value
        self._step(settled, step.action, reason=reason, left_out=left_out or None)
        if opened and row.spec.alert and row.spec.alert.source not in own.OWN:  # no provider reports ours
            latency = log_keys.milliseconds(opened.episode, self.now())
            self.telemetry.measure("IssueLatency", latency, priority=row.priority.value)

    def rested(self, row: AlertState, step: Nothing, due_at: datetime | None) -> None:
        """Report that there is nothing to do until `due_at`."""
        self._step(row, step.action, reason=step.reason.value, due_at=due_at, github_request_id=None)

    def failed(self, row: AlertState, step: Work, error: AlertingError) -> None:
        """Report that a step had no effect."""
        self._step(row, "FAILED", step=step.action, **_said(error))
        if isinstance(error, Refused | RateLimited):
            self.telemetry.count("StepsHeldBack", reason=log_keys.constant(error))
        if isinstance(error, Missing):
            self.telemetry.problem("MISSING", error)

    def unknown(self, row: AlertState, step: Work, error: AlertingError) -> None:
        """Report that nobody knows whether a step had an effect."""
        self._step(row, "UNKNOWN", step=step.action, **_said(error))

    def retried(self, row: AlertState, step: Work, until: datetime) -> None:
        """Report that a failed step is tried again at `until`."""
        failures = row.status.failures + 1
        self.telemetry.event("RETRY", **self._keys(row, step.action), due_at=until, failures=failures)

    def refused(self, row: AlertState, step: Work, reason: str, until: datetime) -> None:
        """Report that the budget put a step off until `until`."""
        keys = self._keys(row, step.action)
        self.telemetry.event("BUDGET_REFUSED", **keys, reason=reason, due_at=until, github_request_id=None)
        self.telemetry.count("StepsHeldBack", reason=reason)

    def never_ending(self, row: AlertState, step: Work, lease: Lease) -> None:
        """Report that a step begins on a row whose earlier steps neither succeeded nor failed."""
        keys = self._keys(row, step.action) | {"unended": lease.unended, "due_at": lease.until}
        self.telemetry.event("STEPS_NEVER_END", **keys)
        self.telemetry.count("StepsNeverEnding")

    def _step(self, row: AlertState, action: str, **keys: object) -> None:
        self.telemetry.event("STEP", **self._keys(row, action), **keys)
        team = log_keys.team(row, self.routing)
        self.telemetry.count("Steps", action=action, priority=row.priority.value, team=team)

    def _keys(self, row: AlertState, action: str) -> dict[str, object]:
        return log_keys.step(row, action, self.now())


def _said(error: AlertingError) -> dict[str, object]:
    return {
        "reason": log_keys.constant(error),
        "error": str(error),
        "github_request_id": getattr(error, "request_id", None),
    }
