"""Reconcile: the most urgent and longest due first, one row's trouble is its own, and time is kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.alert import Priority
from chalicelib.errors import StoreUnavailable
from chalicelib.lifecycle.state import AlertState
from chalicelib.reconcile import AT_ONCE, Reconcile
from tests.twins.clock import ManualClock
from tests.twins.store import MemoryStore
from tests.twins.telemetry import Recorder
from tests.unit.builders import at, firing, row_of


class World:
    """The rows, and a sync that notes which it was given, takes five seconds and settles."""

    def __init__(self) -> None:
        self.clock = ManualClock(at(60))
        self.store = MemoryStore()
        self.telemetry = Recorder()
        self.synced: list[str] = []
        self.failing: set[str] = set()
        self.drifted: list[datetime] = []
        self.drift: Callable[[datetime], None] = self.drifted.append
        self.chores: tuple[tuple[str, Callable[[datetime], None]], ...] = ()
        self.board: Callable[[datetime], None] | None = None
        self.palette: Callable[[datetime], None] | None = None

    def add(self, title: str, *, due: float | None = 0, priority: str = "P1") -> AlertState:
        row = row_of(firing(0, title=title, priority=priority, identity={"alarm_id": title}))
        written = self.store.record(replace(row, due_at=None if due is None else at(due)))
        assert written
        return written

    def sync(self, row: AlertState, until: datetime) -> None:
        assert row.spec.alert
        assert until == self.until
        self.clock.pass_(seconds=5)
        self.synced.append(row.spec.alert.title)
        if row.spec.alert.title in self.failing:
            raise StoreUnavailable("away")
        self.store.rest(replace(row, due_at=None))

    def run(self, seconds: float = 3600) -> None:
        self.until = self.clock.now() + timedelta(seconds=seconds)
        parts = (self.store, self.sync, self.drift, self.clock.now, self.telemetry, self.chores, self.board)
        Reconcile(*parts, palette=self.palette)(self.until)


@pytest.fixture
def world() -> World:
    return World()


def test_due_rows_are_synced_by_priority_then_by_age(world: World) -> None:
    for title, due, priority in [("d", 1, "P3"), ("c", 3, "P1"), ("b", 2, "P1"), ("a", 9, "P0")]:
        world.add(title, due=due, priority=priority)
    world.run()
    assert world.synced == ["a", "b", "c", "d"]
    assert world.telemetry.named("RECONCILED") == [{"due": 4}]
    assert ("Reconciled", 1, {}) in world.telemetry.counts


def test_rows_that_are_not_due_or_due_later_are_left(world: World) -> None:
    world.add("rests", due=None)
    world.add("later", due=61)
    world.run()
    assert world.synced == []


def test_a_row_that_came_to_rest_meanwhile_is_left(world: World) -> None:
    row = world.add("one")
    world.store.due = lambda priority, now, limit: [row.fingerprint, "vanished"]  # type: ignore[method-assign]
    world.store.rest(replace(row, due_at=None))
    world.run()
    assert world.synced == []
    assert world.telemetry.problems == []


def test_a_row_that_was_put_off_meanwhile_is_left(world: World) -> None:
    row = world.add("one", due=61)
    world.store.due = lambda priority, now, limit: [row.fingerprint]  # type: ignore[method-assign]
    world.run()
    assert world.synced == []


def test_one_row_whose_sync_fails_does_not_hold_up_the_others_nor_drift(world: World) -> None:
    world.failing = {"a"}
    world.add("a", due=1)
    world.add("b", due=2)
    world.run()
    assert world.synced == ["a", "b"]
    assert [name for name, _ in world.telemetry.problems] == ["NOT_SYNCED"]
    assert world.store.due(Priority.P1, world.clock.now(), 9) == [
        row_of(firing(0, identity={"alarm_id": "a"})).fingerprint
    ]
    assert world.drifted == [world.until]


def test_when_time_is_up_the_rest_stays_due_and_drift_waits(world: World) -> None:
    for n in range(4):
        world.add(str(n), due=n)
    world.run(seconds=10)
    assert world.synced == ["0", "1"]
    assert len(world.store.due(Priority.P1, world.clock.now(), 9)) == 2
    assert world.drifted == []


def test_drift_comes_after_the_due_rows_and_its_failure_is_told(world: World) -> None:
    def fails(until: datetime) -> None:
        assert world.synced == ["one"]
        raise StoreUnavailable("away")

    world.drift = fails
    world.add("one")
    world.run()
    assert [name for name, _ in world.telemetry.problems] == ["DRIFT_FAILED"]


def test_a_look_up_that_fails_fails_the_function_and_changes_nothing(world: World) -> None:
    def away(priority: Priority, now: datetime, limit: int) -> list[str]:
        raise StoreUnavailable("away")

    world.store.due = away  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable):
        world.run()
    assert (world.synced, world.drifted) == ([], [])


def test_many_due_rows_of_one_priority_leave_room_for_the_others(world: World) -> None:
    for n in range(AT_ONCE + 5):
        world.add(f"{n:03}", due=n / 100, priority="P0")
    world.add("last", priority="P3")
    world.run()
    assert len(world.synced) == AT_ONCE + 1
    assert world.synced[-1] == "last"


def test_chores_come_first_and_one_that_fails_is_told_and_holds_up_nobody(world: World) -> None:
    world.add("a")
    done: list[tuple[str, list[str]]] = []

    def fails(until: datetime) -> None:
        raise StoreUnavailable("away")

    def notes(until: datetime) -> None:
        done.append(("gauges", list(world.synced)))

    world.chores = (("CANARY_FAILED", fails), ("GAUGES_FAILED", notes))
    world.run()
    assert done == [("gauges", [])]
    assert world.synced == ["a"]
    assert [name for name, _ in world.telemetry.problems] == ["CANARY_FAILED"]


def test_the_board_comes_last_and_only_while_there_is_time(world: World) -> None:
    order: list[str] = []
    world.drift = lambda _: order.append("drift")
    world.board = lambda _: order.append("board")
    world.run()
    assert order == ["drift", "board"]
    world.add("slow")
    world.run(seconds=5)
    assert order == ["drift", "board"]


def test_a_board_that_fails_is_told(world: World) -> None:
    def fail(_: datetime) -> None:
        raise StoreUnavailable("away")

    world.board = fail
    world.run()
    assert [name for name, _ in world.telemetry.problems] == ["BOARD_FAILED"]


def test_labels_come_last_and_their_trouble_is_told(world: World) -> None:
    order: list[str] = []

    def palette(until: datetime) -> None:
        order.append("palette")
        raise StoreUnavailable("away")

    world.board, world.palette = (lambda _: order.append("board")), palette
    world.run()
    assert order == ["board", "palette"]
    assert [name for name, _ in world.telemetry.problems] == ["PALETTE_FAILED"]
    world.clock.time = world.until
    Reconcile(world.store, world.sync, world.drift, world.clock.now, world.telemetry, palette=palette)(
        world.until
    )
    assert order == ["board", "palette"], "without time left nothing is dressed"
