"""What the provider's messages say together, in whatever order they came. Pure.

The reading depends only on the set of moments, so every order of arrival and every repetition leads to the
same row. Moments that no later arrival can make relevant again are dropped, so their number is bounded.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.alert import Condition
from chalicelib.conditions.periods import Period, periods, split
from chalicelib.conditions.spec import Moment

MOST_MOMENTS = 32
MOST_COPIES = 8
"""How many messages with the same time are kept: the first, and the newest."""

UNDERWAY = timedelta(hours=1)
"""How long a message may be on its way in SNS and SQS, and still count as if it had come in order."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The condition and its time, and the newest firing period: its first and newest firing, and its end.

    `period` is all of that period; two readings may be equal without it.
    """

    condition: Condition
    at: datetime
    episode: datetime | None = None
    fired_at: datetime | None = None
    ended_at: datetime | None = None
    period: Period | None = field(default=None, compare=False)


def read(moments: tuple[Moment, ...]) -> Reading:
    """Read moments; there must be at least one."""
    ends = [moment.at for moment in moments if moment.condition is Condition.RESOLVED]
    found = periods(moments)
    if not found:
        return Reading(Condition.RESOLVED, max(ends))
    newest = found[-1]
    episode = next(start.at for start in reversed(newest.starts) if start.anew)
    fired_at = newest.starts[-1].at
    if newest.ended is None:
        return Reading(Condition.FIRING, fired_at, episode, fired_at, period=newest)
    return Reading(Condition.RESOLVED, max(newest.ended, *ends), episode, fired_at, newest.ended, newest)


def placed(newest: Period | None, firing: Moment) -> datetime | None:
    """Return the time of a firing among the others; None if it is not in the newest period."""
    if newest is None or not _among(newest.firings, firing):
        return None
    found = (start.at for start in newest.starts if _among(start.firings, firing))
    return next(found, newest.starts[0].at)


def said_last(newest: Period | None, firing: Moment) -> bool:
    """Whether no firing of the newest period was reported after this one."""
    return newest is not None and _among([max(newest.starts[-1].firings, key=_received)], firing)


def _among(moments: Iterable[Moment], moment: Moment) -> bool:
    return any((each.at, each.received) == (moment.at, moment.received) for each in moments)


def insert(moments: tuple[Moment, ...], new: Moment) -> tuple[Moment, ...]:
    """Put a moment in its place; at equal times RESOLVED comes last, so that it wins."""
    same = [moment for moment in moments if (moment.at, moment.condition) == (new.at, new.condition)]
    anew = new.anew or any(moment.anew for moment in same)
    others = [moment for moment in moments if moment not in same]
    copies = {replace(moment, anew=anew) for moment in (*same, new)}
    ordered = tuple(sorted([*others, *copies], key=_order))
    if new.received:
        return _underway(ordered)
    relevant = _relevant(ordered)
    return _bounded(relevant, relevant[:2])


def _order(moment: Moment) -> tuple[datetime, Condition, datetime]:
    return moment.at, moment.condition, _received(moment)


def _relevant(moments: tuple[Moment, ...]) -> tuple[Moment, ...]:
    """Drop everything before the newest episode's beginning.

    The resolution before it stays, since it keeps out older firings.
    """
    begins = read(moments).episode
    first = next((index for index, moment in enumerate(moments) if moment.at == begins), 0)
    return moments[max(first - 1, 0) :]


def _underway(moments: tuple[Moment, ...]) -> tuple[Moment, ...]:
    """Drop moments that no longer matter, and are so old that all messages from their time have arrived.

    These are the ones before the newest period, except for the resolution just before it.
    """
    newest = next(reversed(periods(moments)), None)
    if newest is None:
        return _bounded(_few(moments, ()), ())
    before = [end for end in split(moments)[1] if end not in newest.ends]
    last = max((end.at for end in before), default=None)
    bounds = {end for end in before if end.at == last}
    kept = {*moments}
    if newest.after == last:  # otherwise its times depend on the period before it
        since = max(_received(moment) for moment in moments) - UNDERWAY
        underway = {moment for moment in moments if _received(moment) >= since}
        kept = {*newest.firings, *newest.ends, *bounds, *underway}
    few = _few([moment for moment in moments if moment in kept], newest.firings)
    return _bounded(few, (min(newest.firings, key=_received), *bounds))


def _few(moments: Iterable[Moment], newest: tuple[Moment, ...]) -> tuple[Moment, ...]:
    """Of many messages with the same time, keep the first of the newest period, and the newest."""
    copies: dict[tuple[datetime, Condition, bool], list[Moment]] = defaultdict(list)
    for moment in moments:
        copies[moment.at, moment.condition, moment in newest].append(moment)
    few = [each for same in copies.values() for each in (same[:1] + same[1:][1 - MOST_COPIES :])]
    return tuple(sorted(few, key=_order))


def _bounded(moments: tuple[Moment, ...], first: Iterable[Moment]) -> tuple[Moment, ...]:
    """Keep `first` and the newest; a resolution older than those then splits the episode less exactly."""
    if len(moments) <= MOST_MOMENTS:
        return moments
    essential = {*first}
    rest = sorted((moment for moment in moments if moment not in essential), key=_received)
    return tuple(sorted({*essential, *rest[len(essential) - MOST_MOMENTS :]}, key=_order))


def _received(moment: Moment) -> datetime:
    return moment.received or moment.at
