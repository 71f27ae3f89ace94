"""Storms: what a storm consists of, as its row and the rows of its members say. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.adapters import own, storm
from chalicelib.adapters.storm import Cause, Member, Storm
from chalicelib.alert import Condition, Priority
from chalicelib.conditions import lag
from chalicelib.conditions.group import MOST_SUB_ISSUES, Group
from chalicelib.conditions.in_common import in_common
from chalicelib.conditions.opening import of_another
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.suppression import closed_in_this_episode
from chalicelib.telemetry.masking import mask

AFTER = timedelta(milliseconds=1)

AT_ONCE = 10
"""Workers that may join a storm at the same time, and do not see each other."""

OF_TEAM, OF_OURS = "TEAM#", "OWN#"
"""Parts of the index `groups` that no storm names: conditions in no storm, and alerts of our own."""


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
    if status.issue and status.issue.open and not of_another(parent):
        return not (status.issue.muted or status.snoozed_until or parent.held)
    return lag.since(parent) is not None and not refused(parent)


def refused(parent: AlertState) -> bool:
    """Whether GitHub has refused its issue and not accepted it since: what is only late was never refused."""
    said = parent.status.refusal
    if said is None:
        return False
    final = not said.limited and said.status is not None and said.status < 500
    return final or parent.status.failures > 0  # a refusal before the newest attempt, which was only late


def left_alone(parent: AlertState, member: AlertState) -> AlertState | None:
    """Put a member on its own whose new issue left it to its storm's to call people; None for any other.

    GitHub has refused that one, so nobody was called.
    """
    shows, issue, known = parent.status.issue, member.status.issue, member.enrichment
    if not refused(parent) or (shows and shows.episode == parent.spec.episode) or not member.spec.firing:
        return None
    if not (issue and issue.open and issue.opened_for == member.spec.episode and known and known.group):
        return None
    if issue.announced is Priority.P0:
        return None  # it has called people itself
    alone = replace(issue, uncalled=True)
    return replace(member, status=replace(member.status, issue=alone, enrichment=replace(known, group=None)))


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
