"""Log keys: what the log says about an alert and a step, one line each, always with the same keys. Pure."""

import re
from datetime import datetime
from typing import Any

from chalicelib.adapters.envelope import Message
from chalicelib.alert import AlertEvent
from chalicelib.conditions.record import Reason
from chalicelib.conditions.row import AlertState
from chalicelib.routing import Routing
from chalicelib.telemetry.masking import bare
from chalicelib.telemetry.metrics import OTHER

TIMELY = frozenset({Reason.FIRST_FIRING, Reason.RECURRED, Reason.RECURRED_UNRESOLVED, Reason.RESOLVED})
"""The reasons of messages that are news; other messages may be old, so their times measure nothing."""


def message(told: Message) -> dict[str, Any]:
    """Keys of a message, whatever happened to it."""
    sender = {"sender": told.sender.name} if told.sender else {}
    return {"messageId": told.id, "correlation_id": told.correlation_id, "source": told.source} | sender


def alert(event: AlertEvent, reason: Reason, row: AlertState | None, now: datetime) -> dict[str, Any]:
    """Keys of a recorded alert, with everything that may be logged; `row` is what was known before."""
    shown = event.model_dump(mode="json", exclude={"raw_provider"}, exclude_none=True)
    links = {name: bare(url) for name, url in shown.pop("links").items()}
    issue = row.status.issue if row else None
    return {
        "fingerprint": event.fingerprint,
        "action": "RECORD",
        "reason": reason.value,
        "team": ",".join(event.teams),
        "priority": event.priority.value,
        "issue": str(issue.ref) if issue else None,
        "latency_ms": milliseconds(event.occurred_at, now),
        "alert": shown | ({"links": links} if links else {}),
    }


def step(row: AlertState, action: str, now: datetime) -> dict[str, Any]:
    """Keys of a step on a row; its latency is measured from the provider's time."""
    told, issue = row.spec.alert, row.status.issue
    return {
        "correlation_id": row.correlation_id,
        "fingerprint": row.fingerprint,
        "action": action,
        "team": ",".join(told.teams) if told else None,
        "priority": row.priority.value,
        "source": told.source if told else None,
        "issue": str(issue.ref) if issue else None,
        "latency_ms": milliseconds(row.spec.at, now),
    }


def milliseconds(since: datetime, now: datetime) -> int:
    """How long ago a time was; 0 if it is in the future, as from a clock ahead of ours."""
    return max(0, round((now - since).total_seconds() * 1000))


def team(row: AlertState, routing: Routing) -> str:
    """Name the first team for a metric; only teams that the routing names, so that there are few."""
    teams = routing.owners(row.spec.alert.teams) if row.spec.alert else ()
    return next((name for name in teams[:1] if name in routing.teams), OTHER)


def constant(error: Exception) -> str:
    """Write the name of an error's class as reasons are written: RATE_LIMITED."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).upper()
