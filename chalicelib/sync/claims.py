"""Claims: how a worker takes the right to act on a row, and what it needs of the table and of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.conditions.row import AlertState, Lease

MOST_DOUBLINGS = 4
NEVER_ENDING = 3
"""Claims in a row that were never settled: one may be a lost answer, three are a fault."""


class Clock(Protocol):
    """The time, and the passing of it; a new id is of the same kind, never the same twice."""

    def now(self) -> datetime:
        """The time in UTC."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""

    def unique(self) -> str:
        """A word never used before."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a lease lasts, how long one call may take, and after how long a failed step is tried again."""

    lease: timedelta = timedelta(seconds=60)
    call: timedelta = timedelta(seconds=15)
    retry: timedelta = timedelta(seconds=30)


def lease(row: AlertState, clock: Clock, timing: Timing) -> Lease:
    """Make a lease, the longer the more claims before it never ended: the row's step may be at fault.

    So one that ends its process is tried less and less often, a quarter of an hour apart at most.
    """
    unended = row.lease.unended + 1 if row.lease else 0
    lasts = timing.lease * (1 << min(unended, MOST_DOUBLINGS))
    return Lease(clock.unique(), clock.now() + lasts, unended)


def busy(row: AlertState, now: datetime) -> bool:
    """Whether a step on the row is under way or unfinished."""
    return row.intent is not None or (row.lease is not None and row.lease.until > now)
