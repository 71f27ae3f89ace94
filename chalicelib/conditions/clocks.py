"""Clocks: how far other clocks may be from ours, and how to convert their times to ours. Pure.

A provider's times are compared with its own; what happened on GitHub is compared with when we received what
the provider said. Ours is the table's: every worker corrects its own by it, as leases and due times are
written by one worker and read by another.
"""

from datetime import UTC, datetime, timedelta

SECOND = timedelta(seconds=1)

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for the time of what has never happened."""

APART = timedelta(minutes=10)
"""How far the clock of a provider or of GitHub may be ahead of ours, or behind."""


def ahead(known: timedelta, date: datetime, asked: datetime, answered: datetime) -> timedelta:
    """How far a clock is ahead of the one that dated an answer to the second, between request and answer.

    The known difference changes no more than this proves, so that a slow answer, or one that is read late,
    changes nothing.
    """
    return max(asked - date - SECOND, min(known, answered - date))


def by_ours(theirs: datetime, after: datetime, now: datetime) -> datetime:
    """Bring a time of theirs to our own clock: it was after one moment that we know, and is over by now."""
    return max(after, min(theirs, now))
