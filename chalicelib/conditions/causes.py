"""Causes: which conditions began together, with one cause. Pure.

A composite alarm is not a cause: its children are alarms of its own account and Region, so what begins with
it is in the same place (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html).
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from chalicelib.adapters import own, storm
from chalicelib.adapters.storm import Cause, CauseKind, Storm
from chalicelib.alert import AlertEvent
from chalicelib.conditions.row import AlertState

WINDOW = timedelta(minutes=5)
"""Conditions that begin within this time of each other, by our clock, began together."""

LATE = timedelta(hours=1)
"""What begins later than this, after a storm's newest alert or in its Region, calls its own people."""


def causes(alert: AlertEvent) -> tuple[Cause, ...]:
    """Return what an alert may share with others, the strongest sign first; one of our own shares nothing."""
    return () if alert.source in own.OWN else tuple(_causes(alert))


def _causes(alert: AlertEvent) -> Iterator[Cause]:
    account, region = alert.identity.account_id, alert.identity.region
    if alert.group:
        yield Cause(kind=CauseKind.GROUP, teams=alert.teams, value=(alert.source, account or "", alert.group))
    yield Cause(kind=CauseKind.RULE, teams=alert.teams, value=(alert.source, alert.name or alert.title))
    if account and region:
        yield Cause(kind=CauseKind.PLACE, teams=alert.teams, value=(account, region))


def begins(
    row: AlertState, near: Sequence[AlertState], at_least: int, open_storms: Collection[str] = ()
) -> tuple[Cause, list[AlertState]] | None:
    """Find the cause shared by enough conditions that began together, the row's own among them.

    The strongest sign wins. What belongs to an open storm with a stronger sign, by its fingerprint in
    `open_storms`, is left out.
    """
    for cause in causes(row.spec.alert) if row.spec.alert else ():
        members = [each for each in near if began_together(row, each) and _of(each, cause, open_storms)]
        if len(members) + 1 >= at_least:
            return cause, [*members, row]
    return None


def began_together(row: AlertState, other: AlertState) -> bool:
    """Whether two different conditions began within WINDOW of each other."""
    one, another = row.spec.began_by_our_clock, other.spec.began_by_our_clock
    together = one is not None and another is not None and abs(one - another) <= WINDOW
    return together and other.fingerprint != row.fingerprint


def _of(row: AlertState, cause: Cause, open_storms: Collection[str]) -> bool:
    """Whether a condition fires, is in no storm yet, and has this cause."""
    if row.spec.alert is None or not row.spec.firing or row.group:
        return False
    found = causes(row.spec.alert)
    more_telling = found[: found.index(cause)] if cause in found else ()
    return cause in found and not any(storm.fingerprint(each) in open_storms for each in more_telling)


def more_telling(row: AlertState) -> list[str]:
    """Name the storms that a condition joins in preference to one of its account and Region."""
    found = causes(row.spec.alert) if row.spec.alert else ()
    return [storm.fingerprint(cause) for cause in found if cause.kind is not CauseKind.PLACE]


def storm_for(alert: AlertEvent, began: datetime, open_storms: Sequence[Storm]) -> Storm | None:
    """Find the open storm for a condition that is in none yet, because it began before the storm."""
    for cause in causes(alert):
        for each in open_storms:
            if each.cause == cause and began >= each.began - WINDOW and admits(each, began):
                return each
    return None


def admits(content: Storm, began: datetime) -> bool:
    """Whether what began at a time may join an open storm.

    By account and Region alone, only for an hour; otherwise as long as alerts keep coming.
    """
    newest = max((member.began for member in content.members), default=content.began)
    since = content.began if content.cause.kind is CauseKind.PLACE else newest
    return began <= since + LATE
