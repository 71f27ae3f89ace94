"""Drift: what rows believe against what GitHub lists under our label, looked at anew.

What changed since the last look every ten minutes, everything open once an hour. A list is only a hint:
what differs is read, and written under the lease; a failed look-up changes nothing, and the next look
covers the same time again. A look at everything that runs out of time goes on where it stopped. What is over
for long is left out of it from then on: the list of changes alone tells of that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pydantic import BaseModel

from chalicelib import astray, render
from chalicelib.alert import Priority
from chalicelib.astray import Astray, Census
from chalicelib.github.budget import Call, Granted, Kind
from chalicelib.labels import AREA_LABEL, MUTED_LABEL, QUIET_LABEL
from chalicelib.lifecycle import over
from chalicelib.lifecycle.issue import IssueRef, Seen
from chalicelib.lifecycle.state import AlertState, Issue
from chalicelib.permits import Permits

AT_ONCE = 100
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Rows(astray.Rows, Protocol):
    """The rows, and small documents beside them."""

    def of_issue(self, ref: IssueRef) -> str | None:
        """Find the fingerprint whose issue this is."""

    def of_repository(self, repository: str, after: int, limit: int) -> list[str]:
        """List fingerprints with an issue in a repository numbered above `after`, by number."""

    def retire(self, row: AlertState) -> AlertState | None:
        """List it no more with its repository; None if another was quicker."""


class Lists(Protocol):
    """The tracker's lists."""

    def changed(
        self, repository: str, label: str | None, since: datetime, before: datetime
    ) -> Iterator[Seen]:
        """List issues changed since a time, in any state."""

    def open_ones(self, repository: str, label: str, before: datetime) -> Iterator[Seen]:
        """List open issues with a label."""


class Looks(Protocol):
    """Sync, asked to look."""

    def look(self, row: AlertState, until: datetime) -> None:
        """Read the row's issue and act on what it shows."""

    def merge(self, row: AlertState, other: Seen, until: datetime) -> None:
        """Keep the older of two open issues of one condition."""


def key_of(repository: str) -> str:
    """Name the document of a repository, in whose name GitHub ignores case."""
    return f"drift#{repository.lower()}"


class Looked(BaseModel):
    """When a repository was last looked at, and after which issue to go on looking at everything."""

    changes: datetime = LONG_AGO
    everything: datetime = LONG_AGO
    after: int = 0


@dataclass(frozen=True)
class Drift:
    """Looks through the routed repositories when their time has come."""

    rows: Rows
    lists: Callable[[], Lists]
    sync: Looks
    permits: Permits
    census: Census
    repositories: frozenset[str]
    now: Callable[[], datetime]
    changes_every: timedelta = timedelta(minutes=10)
    everything_every: timedelta = timedelta(minutes=60)

    def __call__(self, until: datetime) -> None:
        """Look at every repository whose turn it is."""
        for repository in sorted(self.repositories):
            document = self.rows.load(key_of(repository))
            looked = document.parsed(Looked)
            if self.now() - looked.changes < self.changes_every and not looked.after:
                continue
            if self._may_list(repository):
                newer = self._look(repository, looked, until)
                self.rows.swap(key_of(repository), newer.model_dump_json(), document.version)
        self._astray(until)

    @property
    def _astray(self) -> Astray:
        look, every = self.sync.look, self.everything_every
        return Astray(self.rows, self.census, look, self.repositories, self.now, every)

    def _look(self, repository: str, looked: Looked, until: datetime) -> Looked:
        """Look at what changed, and hourly at everything; returns how far that got."""
        now = self.now()
        # A list is read to its end first: what is changed on the way would shift its pages.
        for seen in list(self.lists().changed(repository, AREA_LABEL, looked.changes, until)):
            if self.now() >= until:
                return looked
            self._compare(seen, until)
        if now - looked.everything < self.everything_every:
            return looked.model_copy(update={"changes": now})
        after = self._everything(repository, looked.after, until)
        everything = looked.everything if after else now
        return Looked(changes=now, everything=everything, after=after)

    def _may_list(self, repository: str) -> bool:
        """Leave GitHub alone while it asks for that or does not answer; the next minute asks again."""
        answer = self.permits.ask(repository.partition("/")[0], Call(Kind.READ, Priority.P3))
        return isinstance(answer, Granted)

    def _everything(self, repository: str, after: int, until: datetime) -> int:
        """Compare all that GitHub shows open, then the rows that believe in an issue it did not show.

        Returns the number of the issue after which time ran out, 0 if it did not.
        """
        shown: set[str] = set()
        for seen in list(self.lists().open_ones(repository, AREA_LABEL, until)):
            shown |= self._compare(seen, until)
        for row in self._rows_of(repository, after):
            if self.now() >= until:
                return after
            believed = row.status.issue
            if believed and (believed.open or believed.muted) and row.fingerprint not in shown:
                self.sync.look(row, until)
            elif over.for_long(row, self.now()):
                self.rows.retire(row)
            after = believed.ref.number if believed else after
        return 0

    def _rows_of(self, repository: str, after: int) -> Iterator[AlertState]:
        while found := self.rows.of_repository(repository, after, AT_ONCE):
            rows = [row for fingerprint in found if (row := self.rows.get(fingerprint))]
            yield from rows
            numbers = [row.status.issue.ref.number for row in rows if row.status.issue]
            if not numbers or max(numbers) <= after:
                return
            after = max(numbers)

    def _compare(self, seen: Seen, until: datetime) -> set[str]:
        """Look closer where an issue of ours is not what its row believes.

        Returns the fingerprint it shows, if any.
        """
        row = self._row_of(seen)
        if row is None:
            return set()
        if not _holds(row, seen):
            if seen.open:
                self.sync.merge(row, seen, until)
            return set()
        if row.status.issue and _differs(row.status.issue, seen):
            self.sync.look(row, until)
        return {row.fingerprint}

    def _row_of(self, seen: Seen) -> AlertState | None:
        """Find the row that holds an issue; where none does, the one that its marker names, if it is ours.

        People copy text from issue to issue, and the marker, which they do not see, goes with it.
        """
        mark = render.read_marker(seen.body) if seen.by_us else None
        marked = self.rows.get(mark.fingerprint) if mark else None
        if marked and _holds(marked, seen):
            return marked
        fingerprint = self.rows.of_issue(seen.ref)
        holder = self.rows.get(fingerprint) if fingerprint else None
        return holder if holder and _holds(holder, seen) else marked


def _holds(row: AlertState, seen: Seen) -> bool:
    return row.status.issue is not None and row.status.issue.ref == seen.ref


def _differs(issue: Issue, seen: Seen) -> bool:
    """Whether a list shows what the row does not know: people's closing, labels, or comments."""
    believed = (issue.open, issue.muted, issue.quiet, issue.heard)
    return believed != (
        seen.open,
        MUTED_LABEL in seen.labels,
        QUIET_LABEL in seen.labels,
        seen.comments,
    )
