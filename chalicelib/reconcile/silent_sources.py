"""Silent sources: makes rows due whose source has been silent for too long.

A row knows when that will be, and is due then. Rows that were idle before they knew are found here, once an
hour.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import BaseModel

from chalicelib.alert import Priority
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.repeats import stale_at
from chalicelib.conditions.row import AlertState
from chalicelib.labels import STALE_LABEL
from chalicelib.store.ports import Census, Rows

KEY = "unheard#looked"
MOST = 2000
AT_ONCE = 100


class _Looked(BaseModel):
    at: datetime = LONG_AGO


@dataclass(frozen=True)
class SilentSources:
    """Makes such rows due."""

    census: Census
    rows: Rows
    stale_after: timedelta | None
    now: Callable[[], datetime]
    every: timedelta = timedelta(hours=1)

    def check(self, until: datetime) -> None:
        """Look through the open issues, if it is time to; the next hour continues."""
        document, now = self.rows.load(KEY), self.now()
        if now - document.parsed(_Looked).at < self.every:
            return
        if self.rows.swap(KEY, _Looked(at=now).model_dump_json(), document.version):
            return
        for row in self._resting(until):
            if self.now() >= until:
                return
            unheard_at = stale_at(row.spec, self.stale_after)
            if unheard_at and unheard_at <= now:
                self.rows.rest(replace(row, due_at=now))

    def _resting(self, until: datetime) -> Iterator[AlertState]:
        listed = [name for priority in Priority for name in self.census.with_open_issue(priority, MOST)]
        for start in range(0, len(listed), AT_ONCE):
            if self.now() >= until:
                return
            for row in self.rows.several(listed[start : start + AT_ONCE]):
                if row.due_at is None and row.spec.firing and not _known(row):
                    yield row


def _known(row: AlertState) -> bool:
    issue = row.status.issue
    return issue is not None and STALE_LABEL in issue.labels
