"""The page of a storm's parent: what began together, what it shares, and a table of all of it.

Whatever the budget, a condition that fires is listed here until it has an issue of its own. So those come
first, and titles are shortened before a row is left out.
"""

from collections import Counter
from collections.abc import Iterator
from typing import assert_never

from chalicelib.adapters import registry
from chalicelib.adapters.storm import Cause, CauseKind, Member, Storm
from chalicelib.alert import Priority
from chalicelib.conditions import calling
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import Issue
from chalicelib.quantities import counted
from chalicelib.render import data, links, people
from chalicelib.render.sections import Room, folded
from chalicelib.render.view import View
from chalicelib.render.words import SEVERITIES, moment
from chalicelib.routing import Details

TITLE_LIMITS = (120, 80, 60, 40, 25, 12)
"""Code points of a title in the table; the first with which all rows fit is taken."""

MORE = "…"

_HEAD = "| Priority | Alert | Issue | Since |\n|---|---|---|---|"


def page(view: View, issue: Issue | None, room: Room) -> Iterator[str]:
    """Write the page, as far as there is room; the table is left out if the content cannot be understood."""
    told = Storm.read(view.alert) or Storm(cause=_unknown(view), began=view.began)
    here = issue.ref.repository if issue else view.route.repository
    yield "" if view.firing else view.ending()
    yield _headline(told)
    yield view.facts()
    yield _counts(told)
    yield _shared(view, told)
    yield links.links(view)
    yield _first_part(told, here)
    yield "" if told.continues else people.who_has_it(view)
    yield people.called(view, issue)
    yield from _table(view, told, here, room.table)
    yield folded("Commands", people.folded(view) if view.firing else "")
    yield folded(data.SUMMARY, data.data(view, room.data))
    yield room.note


def part_of(view: View, here: str) -> str:
    """Name, on a member's issue, the issue that lists what began with it; empty if unknown."""
    ref = view.row.group.ref if view.row.group else None
    who = "" if calling.calls(view.row) else " and says who has them"
    return f"Part of {ref.seen_from(here)}, which lists the alerts that began together{who}." if ref else ""


def _unknown(view: View) -> Cause:
    return Cause(kind=CauseKind.GROUP, teams=view.alert.teams)


def _headline(told: Storm) -> str:
    number = counted(len(told.members) + told.left_out, "alert")
    if told.cause.kind is not CauseKind.WAITING:
        return f"**{number} began together.**"
    waiting = (
        f"{number} still without an issue, because of GitHub's limits." if told.members else "No alert waits."
    )
    return f"**{waiting}**"


def _counts(told: Storm) -> str:
    """Say how many fire, by priority, how many have ended, and how many have no issue yet."""
    if not told.members:
        return ""
    firing = [member for member in told.members if member.ended is None]
    numbers = Counter(member.priority for member in firing)
    by_priority = ", ".join(f"{numbers[p]} {SEVERITIES[p]} ({p})" for p in Priority if numbers[p])
    said = [f"{len(firing)} firing" + (f": {by_priority}" if by_priority else "")]
    if ended := len(told.members) - len(firing) + told.left_out:
        said.append(f"{ended} ended")
    if waiting := sum(not member.issue for member in firing):
        said.append(f"**{waiting} still without an issue**")
    return " · ".join(said)


def _shared(view: View, told: Storm) -> str:
    """Say what they have in common and what tells them apart, labels only where they may be shown."""
    labels, differs = told.common.items(), told.differs
    if view.route.details is Details.NONE:
        labels, differs = {}.items(), ""
    said = [_cause(view, told), *(f"{view.line(name, 60)} {view.line(value, 60)}" for name, value in labels)]
    common = ", ".join(filter(None, said))
    apart = f"They differ in {view.line(differs, 60)}." if differs else ""
    return " ".join(filter(None, [common and f"In common: {common}.", apart]))


def _cause(view: View, told: Storm) -> str:
    value = told.cause.value[-1] if told.cause.value else ""
    if view.route.details is Details.NONE:
        value = _without_labels(value)  # a rule without a name is known by its alert's title
    value = view.line(value, 120)
    match told.cause.kind:
        case CauseKind.RULE:
            return f"rule {value}"
        case CauseKind.PLACE:
            return f"Region {value}" if value else "account"
        case CauseKind.GROUP:
            return f"one group in {registry.shown_as(told.cause.value[0])}" if told.cause.value else ""
        case CauseKind.WAITING:
            return ""
        case _:
            assert_never(told.cause.kind)


def _first_part(told: Storm, here: str) -> str:
    ref = IssueRef.read(told.main)
    return f"Part {told.part} of {ref.seen_from(here)}." if ref else ""


def _table(view: View, told: Storm, here: str, room: int) -> Iterator[str]:
    members = sorted(told.members, key=_urgency)
    if not members:
        return
    rows: list[str] = []
    for limit in TITLE_LIMITS:
        rows = [_row(view, member, told, here, limit) for member in members]
        if sum(len(row) + 1 for row in rows) <= room:
            break
    listed = _fitting(rows, room)
    yield "\n".join([_HEAD, *listed])
    left_out = len(rows) - len(listed)
    yield f"And {counted(left_out, 'other')}, which this page has no room for." if left_out else ""


def _fitting(rows: list[str], room: int) -> list[str]:
    for index, row in enumerate(rows):
        room -= len(row) + 1
        if room < 0:
            return rows[:index]
    return rows


def _urgency(member: Member) -> tuple[bool, bool, Priority, float]:
    """Put those that fire without an issue first, and those that ended last."""
    since = member.began.timestamp() if member.ended is None else -member.ended.timestamp()
    return member.ended is not None, bool(member.issue), member.priority, since


def _row(view: View, member: Member, told: Storm, here: str, limit: int) -> str:
    ref, since = IssueRef.read(member.issue), moment(member.began, told.began)
    if member.ended:
        since = f"{since}, ended {moment(member.ended, told.began)}"
    issue = ref.seen_from(here) if ref else "none yet" if member.ended is None else "none"
    return f"| {member.priority} | {_title(view, member.title, limit)} | {issue} | {since} |"


def _title(view: View, title: str, limit: int) -> str:
    """Shorten a title, without a note about it, which would be longer."""
    shown = _without_labels(title) if view.route.details is Details.NONE else title
    return view.line(shown if len(shown) <= limit else shown[: limit - 1] + MORE, limit)


def _without_labels(title: str) -> str:
    """Leave out the tail in brackets, which has labels; of a longer title only the bracket may be missing."""
    name, shortened, _ = title.partition(" [")[0].partition(MORE)
    return name + shortened
