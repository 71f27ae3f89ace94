"""Contents: what a repository's board shows, read from the rows that the census names."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Protocol

from chalicelib import render
from chalicelib.alert import Priority
from chalicelib.lifecycle.state import AlertState

RECENT = timedelta(hours=24)
DAYS = 14
MOST_ROWS = 1000

Days = Mapping[date, Mapping[Priority, int]]


class Rows(Protocol):
    """The rows, to read."""

    def get(self, fingerprint: str) -> AlertState | None:
        """Read a row."""


class Census(Protocol):
    """Which rows there are."""

    def with_open_issue(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints whose issue is open, the newest first."""

    def resolved(self, day: date, limit: int) -> list[str]:
        """List fingerprints whose newest episode ended on a day, the newest first."""


@dataclass(frozen=True)
class Contents:
    """The rows that boards are about, read once for all of them, and only if one is looked at."""

    rows: Rows
    census: Census
    now: datetime

    def of(self, repository: str, known: Days, quiet_since: datetime | None) -> render.Board:
        """Gather what a repository's board shows; days that are `known` are not counted again."""
        is_open = _within(repository, self._open)
        names = {row.fingerprint for row in is_open}
        closed = [
            row
            for row in _within(repository, self._ended)
            if row.fingerprint not in names and row.spec.episodes[-1].ended > self.now - RECENT
        ]
        quiet = None if is_open else quiet_since or self.now
        return render.Board(is_open, closed, list(self._days(repository, known)), quiet)

    @cached_property
    def _open(self) -> list[AlertState]:
        listed = (name for priority in Priority for name in self.census.with_open_issue(priority, MOST_ROWS))
        rows = (self.rows.get(name) for name in listed)
        return [row for row in rows if row and row.spec.alert and (i := row.status.issue) and i.open]

    @cached_property
    def _ended(self) -> list[AlertState]:
        """Rows whose newest episode ended today or yesterday."""
        today = self.now.date()
        return [*self._ended_on(today), *self._ended_on(today - timedelta(days=1))]

    def _ended_on(self, day: date) -> list[AlertState]:
        rows = (self.rows.get(name) for name in self.census.resolved(day, MOST_ROWS))
        return [row for row in rows if row and row.spec.episodes and row.status.issue]

    def _days(self, repository: str, known: Days) -> Iterator[render.Day]:
        """Count what ended on each of the days that are over; once counted, a day's figures stand."""
        near = [*self._open, *self._ended]
        for back in range(DAYS, 0, -1):
            day = self.now.date() - timedelta(days=back)
            if day in known:
                yield render.Day(day, known[day])
            else:
                rows = _within(repository, near if back == 1 else [*near, *self._ended_on(day)])
                ended = (row.priority for row in rows for e in row.spec.episodes if e.ended.date() == day)
                yield render.Day(day, Counter(ended))


def _within(repository: str, rows: Iterable[AlertState]) -> list[AlertState]:
    """Keep the rows with an issue in the repository, in whose name GitHub ignores case, each once."""
    name = repository.lower()
    here = [row for row in rows if (issue := row.status.issue) and issue.ref.repository.lower() == name]
    return list({row.fingerprint: row for row in here}.values())
