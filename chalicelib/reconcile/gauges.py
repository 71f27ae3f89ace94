"""Gauges: measured once a minute: what is due, what is open, and how much GitHub still accepts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.alert import Priority
from chalicelib.rate_limit import health
from chalicelib.rate_limit.rules import Budget, Limits
from chalicelib.store.ports import Census
from chalicelib.telemetry.telemetry import Telemetry


class Budgets(Protocol):
    """The current budgets."""

    def look(self, owner: str) -> Budget:
        """Read an owner's budget."""


@dataclass(frozen=True)
class Gauges:
    """Measures; of several owners' budgets the worst counts, and a stage that writes nothing has no ages."""

    census: Census
    budgets: Budgets
    limits: Limits
    owners: frozenset[str]
    on_github: bool
    now: Callable[[], datetime]
    telemetry: Telemetry

    def measure(self, until: datetime) -> None:  # noqa: ARG002 - a few reads, however little time is left
        """Measure once."""
        now = self.now()
        waiting = {priority: self.census.waiting(priority) for priority in Priority}
        self._rows(now, waiting)
        self._github(now.timestamp(), waiting)

    def _rows(self, now: datetime, waiting: Mapping[Priority, int]) -> None:
        for priority in Priority:
            self.telemetry.measure("DueRows", waiting[priority], priority=priority.value)
            self.telemetry.measure("OpenIssues", self.census.open(priority), priority=priority.value)
        since = [at for priority in Priority if self.on_github and (at := self.census.oldest(priority))]
        oldest = max(0.0, (now - min(since, default=now)).total_seconds())
        self.telemetry.measure("OldestDueSeconds", oldest)

    def _github(self, now: float, waiting: Mapping[Priority, int]) -> None:
        budgets = [self.budgets.look(owner) for owner in self.owners]
        left = min(health.creations_left(budget, now, self.limits) for budget in budgets)
        self.telemetry.measure("BudgetLeft", left)
        kept_for_p0, _ = self.limits.hour_reserves
        urgent = (waiting[Priority.P0] if not left else 0) + (
            waiting[Priority.P1] if left <= kept_for_p0 else 0
        )
        self.telemetry.measure("UrgentWithoutBudget", urgent if self.on_github else 0)
        self.telemetry.measure("BreakerOpen", any(health.breaker_open(budget) for budget in budgets))
