"""Ends that nobody reports: the issue says that nothing has been received, and people decide."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.record import record
from chalicelib.labels import STALE_LABEL
from chalicelib.reconcile.silent_sources import SilentSources
from tests.twins.census import MemoryCensus
from tests.twins.tracker import Thread
from tests.unit.builders import at, firing, resolved
from tests.unit.sync.test_sync import FIRST, World

HOUR = 60


class Silenced(World):
    """A world whose alert of Alertmanager fires at 0, is repeated four hours later, and is then silenced."""

    def __init__(self) -> None:
        super().__init__()
        self.run(self.alert)
        self.hears(4)

    @property
    def alert(self) -> AlertEvent:
        return firing(0, source="alertmanager")

    def hears(self, hour: float, alert: AlertEvent | None = None) -> None:
        """Receive the alert, by default with its first start."""
        self.clock.time = at(hour * HOUR)
        told = record(self.row, alert or self.alert, self.clock.now()).row
        assert self.store.record(replace(told, due_at=self.clock.now()))
        self.settle(1)

    def passes(self, hours: float) -> None:
        self.clock.pass_(seconds=hours * 3600)
        self.settle(1)

    def closes(self, reason: str = "completed") -> None:
        self.tracker.close_as_person(FIRST, reason)
        self.sync.look(self.row, far_ahead())

    @property
    def thread(self) -> Thread:
        return self.tracker.threads[FIRST]

    @property
    def open_issues(self) -> list[int]:
        return [ref.number for ref, thread in self.tracker.threads.items() if thread.seen.open]


@pytest.fixture
def world() -> Silenced:
    return Silenced()


def test_one_that_is_silenced_and_ends_meanwhile_says_since_when_nothing_was_heard(world: Silenced) -> None:
    world.passes(11.9)
    assert STALE_LABEL not in world.thread.seen.labels
    world.passes(0.2)
    assert STALE_LABEL in world.thread.seen.labels
    assert "has not reported this alert since 07:00 UTC (2026-03-01)" in world.thread.seen.body
    said = [comment for comment in world.thread.comments if "has not reported" in comment]
    assert len(said) == 1
    world.passes(240)
    assert world.open_issues == [1]
    assert world.row.spec.condition is Condition.FIRING
    assert [comment for comment in world.thread.comments if "has not reported" in comment] == said


def test_once_it_is_heard_again_the_label_and_the_words_go(world: Silenced) -> None:
    world.passes(13)
    world.hears(20)
    world.settle(11)
    assert STALE_LABEL not in world.thread.seen.labels
    assert "has not reported" not in world.thread.seen.body


def test_an_end_that_is_reported_after_all_closes_it(world: Silenced) -> None:
    world.passes(13)
    world.hears(20, resolved(19 * HOUR, source="alertmanager"))
    assert world.open_issues == []
    assert STALE_LABEL not in world.thread.seen.labels


def test_closed_by_a_person_as_over_it_stays_closed_while_nothing_is_heard(world: Silenced) -> None:
    world.passes(13)
    world.closes()
    world.passes(240)
    assert world.open_issues == []


def test_closed_by_a_person_as_over_it_is_reopened_if_it_was_not(world: Silenced) -> None:
    world.passes(13)
    world.closes()
    world.hears(30)
    assert world.open_issues == [1]
    world.closes()  # this time in full knowledge
    world.hears(34)
    assert world.open_issues == []


def test_a_closing_that_was_not_noticed_before_it_is_heard_again_counts_all_the_same(world: Silenced) -> None:
    world.passes(13)
    world.tracker.close_as_person(FIRST)
    world.hears(30)
    assert world.open_issues == [1]


def test_a_row_that_rested_before_rows_knew_when_they_are_stale_is_found(world: Silenced) -> None:
    world.store.rows = {key: replace(row, due_at=None) for key, row in world.store.rows.items()}
    look = SilentSources(MemoryCensus(world.store), world.store, None, world.clock.now)
    for hour in (6, 15, 15.5):
        world.clock.time = at(hour * HOUR)
        look.check(far_ahead())
        world.settle(1)
        assert STALE_LABEL not in world.thread.seen.labels
    world.clock.time = at(16.1 * HOUR)
    look.check(far_ahead())
    world.settle(1)
    assert STALE_LABEL in world.thread.seen.labels
    world.passes(2)
    revision = world.row.revision
    look.check(far_ahead())
    assert world.row.revision == revision


def far_ahead() -> datetime:
    return at(10_000 * HOUR)


def test_closed_by_a_person_as_over_and_firing_with_a_new_start_it_gets_a_fresh_issue(
    world: Silenced,
) -> None:
    world.passes(13)
    world.closes()
    world.hears(30, firing(29.9 * HOUR, source="alertmanager"))
    assert world.open_issues == [2]
    assert world.row.spec.episode == at(29.9 * HOUR)


def test_left_open_it_is_carried_over_to_the_firing_with_a_new_start(world: Silenced) -> None:
    world.passes(13)
    world.hears(30, firing(29.9 * HOUR, source="alertmanager"))
    assert world.open_issues == [1]
    world.settle(11)
    assert "firing since 08:54 UTC (2026-03-02)" in world.thread.seen.body


def test_a_look_that_has_no_time_reads_no_row(world: Silenced) -> None:
    world.store.calls.clear()
    unheard = SilentSources(MemoryCensus(world.store), world.store, timedelta(hours=2), world.clock.now)
    unheard.check(world.clock.now())
    assert "several" not in world.store.calls
