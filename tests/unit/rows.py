"""Rows to render, written by hand, each with a default for what the test does not care about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Issue, Status
from chalicelib.conditions.spec import Episode, Spec
from chalicelib.routing import Routing, load

FINGERPRINT = "9f" * 32
BEGAN = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)
ROUTING = """
[default]
repository = "org/alerts"

[default.mention]
P0 = ["@org/oncall"]
P1 = ["@org/day"]

[team.infra]
repository = "org/infra"
runbook = "https://example.org/runbooks/infra"

[team.private]
details = "full"

[team.terse]
details = "none"

[fallback]
team = "infra"
priority = "P2"
"""


def at(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def routing() -> Routing:
    return load(ROUTING)


def alert(**fields: Any) -> AlertEvent:
    known: dict[str, Any] = {
        "source": "grafana",
        "state": "FIRING",
        "title": "Runner queue too long",
        "summary": "CI jobs wait more than ten minutes for a runner",
        "priority": "P1",
        "occurred_at": BEGAN,
        "teams": ("infra",),
    }
    return AlertEvent.model_validate(known | fields)


def row(*, fires: AlertEvent | None = None, status: Status | None = None, **spec: Any) -> AlertState:
    """A row that began to fire at 03:10."""
    known: dict[str, Any] = {
        "condition": Condition.FIRING,
        "at": BEGAN,
        "seen_at": BEGAN,
        "moments": (),
        "episode": BEGAN,
        "fired_at": BEGAN,
        "count": 1,
        "alert": fires or alert(),
    }
    return AlertState(FINGERPRINT, Spec(**(known | spec)), status or Status())


def ended(after: float, *, reason: str | None = None, recovered: bool = True, **fields: Any) -> AlertState:
    """A row whose episode began at 03:10 and has ended."""
    end = at(after)
    resolution = alert(state="RESOLVED", occurred_at=end, reason=reason, recovered=recovered)
    known: dict[str, Any] = {
        "condition": Condition.RESOLVED,
        "at": end,
        "resolution": resolution,
        "episodes": (Episode(BEGAN, end, recovered),),
    }
    return row(**(known | fields))


def episode(began: float, end: float) -> Episode:
    return Episode(at(began), at(end))


def issue(number: int = 12, **fields: Any) -> Issue:
    shown = Issue(
        ref=IssueRef("org/infra", number),
        url=f"https://github.com/org/infra/issues/{number}",
        episode=BEGAN,
        title="[P1] Runner queue too long",
        labels=(),
        priority=Priority.P1,
        teams=("infra",),
        generation=1,
        spoke_at=BEGAN,
        commented_at=BEGAN,
        announced=Priority.P1,
    )
    return replace(shown, **fields)
