"""Held rows: looked at each minute, so that the end of what holds them back wakes them, however early.

They are not due until then, so that none stands in the way of a row that fires.
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
"""How many are looked at of each priority, those held first; others wait for the end that was known."""

LONGER = timedelta(minutes=10)
"""How much later the end must be to be written down."""


@dataclass(frozen=True)
class HeldRows:
    """Wakes rows that nothing holds back any more; `refresh` reads what may."""

    census: Census
    rows: Rows
    refresh: Callable[[AlertState], None]
    policy: Policy
    now: Callable[[], datetime]

    def check(self, until: datetime) -> None:
        """Look at all of them, the most urgent first."""
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
    """Whether something else holds it back, or to another end; an inhibition's moves a little each time."""
    return not by.repeats(known) or not timedelta() <= by.until - known.until < LONGER
