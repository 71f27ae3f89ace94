"""The canary's alert: a synthetic one of our own, which checks that alerts become issues. Pure.

Only this program sends it: no webhook accepts its source, and no other alert may name its team, which leads
to the canary's repository.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.adapters import own, schema
from chalicelib.adapters.fields import Ignored, Parsed
from chalicelib.alert import AlertEvent, Condition, Identity, Priority
from chalicelib.errors import Rejected

SOURCE = own.CANARY
TEAM = "alerting-canary"
DESCRIPTION = (
    "Alerting opens and closes this issue every quarter of an hour, to see that it can. "
    "Nothing is wrong, and nothing needs to be done."
)


def alert(stage: str, cycle: datetime, state: Condition, at: datetime) -> AlertEvent:
    """Make the alert of a cycle, which is identified by its beginning.

    The cycles of a day share an issue, so that there are few issues, but opening one is tested every day.
    """
    day = f"{cycle:%Y-%m-%d}"
    return AlertEvent(
        source=SOURCE,
        state=state,
        title=f"Canary of {stage}, {day}",
        description=DESCRIPTION,
        priority=Priority.P3,
        occurred_at=at,
        teams=(TEAM,),
        identity=Identity(alarm_id=f"{stage} {day}"),
        began_anew=state is Condition.FIRING,
    )


def trial(stage: str, at: datetime) -> AlertEvent:
    """Make a message that changes nothing on GitHub; its row shows that it arrived."""
    return AlertEvent(
        source=SOURCE,
        state=Condition.RESOLVED,
        title=f"Trial of the queue of {stage}",
        priority=Priority.P3,
        occurred_at=at,
        teams=(TEAM,),
        identity=Identity(alarm_id=f"{stage} trial"),
    )


def parse(payload: Mapping[str, Any]) -> list[Parsed]:
    """Read the canary's alert; raises Rejected for any other, whoever published it."""
    event = schema.read(payload)
    if (event.source, event.teams, event.priority) != (SOURCE, (TEAM,), Priority.P3):
        raise Rejected(
            "NOT_THE_CANARY",
            "the message is stamped as the canary's, and is not what the canary sends",
            "Leave the source `canary` to Alerting itself; delete this message.",
        )
    return [event]


def keep_team(alerts: list[Parsed]) -> list[Parsed]:
    """Reject other alerts with the canary's team, whose issues would be hidden where nobody looks."""
    if any(not isinstance(each, Ignored) and TEAM in each.teams for each in alerts):
        raise Rejected(
            "RESERVED_TEAM",
            f"the alert names the team `{TEAM}`, which is the canary's",
            "Name the team that owns the alert.",
        )
    return alerts
