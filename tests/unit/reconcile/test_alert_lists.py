"""Alert lists: an end that nobody reports is learned from lists, and from no fewer than two whole ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.listed_alerts import Key, Listing, State, described
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.errors import AlertsNotListed
from chalicelib.reconcile.alert_lists import AlertLists, Provider
from tests.twins.census import MemoryCensus
from tests.twins.store import MemoryStore
from tests.twins.tracker import Thread
from tests.unit.builders import at, firing, resolved, row_of
from tests.unit.sync.test_sync import FIRST, World

ID = "16e0df6de35c887f"
KEY: Key = (None, ID)
ACTIVE, SILENCED = {KEY: State.ACTIVE}, {KEY: State.SILENCED}
GONE: Mapping[Key, State] = {}


class Peer:
    """Lists what a test gives it."""

    def __init__(self) -> None:
        self.alerts: Mapping[Key, State] = {}
        self.whole, self.away, self.asked = True, False, 0

    def list_alerts(self, now: datetime) -> Listing:
        self.asked += 1
        if self.away:
            raise AlertsNotListed("am.example.org answered 503")
        return Listing(self.alerts, whole=self.whole)


class SlowStore(MemoryStore):
    """The table of another store, whose rows take their time."""

    def __init__(self, store: MemoryStore, wait: Callable[[], None]) -> None:
        vars(self).update(vars(store))
        self.wait = wait

    def several(self, fingerprints: Sequence[str]) -> list[AlertState]:
        self.wait()
        return super().several(fingerprints)


class ListedWorld(World):
    """A world with an Alertmanager alert that arrives at 0; two of its peers are asked."""

    def __init__(self, began: float = 0) -> None:
        super().__init__()
        self.peer, self.other = Peer(), Peer()
        alertmanager = Provider(
            "alertmanager", "Alertmanager", (self.peer, self.other), timedelta(minutes=10)
        )
        self.listings = AlertLists(
            MemoryCensus(self.store), self.store, (alertmanager,), None, self.clock.now, self.telemetry
        )
        self.sync.advance(self.says(alert(began)), at(1))

    def looks(self, minute: float, alerts: Mapping[Key, State] = GONE, **changes: Any) -> None:
        """Look at a minute, at which one peer lists this."""
        self.peer.alerts = alerts
        for name, value in changes.items():
            setattr(self.peer, name, value)
        self.clock.time = at(minute)
        self.listings.check(at(minute + 1))
        self.settle(1)

    def hears(self, minute: float, told: AlertEvent) -> None:
        """Receive a message at a minute."""
        self.clock.time = at(minute)
        row = record(self.row, told, at(minute)).row
        assert self.store.record(replace(row, due_at=at(minute)))
        self.settle(1)

    @property
    def thread(self) -> Thread:
        (thread,) = [t for ref, t in self.tracker.threads.items() if ref == FIRST]
        return thread

    @property
    def open(self) -> bool:
        return bool(self.tracker.open_issues)


def alert(minute: float, **fields: Any) -> AlertEvent:
    return firing(minute, **({"source": "alertmanager", "identity": {"alarm_id": ID}} | fields))


@pytest.fixture
def world() -> ListedWorld:
    return ListedWorld()


def test_one_that_ends_while_it_is_silenced_is_closed_and_says_how_that_is_known(world: ListedWorld) -> None:
    world.looks(5, ACTIVE)
    world.looks(10, SILENCED)
    world.looks(15)
    assert world.open
    world.looks(25)
    assert not world.open
    assert world.row.spec.condition is Condition.RESOLVED
    assert world.row.spec.at == at(15)
    assert world.thread.state_reason == "completed"
    assert "Alertmanager no longer lists this alert." in world.thread.seen.body
    assert world.row.spec.recorded_at == at(25)
    assert world.telemetry.named("ALERT_LEARNED")[0]["reason"] == "RESOLVED"


def test_it_ends_though_its_providers_clock_is_ahead() -> None:
    world = ListedWorld(began=10)
    world.looks(1, ACTIVE)
    world.looks(6)
    world.looks(16)
    assert not world.open
    assert world.row.spec.at == at(10)


def test_two_lists_less_than_ten_minutes_apart_prove_nothing(world: ListedWorld) -> None:
    world.looks(5, ACTIVE)
    world.looks(15)
    world.looks(24.9)
    assert world.open


def test_one_that_was_never_listed_may_be_anothers(world: ListedWorld) -> None:
    for minute in range(5, 120, 5):
        world.looks(minute)
    assert world.open


def test_one_that_is_listed_in_between_begins_to_be_missing_again(world: ListedWorld) -> None:
    world.looks(5, ACTIVE)
    world.looks(10)
    world.looks(15, SILENCED)
    world.looks(20)
    world.looks(25)
    assert world.open
    world.looks(30)
    assert not world.open


def test_what_any_peer_lists_fires(world: ListedWorld) -> None:
    world.looks(5, ACTIVE)
    world.other.alerts = SILENCED
    for minute in range(10, 60, 5):
        world.looks(minute)
    assert world.open


@pytest.mark.parametrize("changes", [{"whole": False}, {"away": True}])
def test_without_two_whole_answers_nothing_is_concluded(world: ListedWorld, changes: dict[str, Any]) -> None:
    world.looks(5, ACTIVE)
    for minute in range(10, 60, 5):
        world.looks(minute, **changes)
    assert world.open
    world.looks(60, whole=True, away=False)
    world.looks(65, **changes)
    assert world.open
    problems = {name for name, _ in world.telemetry.problems}
    assert problems == ({"ALERTS_NOT_LISTED"} if "away" in changes else set())


def test_a_restart_in_the_midst_begins_anew(world: ListedWorld) -> None:
    world.looks(5, ACTIVE)
    world.looks(10)
    world.looks(20, whole=False)
    world.looks(25, whole=True)
    assert world.open
    world.looks(35)
    assert not world.open


def test_one_that_was_heard_of_since_it_was_missing_is_not_over(world: ListedWorld) -> None:
    world.looks(5, ACTIVE)
    world.looks(10)
    world.hears(18, alert(0))
    world.looks(20)
    assert world.open
    world.looks(30)
    assert not world.open


def test_one_that_is_listed_again_fires_again_though_silenced(world: ListedWorld) -> None:
    world.looks(5, SILENCED)
    world.looks(10)
    world.looks(20)
    assert not world.open
    world.looks(40, SILENCED)
    assert world.open
    assert world.row.spec.condition is Condition.FIRING
    assert [ref.number for ref in world.tracker.threads] == [1]
    world.looks(45)
    world.looks(55)
    assert not world.open


def test_one_that_is_listed_again_much_later_fires_again(world: ListedWorld) -> None:
    world.looks(5, SILENCED)
    for minute in (10, 20, 30, 35):
        world.looks(minute)
    assert not world.open
    world.looks(40, SILENCED)
    assert world.open


def test_what_its_source_says_afterwards_goes_before(world: ListedWorld) -> None:
    world.looks(5, SILENCED)
    world.looks(10)
    world.looks(20)
    world.hears(30, alert(30))
    world.hears(40, resolved(40, source="alertmanager", identity={"alarm_id": ID}))
    world.looks(45, ACTIVE)  # a peer that lags
    assert not world.open


def test_an_alert_of_another_source_is_left_alone(world: ListedWorld) -> None:
    world.tracker.threads.clear()
    world.store.rows.clear()
    world.run(alert(1, source="grafana"))
    world.looks(5, ACTIVE)
    world.looks(10)
    world.looks(20)
    assert world.row.spec.condition is Condition.FIRING


def test_a_row_that_changes_meanwhile_is_left_to_the_next_look(world: ListedWorld) -> None:
    world.looks(5, ACTIVE)
    world.looks(10)
    before = world.row
    world.hears(19, alert(0))
    world.listings._record(before, resolved(10, source="alertmanager", identity={"alarm_id": ID}))
    assert world.open
    assert world.row.spec.condition is Condition.FIRING


def test_it_is_asked_every_five_minutes_also_while_it_does_not_answer(world: ListedWorld) -> None:
    for minute in (1, 2, 5, 6, 8, 11):
        world.looks(minute, away=True)
    assert world.peer.asked == 3
    world.clock.time = at(60)
    world.listings.check(at(60))  # no time is left
    assert world.peer.asked == 3


def test_what_one_provider_does_not_answer_holds_up_no_other(world: ListedWorld) -> None:
    away = Peer()
    away.away = True
    grafana = Provider("grafana", "Grafana", (away,), timedelta(hours=1))
    world.listings = replace(world.listings, providers=(grafana, *world.listings.providers))
    world.looks(5, ACTIVE)
    world.looks(10)
    world.looks(20)
    assert not world.open


def test_a_table_too_slow_to_read_all_rows_proves_nothing_and_delays_nobody(
    world: ListedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.looks(5, ACTIVE)
    world.sync.advance(world.says(alert(6, identity={"alarm_id": "another"})), at(9))
    monkeypatch.setattr("chalicelib.reconcile.alert_lists.AT_ONCE", 1)
    slow = SlowStore(world.store, lambda: world.clock.pass_(seconds=30))
    world.listings = replace(world.listings, rows=slow)
    for minute in range(10, 40, 5):
        world.clock.time = at(minute)
        world.listings.check(at(minute + 1))
    assert len(world.tracker.open_issues) == 2
    assert {name for name, _ in world.telemetry.problems} == {"ALERTS_NOT_LISTED"}
    assert world.clock.now() < at(37)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.SILENCED, "Alertmanager lists it as silenced: it still fires"),
        (State.INHIBITED, "Alertmanager lists it as inhibited by another alert"),
        (State.ACTIVE, "Alertmanager still lists it: it fires"),
    ],
)
def test_a_stale_issue_says_how_its_alert_is_listed(world: ListedWorld, state: State, words: str) -> None:
    world.looks(600, {KEY: state})
    revision = world.row.revision
    world.looks(660, {KEY: state})
    assert world.row.revision == revision  # nobody asks yet
    world.looks(715, {KEY: state})
    world.looks(721, {KEY: state})
    assert words in world.thread.seen.body
    assert any(words in comment for comment in world.thread.comments)
    world.hears(730, alert(0))
    assert world.row.spec.listed == ""


def test_how_an_alert_is_listed_is_noted_once_people_will_ask() -> None:
    spec = row_of(firing(0)).spec
    assert described(spec, State.SILENCED, at(10), at(10)) == replace(spec, listed="silenced")
    assert described(spec, State.SILENCED, at(10), at(9)) is spec
    assert described(spec, State.SILENCED, None, at(10)) is spec
    assert described(spec, None, at(10), at(10)) is spec
