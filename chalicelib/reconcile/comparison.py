"""Comparison: issues as a list shows them, against the rows that hold them.

A list is only a hint, and may be minutes old: an issue that differs is read, and written under the lease.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib import render
from chalicelib.conditions.issue import Seen
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.store.ports import Rows

ROOM = timedelta(seconds=10)
"""How long a look at one issue may take: none begins with less time left."""


class Looks(Protocol):
    """The part of sync that looks at issues."""

    def look(self, row: AlertState, until: datetime) -> None:
        """Read the row's issue and act on what it shows."""

    def merge(self, row: AlertState, other: Seen, until: datetime) -> None:
        """Keep the older of two open issues of one condition."""

    def let_go(self, row: AlertState, until: datetime) -> None:
        """Forget the row's issue, which another row holds too."""

    def titled(self, row: AlertState, seen: Seen) -> bool:
        """Say whether an issue has the title that we would give the row's issue, whatever its priority."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Goes through a page of a list."""

    rows: Rows
    sync: Looks
    now: Callable[[], datetime]

    def compare(self, page: Sequence[Seen], until: datetime) -> Iterator[Seen]:
        """Look at each issue that is not as its row believes; yields it when that is done.

        Ends early if there is not enough time for another.
        """
        named = self._named(page)
        for seen in page:
            if not self.time_left(until):
                return
            self._compare(seen, named, until)
            yield seen

    def time_left(self, until: datetime) -> bool:
        """Say whether there is time to look at one more issue."""
        return self.now() + ROOM < until

    def _named(self, page: Sequence[Seen]) -> Mapping[str, AlertState]:
        """Read the rows that the markers of our own issues name."""
        names = dict.fromkeys(name for seen in page for name in _names(seen))
        return {row.fingerprint: row for row in self.rows.several([*names])} if names else {}

    def _compare(self, seen: Seen, named: Mapping[str, AlertState], until: datetime) -> None:
        row = self._row_of(seen, [named[name] for name in dict.fromkeys(_names(seen)) if name in named])
        issue = row.status.issue if row else None
        if row and issue and issue.ref == seen.ref:
            if _differs(issue, seen):
                self.sync.look(row, until)
        elif row and seen.open:
            self.sync.merge(row, seen, until)

    def _row_of(self, seen: Seen, named: Sequence[AlertState]) -> AlertState | None:
        """Find the row that holds an issue, or if no row does, the one that its marker names.

        People copy text from one issue to another, and copy the hidden marker with it. An issue that no row
        holds and that names several rows belongs to the one whose title it has; otherwise it is left alone,
        and its row finds it by its number or its opening.
        """
        held = next((row for row in named if _holds(row, seen)), None)
        if held:
            return held
        fingerprint = self.rows.of_issue(seen.ref)
        holder = self.rows.get(fingerprint) if fingerprint else None
        if holder and _holds(holder, seen):
            return holder
        likely = named if len(named) == 1 else [row for row in named if self.sync.titled(row, seen)]
        return likely[0] if len(likely) == 1 else None


def _names(seen: Seen) -> list[str]:
    """Name the rows that the markers of an issue name, if it is our own."""
    return [mark.fingerprint for mark in render.read_markers(seen.body)] if seen.by_us else []


def _holds(row: AlertState, seen: Seen) -> bool:
    return row.status.issue is not None and row.status.issue.ref == seen.ref


def _differs(issue: Issue, seen: Seen) -> bool:
    """Whether a list shows what the row does not know: that people closed it, set labels, or commented."""
    believed = (issue.open, issue.muted, issue.quiet, issue.heard)
    return believed != (
        seen.open,
        seen.muted,
        seen.quiet,
        seen.comments,
    )
