"""Periods: which resolution ends which firing, and the firing periods that result. Pure.

The provider's own times decide. Sources that repeat themselves say more: a firing says that it fires as of
when we received it, a resolution that it does not. If one was received clearly later, that decides, because
these sources resolve alerts that they have not heard of, and then send them again with the old start
(prometheus/alertmanager#952, #1546, grafana/grafana#37461).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.alert import Condition
from chalicelib.conditions.spec import Moment

MARGIN = timedelta(seconds=45)
"""How much later a message must have been received to be certainly later.

A peer of an Alertmanager cluster sends what it read `--cluster.peer-timeout` (15 s) times its position before
(`clusterWait` in cmd/alertmanager/main.go): the third of three sends 30 s late. Another 15 s are for the way
to us. A retry (RetryStage in notify/notify.go) does not count, since an Alertmanager sends a group's next
message only after it. With a larger value, an alert that soon fires again would stay closed until the next
repeat in four hours; with a smaller one, an issue would be reopened until the late peer's next message, at
most `group_interval` (5 min) later.
"""

UNHEARD = timedelta(hours=1)
"""How long after a firing's last report another start is a new period, whatever clocks and queues do."""

TICK = timedelta(milliseconds=1)
"""The shortest time from the end of a period to the beginning of the next, whatever the clocks say."""


@dataclass(frozen=True, slots=True)
class Start:
    """A start that firings of a period report; `at` is its time among the others.

    `anew` says that an episode begins with it, as it does with the first start of a period.
    """

    at: datetime
    anew: bool
    firings: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """A firing period: its starts, oldest first, the end that it comes `after`, and when it ended itself.

    `firings` are all of its firings, including those whose old start adds nothing; `ends` the resolutions
    that ended it. Without any, it continues.
    """

    firings: tuple[Moment, ...]
    ends: tuple[Moment, ...]
    starts: tuple[Start, ...]
    after: datetime | None
    ended: datetime | None


def periods(moments: Sequence[Moment]) -> tuple[Period, ...]:
    """Find the firing periods, oldest first; the newest continues if it has not ended."""
    firings, ends = split(moments)
    ranked: dict[int, list[Moment]] = defaultdict(list)
    for firing in firings:
        ranked[sum(not _ends(end, firing, ends) for end in ends)].append(firing)
    found: list[Period] = []
    for rank in sorted(ranked):
        found.append(_period(tuple(ranked[rank]), ends, found[-1] if found else None))
    return tuple(found)


def split(moments: Sequence[Moment]) -> tuple[list[Moment], list[Moment]]:
    """Separate firings from resolutions."""
    firings = [moment for moment in moments if moment.condition is Condition.FIRING]
    return firings, [moment for moment in moments if moment.condition is Condition.RESOLVED]


def _ends(end: Moment, firing: Moment, ends: Sequence[Moment]) -> bool:
    """Whether a resolution ends a firing; at equal times it does.

    A resolution that reports an end before the firing's start is about an earlier period, however late it
    arrives. A late copy that the firing is clearly later than ends nothing.
    """
    if end.at < firing.at:
        return False
    if end.received is None or firing.received is None or end.received > firing.received + MARGIN:
        return True
    return not any(other.at >= end.at and _clearly_after(firing, other) for other in ends)


def _clearly_after(firing: Moment, end: Moment) -> bool:
    if firing.received is None or end.received is None:
        return False
    return firing.received > end.received + MARGIN


def _period(firings: tuple[Moment, ...], ends: Sequence[Moment], before: Period | None) -> Period:
    ending = tuple(end for end in ends if any(_ends(end, firing, ends) for firing in firings))
    earlier = [end.at for end in ends if end not in ending]
    after = max([*earlier, *([before.ended] if before and before.ended else [])], default=None)
    starts = _starts(firings, after)
    # A late peer may end only some of a period's firings; a resolution that ends all of them is more exact.
    whole = [end for end in ending if all(_ends(end, firing, ends) for firing in firings)]
    return Period(firings, ending, starts, after, _ended(whole or ending, starts[-1].at))


def _starts(firings: tuple[Moment, ...], after: datetime | None) -> tuple[Start, ...]:
    """Order the starts of a period.

    Old ones, from before the end of the previous period, count only if nothing new was received earlier.
    """
    named: dict[datetime, list[Moment]] = defaultdict(list)
    old: list[Moment] = []
    for firing in firings:
        (old if after and firing.at <= after else named[firing.at]).append(firing)
    starts: list[Start] = []
    new = [firing for group in named.values() for firing in group]
    if old and after and (not new or _first(old) < _first(new)):
        starts.append(Start(max(_first(old), after + TICK), anew=True, firings=tuple(old)))
    for at in sorted(named):
        begun = at
        if starts and at <= starts[-1].at:
            begun = max(_first(named[at]), starts[-1].at + TICK)
        anew = any(firing.anew for firing in named[at]) or _ended_unheard(starts, at)
        starts.append(Start(begun, anew, tuple(named[at])))
    return tuple(starts)


def _ended_unheard(before: Sequence[Start], at: datetime) -> bool:
    """Whether a start is later than everything received of those before: they ended without a report.

    This happens if an alert ends while it is silenced, and fires again. It is also true of the first
    start.
    """
    received = [firing.received for start in before for firing in start.firings]
    return all(each and at > each + UNHEARD for each in received)


def _first(moments: Sequence[Moment]) -> datetime:
    """When the first was received; if that is not known, its own time."""
    return min(moment.received or moment.at for moment in moments)


def _ended(ends: Sequence[Moment], last: datetime) -> datetime | None:
    """When a period ended; by our own clock if the provider's would end it before it began."""
    times = [end.at if end.at >= last else max(last, end.received or last) for end in ends]
    return min(times, default=None)
