"""Clocks: how far other clocks may differ from ours, and how to convert their times to ours. Pure.

A provider's times are compared with its own; events on GitHub are compared with when we received what the
provider reported. Our clock is the table's: each worker corrects its own clock by it, because leases and due
times are written by one worker and read by another.
"""

from datetime import UTC, datetime, timedelta

SECOND = timedelta(seconds=1)

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for the time of something that has never happened."""

APART = timedelta(minutes=10)
"""How far a provider's or GitHub's clock may be ahead of ours, or behind."""


def ahead(known: timedelta, date: datetime, asked: datetime, answered: datetime) -> timedelta:
    """Return how far a clock is ahead of the one that dated an answer, from when we asked and got it.

    The known difference changes no further than this proves, so that a slow answer, or one that is read late,
    changes nothing.
    """
    return max(asked - date - SECOND, min(known, answered - date))


def by_ours(theirs: datetime, after: datetime, now: datetime) -> datetime:
    """Convert a time of theirs to our own clock: it was after one moment that we know, and is now past."""
    return max(after, min(theirs, now))
