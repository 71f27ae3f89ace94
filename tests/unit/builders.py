"""Alerts, rows and routing for tests, each with a default for what the test does not care about."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.adapters import registry
from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.plan import Policy
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.routing import Home, Routing, load
from tests.twins.clock import START

PROVIDERS = sorted(registry.PROVIDERS)
REPEATING = [source for source in PROVIDERS if registry.SOURCES[source].repeats]
"""Sources that send again what still fires."""

REPOSITORY = "example-org/alerts"
ROUTING = f"""
[default]
repository = "{REPOSITORY}"

[team.keepers]
repository = "{REPOSITORY}"
close_on_resolve = false
"""

TITLE = "Runner queue too long [cloudwatch:\u200bus-east-1:(…9012):\u200balarm:queue]"
"""Of the alert below, from an emitter."""


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def alert(minutes: float = 0, *, state: str = "FIRING", **fields: Any) -> AlertEvent:
    known: dict[str, Any] = {
        "source": "cloudwatch",
        "state": state,
        "title": "Runner queue too long",
        "priority": "P1",
        "occurred_at": at(minutes),
        "teams": ("dev-infra",),
        "identity": {"alarm_id": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:queue"},
    }
    return AlertEvent.model_validate(known | fields)


def firing(minutes: float, **fields: Any) -> AlertEvent:
    return alert(minutes, state=Condition.FIRING, **fields)


def resolved(minutes: float, **fields: Any) -> AlertEvent:
    return alert(minutes, state=Condition.RESOLVED, **fields)


def row_of(*alerts: AlertEvent) -> AlertState:
    """The row after these alerts, each sent when it occurred."""
    row: AlertState | None = None
    for each in alerts:
        row = record(row, each, each.occurred_at).row
    assert row
    return row


def routing() -> Routing:
    return replace(load(ROUTING), home=Home("123456789012", "us-east-1"))


def policy(**settings: Any) -> Policy:
    return Policy(routing=routing(), **settings)
