"""Held rows: checked each minute, so that they wake as soon as what holds them back ends, even early.

They are not due until then, so that they do not delay rows that fire.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.alert import Priority
from chalicelib.conditions.nothing import Held
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.suppression import held_outside
from chalicelib.store.ports import Census, Rows

MOST, AT_ONCE = 5000, 100
"""How many are checked for each priority, the longest held first; others wait for the known end."""

LONGER = timedelta(minutes=10)
"""How much later the end must be for the row to be written."""


@dataclass(frozen=True)
class HeldRows:
    """Wakes rows that nothing holds back any more; `refresh` reads what may hold them back."""

    census: Census
    rows: Rows
    refresh: Callable[[AlertState], None]
    policy: Policy
    now: Callable[[], datetime]

    def check(self, until: datetime) -> None:
        """Check all of them, the most urgent first."""
        for priority in Priority:
            names = self.census.held(priority, MOST)
            for start in range(0, len(names), AT_ONCE):
                if self.now() >= until:
                    return
                for row in self.rows.several(names[start : start + AT_ONCE]):
                    self._look(row, self.now())

    def _look(self, row: AlertState, now: datetime) -> None:
        if row.held is None or row.due_at is None or row.due_at <= now:
            return
        self.refresh(row)
        by = held_outside(row, now, self.policy)
        if by is None:
            self.rows.rest(replace(row, due_at=now))
        elif _differs(by, row.held):
            known = row.due_at == row.held.until
            self.rows.rest(replace(row, held=by, due_at=by.until if known else min(row.due_at, by.until)))


def _differs(by: Held, known: Held) -> bool:
    """Whether something else holds it back, or until another time; an inhibition's end moves slightly."""
    return not by.repeats(known) or not timedelta() <= by.until - known.until < LONGER
