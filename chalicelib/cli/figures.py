"""Figures over a period: how many, how soon and how noisy, from the rows. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.adapters import own
from chalicelib.alert import Priority
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.spec import Episode

SHARES = (0.50, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period; `to_open` and `to_resolve` are sorted."""

    conditions: int
    episodes: int
    firing: int
    issues: int
    to_open: tuple[timedelta, ...]
    to_resolve: tuple[timedelta, ...]


@dataclass(frozen=True, slots=True)
class Noise:
    """How often a condition fired, and how often its newest episode was reported."""

    row: AlertState
    episodes: int
    reported: int


def reported(row: AlertState) -> bool:
    """Whether a provider reports it: neither a notification nor an alert of our own, such as a storm's."""
    alert = row.spec.alert
    return alert is not None and not row.spec.news and alert.source not in own.RESERVED


def figures(rows: Iterable[AlertState], since: datetime, priority: Priority | None = None) -> Figures:
    """Count what began or ended since a time, for one priority if it is named."""
    found = [row for row in rows if priority in (None, row.priority) and _episodes(row, since)]
    ended = [episode for row in found for episode in _ended(row, since)]
    opened = [took for row in found if (took := _took(row, since)) is not None]
    return Figures(
        conditions=len(found),
        episodes=sum(_episodes(row, since) for row in found),
        firing=sum(row.spec.firing for row in found),
        issues=len(opened),
        to_open=tuple(sorted(opened)),
        to_resolve=tuple(sorted(episode.ended - episode.began for episode in ended)),
    )


def noisiest(rows: Iterable[AlertState], since: datetime, most: int) -> list[Noise]:
    """Order conditions by how often they fired, then by how often they were reported."""
    found = [Noise(row, episodes, row.spec.count) for row in rows if (episodes := _episodes(row, since))]
    return sorted(found, key=lambda noise: (-noise.episodes, -noise.reported))[:most]


def percentile(values: Sequence[timedelta], share: float) -> timedelta | None:
    """Return the smallest value that a share of the sorted values does not exceed; None for no values."""
    return values[max(math.ceil(share * len(values)), 1) - 1] if values else None


def _ended(row: AlertState, since: datetime) -> list[Episode]:
    return [episode for episode in row.spec.episodes if episode.ended >= since]


def _episodes(row: AlertState, since: datetime) -> int:
    """Count the episodes; one that fires now has not ended yet."""
    return len(_ended(row, since)) + row.spec.firing


def _took(row: AlertState, since: datetime) -> timedelta | None:
    """Return how long after its episode's beginning the issue was opened, if that was in the period."""
    issue = row.status.issue
    if issue is None or issue.opened_at is None or issue.opened_for is None or issue.opened_at < since:
        return None
    return max(issue.opened_at - issue.opened_for, timedelta())
