"""Clocks: how far those of others may be from ours, and what a time of theirs is by ours. Pure.

A provider's times are compared with its own; what happened on GitHub is compared with when we received what
the provider said.
"""

from datetime import datetime, timedelta

APART = timedelta(minutes=10)
"""How far the clock of a provider or of GitHub may be ahead of ours, or behind."""


def by_ours(theirs: datetime, after: datetime, now: datetime) -> datetime:
    """Bring a time of theirs to our own clock: it was after one moment that we know, and is over by now."""
    return max(after, min(theirs, now))
