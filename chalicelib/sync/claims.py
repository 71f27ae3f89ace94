"""Claims: how a worker takes the right to act on a row, and what it needs from the table and the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.conditions.row import AlertState, Lease

MOST_DOUBLINGS = 4
NEVER_ENDING = 3
"""Unsettled claims in a row that mean a fault: one may be a lost answer."""


class Clock(Protocol):
    """The time, and a way to wait; ids that are never repeated come from it too."""

    def now(self) -> datetime:
        """The time in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def unique(self) -> str:
        """Return a word that was never used before."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a lease lasts, how long one call may take, and how soon a failed step is tried again."""

    lease: timedelta = timedelta(seconds=60)
    call: timedelta = timedelta(seconds=15)
    retry: timedelta = timedelta(seconds=30)


def lease(row: AlertState, clock: Clock, timing: Timing) -> Lease:
    """Make a lease, the longer the more claims before it were never settled: the row's step may be at fault.

    A step that kills its process is thus tried less and less often, at most 15 minutes apart.
    """
    unended = row.lease.unended + 1 if row.lease else 0
    lasts = timing.lease * (1 << min(unended, MOST_DOUBLINGS))
    return Lease(clock.unique(), clock.now() + lasts, unended)


def busy(row: AlertState, now: datetime) -> bool:
    """Whether a step on the row is under way or unfinished."""
    return row.intent is not None or (row.lease is not None and row.lease.until > now)
