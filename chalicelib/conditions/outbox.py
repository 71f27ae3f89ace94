"""Outbox: the facts of a row that no mirror has yet, and when delivery is tried again. Pure.

It is bounded twice: by the number of facts, as a row has room for 400 KB in all, and by their age, as nobody
wants to hear of yesterday's outage at the end of the mirror's.
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
    """Add facts; returns the oldest too, which there was no room for."""
    if not facts:
        return status, ()
    outbox = (*status.outbox, *facts)
    mirror_at = status.mirror_at or now + FIRST_PAUSE
    return replace(status, outbox=outbox[-MOST:], mirror_at=mirror_at), outbox[:-MOST]


def emptied(status: Status) -> Status:
    """Nothing is left to deliver."""
    return replace(status, outbox=(), mirror_at=None)


def put_off(status: Status, now: datetime) -> tuple[Status, tuple[Fact, ...]]:
    """Try again once the oldest fact is twice as old; returns those too that are too old to be kept."""
    kept = tuple(fact for fact in status.outbox if fact.at > now - KEPT)
    dropped = tuple(fact for fact in status.outbox if fact not in kept)
    if not kept:
        return emptied(status), dropped
    pause = min(max(now - kept[0].at, FIRST_PAUSE), LONGEST_PAUSE)
    return replace(status, outbox=kept, mirror_at=now + pause), dropped
