"""Rows that are held back: not due until what holds them ends, and woken within a minute if it ends early."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.alert import AlertEvent, Priority
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.row import AlertState
from chalicelib.reconcile.held_rows import HeldRows
from chalicelib.reconcile.reconcile import AT_ONCE
from tests.twins.census import MemoryCensus
from tests.unit.builders import at, firing, policy
from tests.unit.sync.test_sync import World

CROWD = 2 * AT_ONCE


class Crowd(World):
    """The world of sync, in which everything is held back except what is named `free`."""

    def __init__(self) -> None:
        super().__init__()
        self.by: Held | None = None
        self.policy = policy(outside=self.outside)
        self.sync = self.worker()
        census, looked = MemoryCensus(self.store), list[AlertState]()
        self.look = HeldRows(census, self.store, looked.append, self.policy, self.clock.now).check

    def outside(self, alert: AlertEvent, at: object) -> Held | None:
        return None if alert.title == "free" else self.by

    def before_due(self, until: object) -> None:
        self.look(self.clock.now() + timedelta(minutes=1))

    def fires(self, title: str) -> None:
        self.sync.advance(
            self.says(firing(0, title=title, identity={"alarm_id": title})),
            self.clock.now() + timedelta(minutes=1),
        )

    def held(self) -> Iterator[AlertState]:
        return (row for row in self.store.rows.values() if row.held)

    def due(self, limit: int = AT_ONCE) -> list[str]:
        return [name for each in Priority for name in self.store.due(each, self.clock.now(), limit)]


@pytest.fixture
def crowd() -> Crowd:
    world = Crowd()
    world.by = Held(Quiet.MAINTENANCE, at(600), "new disks", "mona")
    for number in range(CROWD):
        world.fires(f"held {number}")
    return world


def test_no_row_that_fires_waits_behind_rows_that_are_held_back(crowd: Crowd) -> None:
    crowd.reconcile(5)
    row = crowd.says(firing(5, title="free"))
    crowd.store.rest(replace(row, due_at=crowd.clock.now()))
    crowd.clock.pass_(seconds=30)
    assert crowd.due() == [row.fingerprint]


def test_what_is_held_back_is_written_no_more_until_that_ends(crowd: Crowd) -> None:
    crowd.store.calls.clear()
    crowd.reconcile(60)
    assert {"rest", "record", "claim", "settle"}.isdisjoint(crowd.store.calls)


def test_all_are_due_at_the_next_look_once_nothing_holds_them_back(crowd: Crowd) -> None:
    crowd.by = None
    crowd.before_due(None)
    assert len(crowd.due(limit=9999)) == CROWD


def test_an_end_that_moves_is_written_down(crowd: Crowd) -> None:
    crowd.by = Held(Quiet.MAINTENANCE, at(30), "new disks", "mona")
    crowd.before_due(None)
    assert {(row.held, row.due_at) for row in crowd.held()} == {(crowd.by, at(30))}


def test_a_row_that_an_inhibition_holds_back_is_written_every_ten_minutes_and_is_never_due() -> None:
    world = Crowd()
    world.by = Held(Quiet.INHIBITED, at(15), "Node down")
    world.fires("held")
    world.store.calls.clear()
    for _ in range(60):
        world.by = replace(world.by, until=world.clock.now() + timedelta(minutes=15))
        world.before_due(None)
        assert world.due() == []
        world.clock.pass_(seconds=60)
    assert world.store.calls.count("rest") == 5


def test_what_is_owed_to_a_mirror_is_not_put_off(crowd: Crowd) -> None:
    row = next(crowd.held())
    crowd.store.rest(replace(row, due_at=at(20)))
    crowd.by = Held(Quiet.MAINTENANCE, at(900), "new disks", "mona")
    crowd.before_due(None)
    assert crowd.store.rows[row.fingerprint].due_at == at(20)


def test_when_time_is_up_the_rest_is_looked_at_a_minute_later(crowd: Crowd) -> None:
    crowd.by = None
    crowd.look(crowd.clock.now())
    assert crowd.due() == []
