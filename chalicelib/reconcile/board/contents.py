"""Contents: what a repository's board shows, read from the rows that the census names."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from chalicelib.alert import Priority
from chalicelib.conditions import asked_windows, lag, windows
from chalicelib.conditions.asked_windows import AskedWindows
from chalicelib.conditions.on_call import Duty
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.windows import Rule, Window
from chalicelib.errors import TooLate
from chalicelib.render import board as boards
from chalicelib.render.days import Day
from chalicelib.routing import Routing
from chalicelib.store.ports import Census, Rows

RECENT = timedelta(hours=24)
DAYS = 14
MOST_ROWS = 1000
MOST_MISSING = 100
PATIENCE = timedelta(minutes=5)
"""How long a row waits without an issue before the board shows it."""

AT_ONCE = 100

Duties = Callable[[str], Sequence[Duty]]
"""Returns who is on call for each team of a repository."""


def no_duties(_: str) -> Sequence[Duty]:
    """Return that nobody is on call."""
    return ()


Days = dict[date, dict[Priority, int]]


@dataclass(frozen=True)
class Contents:
    """The rows that boards are about, read once for all boards, and only if a board is due.

    Raises TooLate once there is no `time_left`.
    """

    rows: Rows
    census: Census
    routing: Routing
    now: datetime
    time_left: Callable[[], bool]
    rules: tuple[Rule, ...] = ()
    duties: Duties = no_duties

    def of(self, repository: str, known: Days, quiet_since: datetime | None) -> boards.Board:
        """Gather what a repository's board shows; days that are counted are added to `known`."""
        is_open = _within(repository, self._open)
        names = {row.fingerprint for row in is_open}
        closed = [
            row
            for row in _within(repository, self._ended)
            if row.fingerprint not in names and row.spec.episodes[-1].ended > self.now - RECENT
        ]
        missing = [row for row in self._missing if _routed(row, self.routing) == repository.lower()]
        held = [row for row in self._held if _routed(row, self.routing) == repository.lower()]
        quiet = None if is_open or missing or held else quiet_since or self.now
        days = list(self._days(repository, known))
        duties = self.duties(repository)
        return boards.Board(is_open, closed, days, quiet, missing, self._windows(repository), held, duties)

    @cached_property
    def _open(self) -> list[AlertState]:
        listed = [name for priority in Priority for name in self.census.with_open_issue(priority, MOST_ROWS)]
        return [row for row in self._read(listed) if row.spec.alert and (i := row.status.issue) and i.open]

    @cached_property
    def _missing(self) -> list[AlertState]:
        """Read rows that have waited for their issue for longer than a flood, or a pause by GitHub, takes."""
        listed = [name for priority in Priority for name in self.census.late(priority, MOST_MISSING)]
        late = [row for row in self._read(listed) if (at := lag.since(row)) and at <= self.now - PATIENCE]
        return [row for row in late if row.spec.firing]

    @cached_property
    def _held(self) -> list[AlertState]:
        """Read rows that fire and have no issue because something outside them holds them back.

        The census also lists those with an open issue, which have mostly fired for longer.
        """
        listed = [name for priority in Priority for name in self.census.held(priority, MOST_ROWS)]
        held = [row for row in self._read(listed) if row.held and self.now < row.held.until]
        return [row for row in held if row.spec.firing and not lag.shown(row)]

    def _windows(self, repository: str) -> list[Window]:
        """List the windows that may cover alerts of a repository now, the one that ends last first."""
        asked = self.rows.load(asked_windows.key(repository)).parsed(AskedWindows).windows.values()
        return [
            window
            for window in windows.active((*self.rules, *asked), self.now)
            if not window.scope.teams or repository in map(self._home, window.scope.teams)
        ]

    def _home(self, team: str) -> str:
        return self.routing.route((team,)).repository

    @cached_property
    def _ended(self) -> list[AlertState]:
        """Read rows whose newest episode ended today or yesterday."""
        today = self.now.date()
        return [*self._ended_on(today), *self._ended_on(today - timedelta(days=1))]

    def _ended_on(self, day: date) -> list[AlertState]:
        rows = self._read(self.census.resolved(day, MOST_ROWS))
        return [row for row in rows if row.spec.episodes and row.status.issue]

    def _read(self, names: Sequence[str]) -> Iterator[AlertState]:
        for start in range(0, len(names), AT_ONCE):
            if not self.time_left():
                raise TooLate("the rows of the board could not all be read in time")
            yield from self.rows.several(names[start : start + AT_ONCE])

    def _days(self, repository: str, known: Days) -> Iterator[Day]:
        """Count what ended on each past day; a day is counted only once."""
        near = [*self._open, *self._ended]
        for back in range(DAYS, 0, -1):
            day = self.now.date() - timedelta(days=back)
            if day not in known:
                rows = _within(repository, near if back == 1 else [*near, *self._ended_on(day)])
                ended = (row.priority for row in rows for e in row.spec.episodes if e.ended.date() == day)
                known[day] = dict(Counter(ended))
            yield Day(day, known[day])


def _routed(row: AlertState, routing: Routing) -> str:
    """Return, in lower case, the repository in which a row's issue is to be opened."""
    return routing.route(row.spec.alert.teams if row.spec.alert else ()).repository.lower()


def _within(repository: str, rows: Iterable[AlertState]) -> list[AlertState]:
    """Keep the rows with an issue in the repository, each once."""
    here = [row for row in rows if (issue := row.status.issue) and issue.ref.is_in(repository)]
    return list({row.fingerprint: row for row in here}.values())
