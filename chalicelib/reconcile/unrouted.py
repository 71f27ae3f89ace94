"""Unrouted: open issues in repositories that are not routed, which no list of a routed repository shows.

They got there because their repository was renamed, or because a person transferred them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel

from chalicelib.alert import Priority
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.row import AlertState
from chalicelib.reconcile.comparison import ROOM
from chalicelib.store.ports import Census, Rows

MOST = 5000
AT_ONCE = 100
KEY = "drift#"


class _Looked(BaseModel):
    """When all of them were last looked at, and how many a look that ran out of time had covered."""

    everything: datetime = LONG_AGO
    passed: int = 0


@dataclass(frozen=True)
class UnroutedIssues:
    """Looks at each such issue once an hour; a look that runs out of time continues where it stopped."""

    rows: Rows
    census: Census
    look: Callable[[AlertState, datetime], None]
    repositories: frozenset[str]
    now: Callable[[], datetime]
    every: timedelta

    def check(self, until: datetime) -> None:
        """Look, if it is time to."""
        document, now = self.rows.load(KEY), self.now()
        looked = document.parsed(_Looked)
        if now - looked.everything < self.every or not self._time_left(until):
            return
        lists = (self.census.with_open_issue, self.census.notifications)
        listed = [name for each in lists for priority in Priority for name in each(priority, MOST)]
        for start in range(looked.passed, len(listed), AT_ONCE):
            if not self._look(listed[start : start + AT_ONCE], until):
                newer = looked.model_copy(update={"passed": start})
                break
        else:
            newer = _Looked(everything=now)
        self.rows.swap(KEY, newer.model_dump_json(), document.version)

    def _look(self, names: Sequence[str], until: datetime) -> bool:
        """Look at such issues; return whether there was time for all of them."""
        routed = {repository.lower() for repository in self.repositories}
        for row in self.rows.several(names):
            issue = row.status.issue
            if not self._time_left(until):
                return False
            if issue and issue.ref.repository.lower() not in routed:
                self.look(row, until)
        return True

    def _time_left(self, until: datetime) -> bool:
        return self.now() + ROOM < until
