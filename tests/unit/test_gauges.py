"""Gauges: how things stand, from the indexes and the budgets, the worst of several."""

from dataclasses import replace

import pytest

from chalicelib.alert import Priority
from chalicelib.gauges import Gauges
from chalicelib.github.budget import Call, Granted, Kind, Limits
from chalicelib.github.gate import Gate
from chalicelib.github.protocol import Response
from chalicelib.lifecycle.state import Status
from tests.twins.census import MemoryCensus
from tests.twins.clock import ManualClock
from tests.twins.store import MemoryStore
from tests.twins.telemetry import Recorder
from tests.unit import rows
from tests.unit.builders import at, firing, row_of

LIMITS = Limits(per_hour=10, patience=3600, spacing=0)
OPEN = Call(Kind.OPEN, Priority.P0)


class World:
    """A table, two accounts' budgets, and what was measured of them."""

    def __init__(self) -> None:
        self.clock, self.store, self.telemetry = ManualClock(at(10)), MemoryStore(), Recorder()
        self.gate = Gate(self.store, LIMITS, self.clock.now, self.telemetry)

    def add(self, title: str, due: float | None, status: Status | None = None, priority: str = "P1") -> None:
        row = row_of(firing(0, title=title, priority=priority, identity={"alarm_id": title}))
        kept = replace(row, due_at=None if due is None else at(due), status=status or Status())
        self.store.rows[row.fingerprint] = kept

    def measured(self) -> dict[tuple[str, ...], float]:
        """What a fresh look says, by name and dimensions' values."""
        self.telemetry.measures.clear()
        Gauges(
            MemoryCensus(self.store),
            Gate(self.store, LIMITS, self.clock.now),
            LIMITS,
            frozenset({"acme", "umbrella"}),
            self.clock.now,
            self.telemetry,
        )(at(11))
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
    }
    assert world.measured() == others | rows_


def test_due_rows_are_counted_by_priority_and_the_oldest_of_all_is_timed(world: World) -> None:
    for title, due, priority in [("a", 4, "P0"), ("b", 2, "P1"), ("c", 9, "P1"), ("later", 11, "P1")]:
        world.add(title, due, priority=priority)
    world.add("at rest", None)
    measured = world.measured()
    assert [measured["DueRows", priority.value] for priority in Priority] == [1, 2, 0, 0]
    assert measured["OldestDueSeconds",] == 480


def test_open_issues_are_counted_by_priority(world: World) -> None:
    world.add("open", None, Status(issue=rows.issue(1, priority=Priority.P2)))
    world.add("closed", None, Status(issue=rows.issue(2, priority=Priority.P2, closed_at=at(1))))
    assert world.measured()["OpenIssues", "P2"] == 1


def test_of_several_accounts_the_one_with_the_least_left_is_told(world: World) -> None:
    for _ in range(3):
        assert isinstance(world.gate.ask("umbrella", OPEN), Granted)
    world.gate.ask("acme", OPEN)
    assert world.measured()["BudgetLeft",] == 7
    world.clock.pass_(minutes=62)
    assert world.measured()["BudgetLeft",] == 10


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
