"""Astray: open issues in repositories that are not routed, which no list of a routed one shows.

They got there as their repository was renamed, or as a person transferred them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pydantic import BaseModel

from chalicelib.alert import Priority
from chalicelib.documents import Documents
from chalicelib.lifecycle.state import AlertState

MOST = 2000
KEY = "drift#"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Rows(Documents, Protocol):
    """The rows, and small documents beside them."""

    def get(self, fingerprint: str) -> AlertState | None:
        """Read a row."""


class Census(Protocol):
    """Which rows there are."""

    def with_open_issue(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints whose issue is open, the newest first."""


class _Looked(BaseModel):
    everything: datetime = LONG_AGO


@dataclass(frozen=True)
class Astray:
    """Looks at each such issue once an hour; a look that runs out of time is made again."""

    rows: Rows
    census: Census
    look: Callable[[AlertState, datetime], None]
    repositories: frozenset[str]
    now: Callable[[], datetime]
    every: timedelta

    def __call__(self, until: datetime) -> None:
        """Look, if it is time to."""
        document, now = self.rows.load(KEY), self.now()
        routed = {repository.lower() for repository in self.repositories}
        if now - document.parsed(_Looked).everything < self.every:
            return
        for row in self._open_rows():
            if self.now() >= until:
                return
            if row.status.issue and row.status.issue.ref.repository.lower() not in routed:
                self.look(row, until)
        self.rows.swap(KEY, _Looked(everything=now).model_dump_json(), document.version)

    def _open_rows(self) -> Iterator[AlertState]:
        for priority in Priority:
            listed = self.census.with_open_issue(priority, MOST)
            yield from (row for fingerprint in listed if (row := self.rows.get(fingerprint)))
