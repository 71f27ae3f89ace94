"""The board: one issue in each repository that lists what is open, for people who want no second tool.

It contains no relative times and no time of writing, so that it changes only if something has changed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.alert import Priority
from chalicelib.conditions.on_call import Duty
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.windows import Window
from chalicelib.quantities import counted
from chalicelib.render import links, markdown
from chalicelib.render.days import Day, chart
from chalicelib.render.issue import MAX_BODY
from chalicelib.render.marker import BOARD
from chalicelib.render.missing import missing
from chalicelib.render.on_call import on_call
from chalicelib.render.unopened import failed
from chalicelib.render.view import View
from chalicelib.render.windows import HELP, maintenance
from chalicelib.render.words import SEVERITIES, moment, period
from chalicelib.routing import Routing

TITLE = "Alert board"
END = "<!-- alerting:board-end text above is rewritten, text below is yours -->"
MAX_NAME = 120
RECENT = timedelta(hours=24)
ROOM = MAX_BODY - 4_000
"""Code points for the tables; the rest is for the chart, the counts, and what people add."""

_HEAD = "| Alert | Team | Since |\n|---|---|---|"


@dataclass(frozen=True, slots=True)
class Board:
    """What a board shows: rows with an open issue, rows closed within a day, and days, the oldest first.

    `missing` are rows that fire and could not get an issue; `held` are those that `windows` hold back.
    `duties` say who is on call for each team.
    """

    open: Sequence[AlertState]
    closed: Sequence[AlertState] = ()
    days: Sequence[Day] = ()
    quiet_since: datetime | None = None
    missing: Sequence[AlertState] = ()
    windows: Sequence[Window] = ()
    held: Sequence[AlertState] = ()
    duties: Sequence[Duty] = ()


def page(shown: Board, routing: Routing, now: datetime, previous: str = "") -> str:
    """Write the board's body, or `previous` with our part of it rewritten.

    If there is no room for everything, the least urgent and the oldest are counted, not listed.
    """
    views = [View.of(row, routing, now) for row in shown.open]
    closed = [View.of(row, routing, now) for row in shown.closed]
    without = [View.of(row, routing, now) for row in shown.missing]
    held = [View.of(row, routing, now) for row in shown.held]
    ours = "\n\n".join([BOARD, *_parts(views, closed, without, held, shown), HELP, END])
    before, begun, rest = previous.partition(BOARD)
    _, ended, after = rest.partition(END)
    if begun and ended:
        return f"{before}{ours}{after}"
    return f"{ours}\n\n{previous}" if previous else ours


def _parts(
    views: list[View], closed: list[View], without: list[View], held: list[View], shown: Board
) -> Iterator[str]:
    yield _headline(views, shown)
    yield from missing(without)
    yield from maintenance(shown.windows, held)
    yield from on_call(shown.duties)
    listed, left_out = _fitting(sorted(views, key=_urgency))
    for priority in Priority:
        yield from _table(priority, [view for view in listed if view.alert.priority is priority])
    if left_out:
        yield f"And {_counts(left_out)} more, which this page has no room for."
    yield from _closed(closed, ROOM - sum(len(_row(view)) for view in listed))
    yield from chart(shown.days)


def _headline(views: list[View], shown: Board) -> str:
    without = f"**{counted(len(shown.missing), 'alert')} without an issue.** " if shown.missing else ""
    if shown.held:
        without += f"**{counted(len(shown.held), 'alert')} held back by maintenance.** "
    if views:
        return f"{without}**{counted(len(views), 'alert')} open**: {_counts(views)}."
    quiet = f"**All quiet** since {moment(shown.quiet_since)}." if shown.quiet_since else "**All quiet.**"
    return without.rstrip() or quiet


def _counts(views: Iterable[View]) -> str:
    """Say `1 critical (P0), 3 medium (P2)`."""
    numbers = Counter(view.alert.priority for view in views)
    return ", ".join(f"{numbers[p]} {SEVERITIES[p]} ({p})" for p in Priority if numbers[p])


def _urgency(view: View) -> tuple[Priority, float]:
    """Sort the most urgent first, and among those the newest."""
    return view.alert.priority, -view.began.timestamp()


def _fitting(views: list[View]) -> tuple[list[View], list[View]]:
    room = ROOM
    for index, view in enumerate(views):
        room -= len(_row(view)) + 1
        if room < 0:
            return views[:index], views[index:]
    return views, []


def _table(priority: Priority, views: list[View]) -> Iterator[str]:
    if views:
        rows = sorted(views, key=lambda view: (view.owners, view.began))
        yield f"### {priority} {SEVERITIES[priority]}"
        yield "\n".join([_HEAD, *map(_row, rows)])


def _row(view: View) -> str:
    teams = ", ".join(map(view.line, view.owners))
    # Three cells, with the links in the first: a phone shows no more.
    alert = "<br>".join(filter(None, [_name(view), links.in_short(view)]))
    since = "<br>".join([moment(view.began), *_notes(view)])
    return f"| {alert} | {teams} | {since} |"


def _name(view: View) -> str:
    issue = view.row.status.issue
    name = view.line(view.title, MAX_NAME)
    address = markdown.address(issue.url) if issue else ""
    return f"[{name}]({address})" if address else name


def _notes(view: View) -> Iterator[str]:
    """Yield what happened to it."""
    issue, times = view.row.status.issue, _times(view)
    if not view.firing:
        yield f"ended {moment(view.ended, view.began)}"
    if times > 1:
        yield f"fired {times} times in 24 hours"
    if issue and issue.acked_by:
        yield f"acknowledged by {view.line(issue.acked_by)}"
    until = view.row.status.snoozed_until
    if until and until > view.now:
        yield f"snoozed until {moment(until, view.began)}"
    if issue and issue.muted:
        yield "muted"
    if view.row.held:
        yield "held back by maintenance"
    if (refusal := view.row.status.refusal) and view.row.due_at:
        yield f"not up to date: {view.line(failed(refusal))}"


def _times(view: View) -> int:
    """Count the firings within a day, including this one."""
    since = view.now - RECENT
    return len({view.began, *(e.began for e in view.row.spec.episodes if e.ended > since)})


def _closed(views: list[View], room: int) -> Iterator[str]:
    lines: list[str] = []
    for view in sorted(views, key=lambda view: view.ended, reverse=True):
        line = _ended(view)
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    if views:
        left_out = len(views) - len(lines)
        yield "### Closed in the last 24 hours"
        yield "\n".join([*lines, *([f"- and {counted(left_out, 'other')}"] if left_out else [])])


def _ended(view: View) -> str:
    episodes = [episode for episode in view.row.spec.episodes if episode.began == view.began]
    when = period(episodes[-1]) if episodes else moment(view.ended)
    return f"- {view.alert.priority} {_name(view)}, {', '.join(map(view.line, view.owners))}: {when}"
