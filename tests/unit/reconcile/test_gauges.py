"""Gauges: how things stand, from the indexes and the budgets, the worst of several."""

from dataclasses import replace

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.row import Status
from chalicelib.github.protocol import Response
from chalicelib.rate_limit.rules import Call, Granted, Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.reconcile.gauges import Gauges
from tests.twins.census import MemoryCensus
from tests.twins.clock import ManualClock
from tests.twins.store import MemoryStore
from tests.twins.telemetry import Recorder
from tests.unit import rows
from tests.unit.builders import at, firing, row_of

LIMITS = Limits(per_hour=10, hour_reserves=(2, 1), patience=3600, spacing=0)
OPEN = Call(Kind.OPEN, Priority.P0)


class World:
    """A table, two accounts' budgets, and what was measured of them."""

    def __init__(self) -> None:
        self.clock, self.store, self.telemetry = ManualClock(at(10)), MemoryStore(), Recorder()
        self.on_github = True
        self.gate = SharedBudget(self.store, LIMITS, self.clock.now, self.telemetry)

    def add(
        self,
        title: str,
        began: float = 0,
        *,
        due: bool = True,
        status: Status | None = None,
        priority: str = "P1",
    ) -> None:
        row = row_of(firing(began, title=title, priority=priority, identity={"alarm_id": title}))
        kept = replace(row, due_at=at(60) if due else None, status=status or Status())
        self.store.rows[row.fingerprint] = kept

    def measured(self) -> dict[tuple[str, ...], float]:
        """What a fresh look says, by name and dimensions' values."""
        self.telemetry.measures.clear()
        Gauges(
            MemoryCensus(self.store),
            SharedBudget(self.store, LIMITS, self.clock.now),
            LIMITS,
            frozenset({"acme", "umbrella"}),
            self.on_github,
            self.clock.now,
            self.telemetry,
        ).measure(at(11))
        return {(name, *by.values()): value for name, value, by in self.telemetry.measures}


@pytest.fixture
def world() -> World:
    return World()


def test_at_rest_every_gauge_is_told_and_says_so(world: World) -> None:
    rows_ = {(name, priority.value): 0.0 for name in ("DueRows", "OpenIssues") for priority in Priority}
    others: dict[tuple[str, ...], float] = {
        ("OldestDueSeconds",): 0,
        ("BudgetLeft",): 10,
        ("BreakerOpen",): 0,
        ("UrgentWithoutBudget",): 0,
    }
    assert world.measured() == others | rows_


def test_what_github_does_not_show_is_counted_by_priority_and_the_oldest_of_all_is_timed(
    world: World,
) -> None:
    for title, began, priority in [("a", 4, "P0"), ("b", 2, "P1"), ("c", 9, "P1")]:
        world.add(title, began, priority=priority)
    world.add("left alone", due=False)
    measured = world.measured()
    assert [measured["DueRows", priority.value] for priority in Priority] == [1, 2, 0, 0]
    assert measured["OldestDueSeconds",] == 480


def test_a_stage_that_writes_to_no_github_is_not_behind(world: World) -> None:
    world.on_github = False
    world.add("a")
    measured = world.measured()
    assert (measured["DueRows", "P1"], measured["OldestDueSeconds",]) == (1, 0)


def test_a_provider_whose_clock_is_ahead_makes_no_age_negative(world: World) -> None:
    world.add("a", 12)
    assert world.measured()["OldestDueSeconds",] == 0


def test_open_issues_are_counted_by_priority(world: World) -> None:
    closed = rows.issue(2, priority=Priority.P2, closed_at=at(1))
    world.add("open", status=Status(issue=rows.issue(1, priority=Priority.P2)))
    world.add("closed", status=Status(issue=closed))
    assert world.measured()["OpenIssues", "P2"] == 1


def test_of_several_accounts_the_one_with_the_least_left_is_told(world: World) -> None:
    for _ in range(3):
        assert isinstance(world.gate.ask("umbrella", OPEN), Granted)
    world.gate.ask("acme", OPEN)
    assert world.measured()["BudgetLeft",] == 7
    world.clock.pass_(minutes=62)
    assert world.measured()["BudgetLeft",] == 10


def test_who_waits_for_room_in_the_budget_is_counted_where_it_has_none_for_them(world: World) -> None:
    world.add("a", priority="P0")
    world.add("b", priority="P1")
    world.add("c", priority="P2")

    def waiting(created: int) -> float:
        for _ in range(created):
            assert isinstance(world.gate.ask("acme", OPEN), Granted)
        return world.measured()["UrgentWithoutBudget",]

    assert [waiting(7), waiting(1), waiting(2)] == [0, 1, 2]
    world.on_github = False
    assert waiting(0) == 0


def test_the_breaker_is_open_from_the_third_failure_until_an_answer(world: World) -> None:
    told = []
    for _ in range(3):
        world.gate.failed("acme")
        told.append(world.measured()["BreakerOpen",])
    world.clock.pass_(minutes=5)
    told.append(world.measured()["BreakerOpen",])
    world.gate.answered("acme", Response(200))
    told.append(world.measured()["BreakerOpen",])
    assert told == [0, 0, 1, 1, 0]
