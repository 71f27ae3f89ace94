"""Outbox: the facts of a row that no mirror has yet, and when delivery is retried. Pure.

It is bounded twice: in the number of facts, since a row has room for 400 KB in all, and in their age, since
nobody wants yesterday's news when the mirror is back.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.conditions.facts import Fact
from chalicelib.conditions.row import Status

MOST = 8
KEPT = timedelta(days=1)
FIRST_PAUSE = timedelta(seconds=30)
"""Also how long the worker that wrote a fact has to deliver it before another one tries."""
LONGEST_PAUSE = timedelta(hours=1)


def noted(status: Status, facts: tuple[Fact, ...], now: datetime) -> tuple[Status, tuple[Fact, ...]]:
    """Add facts; also returns the oldest ones, which no longer fit."""
    if not facts:
        return status, ()
    outbox = (*status.outbox, *facts)
    mirror_at = status.mirror_at or now + FIRST_PAUSE
    return replace(status, outbox=outbox[-MOST:], mirror_at=mirror_at), outbox[:-MOST]


def emptied(status: Status) -> Status:
    """Record that nothing is left to deliver."""
    return replace(status, outbox=(), mirror_at=None)


def put_off(status: Status, now: datetime) -> tuple[Status, tuple[Fact, ...]]:
    """Retry once the oldest fact is twice as old; also returns those that are too old to keep."""
    kept = tuple(fact for fact in status.outbox if fact.at > now - KEPT)
    dropped = tuple(fact for fact in status.outbox if fact not in kept)
    if not kept:
        return emptied(status), dropped
    pause = min(max(now - kept[0].at, FIRST_PAUSE), LONGEST_PAUSE)
    return replace(status, outbox=kept, mirror_at=now + pause), dropped
