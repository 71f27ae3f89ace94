"""Full check: an hourly look at all open issues of a repository, and at rows that expect other issues.

It takes as many runs as it needs: its progress is stored, and a run continues where the last one stopped. An
issue counts as missing from the list only once the list was read to its end.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pydantic import BaseModel

from chalicelib.conditions import lag
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.issue import Seen
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.labels import AREA_LABEL
from chalicelib.reconcile.comparison import Comparison, Looks
from chalicelib.store.ports import Rows

AT_ONCE = 100
LAG = timedelta(minutes=10)
"""How old a list may be; GitHub promises nothing, and up to eight minutes have been reported."""


class Lists(Protocol):
    """The tracker's lists."""

    def walk(
        self, repository: str, label: str, since: datetime, before: datetime, *, only_open: bool
    ) -> Iterator[list[Seen]]:
        """Go through the issues with a label changed since a time, by the time of their change."""


class Progress(BaseModel):
    """How far a look has come: `since` is GitHub's time of the last issue looked at, `shown` their numbers.

    `listed` says that the list was read to its end; `after` is the number of the last issue whose row was
    then looked at.
    """

    began: datetime
    since: datetime = LONG_AGO
    shown: set[int] = set()
    listed: bool = False
    after: int = 0


@dataclass(frozen=True, slots=True)
class FullCheck:
    """Continues a look at one repository."""

    rows: Rows
    lists: Callable[[], Lists]
    sync: Looks
    now: Callable[[], datetime]

    def look(self, repository: str, progress: Progress, until: datetime) -> bool:
        """Note in `progress` what is done, as it is done; return whether everything is."""
        comparison = Comparison(self.rows, self.sync, self.now)
        progress.listed = progress.listed or self._list(comparison, repository, progress, until)
        return progress.listed and self._look_for_the_rest(comparison, repository, progress, until)

    def _list(self, comparison: Comparison, repository: str, progress: Progress, until: datetime) -> bool:
        for page in self.lists().walk(repository, AREA_LABEL, progress.since, until, only_open=True):
            for seen in comparison.compare(page, until):
                progress.shown.add(seen.ref.number)
                progress.since = seen.changed_at
            if not comparison.time_left(until):
                return False
        return True

    def _look_for_the_rest(
        self, comparison: Comparison, repository: str, progress: Progress, until: datetime
    ) -> bool:
        """Look at each row whose issue the list does not show."""
        while found := self.rows.of_repository(repository, progress.after, AT_ONCE):
            before: AlertState | None = None
            for row in self.rows.several(found):
                issue = row.status.issue
                if not comparison.time_left(until):
                    return False
                if before and issue and before.status.issue and before.status.issue.ref == issue.ref:
                    self._part(before, row, until)
                elif issue:
                    self._look(row, issue, progress, until)
                progress.after = max(progress.after, issue.ref.number if issue else 0)
                before = row
            if before is None or before.status.issue is None:
                return True
        return True

    def _look(self, row: AlertState, issue: Issue, progress: Progress, until: datetime) -> None:
        shown = issue.ref.number in progress.shown or _fresh(issue, progress.began)
        if (issue.open or issue.muted) and not shown:
            self.sync.look(row, until)
        elif lag.long_over(row, self.now()):
            self.rows.retire(row)
        elif lag.silenced_since(row) and not row.listed:
            self.rows.rest(row)  # last written before such rows were listed

    def _part(self, one: AlertState, other: AlertState, until: datetime) -> None:
        """Have one of two rows let go of the issue that both hold, after reading both rows again."""
        if row := self.rows.get(_later(one, other).fingerprint):
            self.sync.let_go(row, until)


def _fresh(issue: Issue, began: datetime) -> bool:
    """Whether it was opened too recently to be in the list for certain."""
    return issue.opened_at is not None and issue.opened_at >= began - LAG


def _later(one: AlertState, other: AlertState) -> AlertState:
    """Choose which of two rows lets go of an issue: the one that opened it later, or not at all."""

    def opened(row: AlertState) -> tuple[datetime, str]:
        issue = row.status.issue
        at = issue.opened_at if issue else None
        return at or datetime.max.replace(tzinfo=UTC), row.fingerprint

    return max(one, other, key=opened)
