"""Reconcile: the most urgent and longest due first, one row's trouble is its own, and time is kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib import entrypoints
from chalicelib.alert import Priority
from chalicelib.conditions.row import AlertState
from chalicelib.errors import StoreUnavailable
from chalicelib.reconcile import sub_issues
from chalicelib.reconcile.reconcile import AT_ONCE, Reconcile
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
        self.first: tuple[tuple[str, Callable[[datetime], None]], ...] = ()
        self.board: Callable[[datetime], None] | None = None
        self.palette: Callable[[datetime], None] | None = None

    def add(self, title: str, *, due: float | None = 0, priority: str = "P1") -> AlertState:
        row = row_of(firing(0, title=title, priority=priority, identity={"alarm_id": title}))
        written = self.store.record(replace(row, due_at=None if due is None else at(due)))
        assert written
        return written

    def sync(self, row: AlertState, until: datetime) -> None:
        assert row.spec.alert
        assert until <= self.until
        self.clock.pass_(seconds=5)
        self.synced.append(row.spec.alert.title)
        if row.spec.alert.title in self.failing:
            raise StoreUnavailable("away")
        self.store.rest(replace(row, due_at=None))

    def run(self, seconds: float = 3600) -> None:
        self.until = self.clock.now() + timedelta(seconds=seconds)
        known = (
            ("DRIFT_FAILED", self.drift),
            ("BOARD_FAILED", self.board),
            ("PALETTE_FAILED", self.palette),
        )
        jobs = tuple((name, job) for name, job in known if job)
        parts = (self.store, self.sync, jobs, self.clock.now, self.telemetry, self.chores)
        Reconcile(*parts, first=self.first).run(self.until)


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


def test_when_time_is_up_the_rest_stays_due(world: World) -> None:
    for n in range(4):
        world.add(str(n), due=n)
    world.run(seconds=10)
    assert world.synced == ["0", "1"]
    assert len(world.store.due(Priority.P1, world.clock.now(), 9)) == 2


def test_a_crowd_of_due_rows_leaves_time_for_the_jobs_and_takes_what_they_leave(world: World) -> None:
    for n in range(20):
        world.add(f"{n:02}", due=n)
    began: list[tuple[int, float]] = []

    def drift(until: datetime) -> None:
        began.append((len(world.synced), (until - world.clock.now()).total_seconds()))
        world.clock.pass_(seconds=9)

    world.drift = drift
    world.run(seconds=60)
    assert began == [(6, 30)]
    assert len(world.synced) == 11


def test_no_step_of_the_first_half_may_last_to_the_end(world: World) -> None:
    limits: list[float] = []
    sync = world.sync

    def notes(row: AlertState, until: datetime) -> None:
        limits.append((until - world.until).total_seconds())
        sync(row, until)

    world.sync = notes  # type: ignore[method-assign]
    for n in range(9):
        world.add(str(n), due=n)
    world.run(seconds=40)
    assert limits == [-10, -10, -10, -10, 0, 0, 0, 0]


def test_a_job_that_takes_all_the_time_does_so_in_its_turn_alone(world: World) -> None:
    done: list[str] = []

    def takes_all(name: str) -> Callable[[datetime], None]:
        def work(until: datetime) -> None:
            done.append(name)
            world.clock.time = until

        return work

    world.drift, world.board, world.palette = takes_all("drift"), takes_all("board"), takes_all("palette")
    for minute in range(60, 63):
        world.clock.time = at(minute)
        world.run(seconds=57)
    assert sorted(done) == ["board", "drift", "palette"]


def test_each_job_that_fails_is_told_by_its_name_and_holds_up_no_other(world: World) -> None:
    def fails(until: datetime) -> None:
        raise StoreUnavailable("away")

    world.drift = world.board = world.palette = fails
    world.run()
    names = {name for name, _ in world.telemetry.problems}
    assert names == {"DRIFT_FAILED", "BOARD_FAILED", "PALETTE_FAILED"}


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


def test_what_must_be_seen_soon_comes_before_the_chores_and_has_all_of_the_time(world: World) -> None:
    done: list[tuple[str, timedelta]] = []

    def storms(until: datetime) -> None:
        done.append(("storms", until - world.clock.now()))
        raise StoreUnavailable("away")

    world.first = (("STORM_FAILED", storms),)
    world.chores = (("GAUGES_FAILED", lambda until: done.append(("chore", until - world.clock.now()))),)
    world.add("a")
    world.run(60)
    assert done == [("storms", timedelta(seconds=60)), ("chore", timedelta(seconds=15))]
    assert ([name for name, _ in world.telemetry.problems], world.synced) == (["STORM_FAILED"], ["a"])


def test_a_minute_of_lambda_leaves_a_chore_time_for_a_call(world: World) -> None:
    left: list[timedelta] = []
    world.chores = (("SUB_ISSUES_FAILED", lambda until: left.append(until - world.clock.now())),)
    world.run((timedelta(minutes=1) - entrypoints.MARGIN).total_seconds())
    assert left[0] > sub_issues.A_CALL


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


def test_without_time_left_no_job_is_begun(world: World) -> None:
    world.board = world.palette = world.drift
    world.add("slow")
    world.run(seconds=5)
    assert world.synced == ["slow"]
    assert world.drifted == []


def test_chores_that_take_all_they_may_leave_time_for_what_is_due(world: World) -> None:
    def slow(until: datetime) -> None:
        world.clock.time = until

    world.chores = (("ALARMS_FAILED", slow), ("LISTINGS_FAILED", slow))
    world.add("a")
    world.add("b")
    world.run(seconds=60)
    assert set(world.synced) == {"a", "b"}


def test_what_a_chore_makes_due_is_synced_in_the_same_run(world: World) -> None:
    def finds(until: datetime) -> None:
        world.add("found", priority="P0")

    world.chores = (("ALARMS_FAILED", finds),)
    world.add("known")
    world.run()
    assert world.synced == ["found", "known"]


def test_what_is_due_is_looked_up_once(world: World) -> None:
    world.run()
    assert world.store.calls.count("due") == len(Priority)
