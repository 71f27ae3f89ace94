"""Silence: how people silenced conditions, and how many are silenced."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from chalicelib.cli import rows
from chalicelib.conditions.nothing import Held
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.unopened import (
    ClosedByPerson,
    Disabled,
    Due,
    Failing,
    InProgress,
    Muted,
    NotPlanned,
    Snoozed,
    Unfinished,
    Unopened,
    Waiting,
    unopened,
)


class Silence(StrEnum):
    """How a person silenced a condition."""

    MUTED = "muted"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    MAINTENANCE = "maintenance"
    INHIBITED = "inhibited"


@dataclass(frozen=True, slots=True)
class Count:
    """How many conditions of a team fire and are silenced, and how."""

    team: str
    kinds: Counter[Silence]


def silence(row: AlertState, cause: Unopened | None, now: datetime) -> Silence | None:
    """Return how a person silenced it, whether or not its issue is open; `cause` is why it is not."""
    issue, until = row.status.issue, row.status.snoozed_until
    match cause:
        case ClosedByPerson() | NotPlanned():
            return Silence.CLOSED
        case Muted():
            return Silence.MUTED
        case Snoozed():
            return Silence.SNOOZED
        case Held():
            return Silence(cause.name.lower())
        case None | Disabled() | InProgress() | Unfinished() | Waiting() | Failing() | Due():
            if issue and issue.muted:
                return Silence.MUTED
            if row.held and now < row.held.until:
                return Silence(row.held.reason.lower())
            return Silence.SNOOZED if until and now < until else None
        case _:
            assert_never(cause)


def by_team(known: Iterable[AlertState], now: datetime, policy: Policy) -> list[Count]:
    """Count what fires and is silenced; a condition of several teams counts for each of them."""
    counts: dict[str, Counter[Silence]] = {}
    for row in known:
        kind = silence(row, unopened(row, now, policy), now)
        if kind and row.spec.firing:
            for team in rows.teams(row):
                counts.setdefault(team, Counter())[kind] += 1
    return [Count(team, kinds) for team, kinds in sorted(counts.items())]
