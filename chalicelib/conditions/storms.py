"""Storms: which conditions began together, with one cause, and what a storm consists of. Pure.

A composite alarm is not a cause: its children are alarms of its own account and Region, so what begins with
it is in the same place (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.adapters import own, storm
from chalicelib.adapters.storm import Cause, CauseKind, Member, Storm
from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions import lag
from chalicelib.conditions.group import MOST_SUB_ISSUES, Group
from chalicelib.conditions.in_common import in_common
from chalicelib.conditions.opening import of_another
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.suppression import closed_in_this_episode
from chalicelib.telemetry.masking import mask

WINDOW = timedelta(minutes=5)
"""Conditions that begin within this time of each other, by our clock, began together."""

LATE = timedelta(hours=1)
"""What begins in a storm's account and Region later than this has its own cause, and calls its people."""

AFTER = timedelta(milliseconds=1)

AT_ONCE = 10
"""Workers that may join a storm at the same time, and do not see each other."""

OF_TEAM, OF_OURS = "TEAM#", "OWN#"
"""Parts of the index `groups` that no storm names: conditions in no storm, and alerts of our own."""


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


def storm_of(alert: AlertEvent, began: datetime, open_storms: Sequence[Storm]) -> Storm | None:
    """Find the open storm for a condition that is in none yet, because it began before the storm."""
    for cause in causes(alert):
        for each in open_storms:
            if each.cause == cause and began >= each.began - WINDOW and admits(each, began):
                return each
    return None


def admits(content: Storm, began: datetime) -> bool:
    """Whether what began at a time may join an open storm; by account and Region alone, only for an hour."""
    return content.cause.kind is not CauseKind.PLACE or began <= content.began + LATE


def as_group(parent: AlertState, size: int = 0) -> Group | None:
    """Write down a storm as its members record it; None if it is over, or calls nobody for them.

    The id is left out if the storm has as many members as GitHub allows sub-issues. Its table may be a minute
    behind `size`, the members that the index knows.
    """
    began, issue, content = parent.spec.began_by_our_clock, parent.status.issue, Storm.read(parent.spec.alert)
    if began is None or not (parent.spec.firing and speaks(parent)) or (content and content.uncalled):
        return None
    if issue is None or not issue.open or of_another(parent):
        return Group(parent.fingerprint, began)
    full = content is None or max(len(content.members), size + AT_ONCE) >= MOST_SUB_ISSUES
    return Group(parent.fingerprint, began, issue.ref, 0 if full else issue.id)


def speaks(parent: AlertState) -> bool:
    """Whether a storm's issue shows what joins and calls people: nothing holds it back, GitHub takes it."""
    status = parent.status
    if status.issue and status.issue.open:
        return not (status.issue.muted or status.snoozed_until or parent.held)
    said = status.refusal
    refused = said is not None and not said.limited and (said.status or 500) < 500
    return lag.since(parent) is not None and not refused


def member(row: AlertState) -> Member:
    """Write down a condition as a member of a storm; raises ValueError if it never fired."""
    alert, began, issue = row.spec.alert, row.spec.began_by_our_clock, row.status.issue
    if alert is None or began is None:
        raise ValueError(f"no firing is known for {row.fingerprint}")
    group, shown = row.group, issue is not None and (issue.open or issue.episode == row.spec.episode)
    return Member(
        fingerprint=row.fingerprint,
        title=storm.short(mask(alert.title)),
        priority=alert.priority,
        began=began,
        ended=_over_at(row),
        issue=str(issue.ref) if issue and shown else "",
        id=issue.id if issue and shown else 0,
        attached=bool(group and group.id),
    )


def _over_at(row: AlertState) -> datetime | None:
    """When it was over: it ended, or a person, who has the last word, closed its issue."""
    if not row.spec.firing:
        return row.spec.recorded_at or row.spec.seen_at
    return row.status.issue.over_at if row.status.issue and closed_in_this_episode(row) else None


def consisting_of(
    rows: Sequence[AlertState], cause: Cause, part: int = 1, *, continues: bool = False
) -> Storm:
    """Write down what a part of a storm consists of."""
    members, more = tuple(sorted(map(member, rows), key=lambda each: each.began)), in_common(rows)
    return Storm(cause=cause, began=members[0].began, part=part, continues=continues, members=members, **more)


def recorded(row: AlertState | None, content: Storm, now: datetime, *, over: bool = False) -> AlertState:
    """Record in the row of a storm what it consists of now, or that it is over; it fires since it began.

    If the clocks of two workers differ, the one that writes later is right.
    """
    earliest = row.spec.at + AFTER if row else content.began
    at = since = max(now, earliest)
    if not (row and row.spec.firing):
        content = content.after(Storm.read(row.spec.alert) if row else None)
        since = max(min(content.began, now), earliest)
    told = record(row, storm.alert(content, since), at).as_of(now)
    if over:
        told = record(told, storm.alert(content, at + AFTER, Condition.RESOLVED), at + AFTER).as_of(now)
    return replace(told, due_at=now)


def listed(row: AlertState) -> tuple[str, datetime] | None:
    """Return the part of the index `groups` that lists a row, and since when it fires; None for no part.

    A row that people or an inhibition hold back is not listed, so it neither makes a storm nor causes a look
    for one.
    """
    alert, began, group = row.spec.alert, row.spec.began_by_our_clock, row.group
    if alert is None or began is None or row.spec.news or not row.spec.firing:
        return None
    if alert.source in own.OWN:
        return f"{OF_OURS}{alert.source}", began
    if group:
        return group.fingerprint, began
    return None if row.held or lag.silenced_since(row) else (f"{OF_TEAM}{alert.teams[0]}", began)
