"""What becomes of a condition while another holds it back, and when that has ended."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.alert import AlertEvent, Priority
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.unopened import unopened
from chalicelib.errors import StoreUnavailable
from chalicelib.reconcile.held_rows import HeldRows
from chalicelib.routing.inhibition import InhibitRule
from chalicelib.store.documents import Document
from chalicelib.sync.inhibition import FRESH, KEY, KNOWN_FOR, MOST, Inhibition, Inhibitors
from tests.twins.census import MemoryCensus
from tests.unit.builders import at, firing, policy, resolved, routing, row_of
from tests.unit.sync.test_sync import World

DOWN, SLOW, LATE = (frozenset({name}) for name in ("Node down", "Slow", "Late"))
NODE_DOWN = InhibitRule({"alertname": DOWN}, {"alertname": SLOW | LATE}, ("node",))
SLOW_HIDES_ALL = InhibitRule({"alertname": SLOW}, {"alertname": DOWN | LATE}, ("node",))


def of(name: str, minutes: float, *, ends: bool = False, **fields: Any) -> AlertEvent:
    make = resolved if ends else firing
    known = {
        "title": name,
        "name": name,
        "source": "grafana",
        "identity": {"alarm_id": name},
        "labels": {"node": "n1"},
    }
    return make(minutes, **known | fields)


class Site(World):
    """The world of sync, with workers that know rules."""

    def __init__(self, *rules: InhibitRule, stale_after: timedelta | None = None) -> None:
        super().__init__()
        self.routing, self.stale_after = replace(routing(), inhibit=rules), stale_after
        self.begin()

    def begin(self) -> None:
        """Begin with a worker that knows nothing yet."""
        self.known = Inhibition(self.routing, self.stale_after, self.store, self.clock.now, self.telemetry)
        known = policy(outside=self.known, stale_after=self.stale_after)
        self.policy = replace(known, routing=self.routing)
        self.sync = replace(self.worker(), refresh=self.known.refresh)

    def before_due(self, until: datetime) -> None:
        census = MemoryCensus(self.store)
        HeldRows(census, self.store, self.known.refresh, self.policy, self.clock.now).check(until)

    def told(self, alert: AlertEvent) -> None:
        """Record and sync an alert at its time, and let some seconds pass."""
        self.clock.time = max(self.clock.time, alert.occurred_at)
        self.sync.advance(self.says(alert), self.clock.now() + timedelta(minutes=1))
        self.clock.time += FRESH

    def together(self, *names: str) -> None:
        """Take a batch as the collector does: everything is recorded before anything is written on GitHub."""
        rows = [self.says(of(name, 0)) for name in names]
        for row in rows:
            self.known.refresh(row)
        for row in rows:
            self.sync.advance(row, self.clock.now() + timedelta(minutes=1))

    @property
    def open(self) -> set[str]:
        return {issue.title.partition("] ")[2].partition(" [")[0] for issue in self.tracker.open_issues}


@pytest.fixture
def site() -> Site:
    return Site(NODE_DOWN)


def test_what_is_held_back_is_opened_within_two_minutes_of_the_end_of_what_held_it(site: Site) -> None:
    site.told(of("Node down", 0))
    site.told(of("Slow", 1))
    site.reconcile(60)
    assert site.open == {"Node down"}
    site.told(of("Node down", 62, ends=True))
    site.reconcile(2)
    assert site.open == {"Slow"}


def test_another_node_is_not_held_back(site: Site) -> None:
    site.told(of("Node down", 0))
    site.told(of("Slow", 1, labels={"node": "n2"}))
    assert site.open == {"Node down", "Slow"}


def test_a_worker_that_knows_nothing_yet_finds_out(site: Site) -> None:
    site.told(of("Node down", 0))
    site.begin()
    site.told(of("Slow", 1))
    assert site.open == {"Node down"}


def test_what_has_an_issue_is_left_alone_and_its_end_still_closes_it(site: Site) -> None:
    site.told(of("Slow", 0))
    site.told(of("Node down", 1))
    before = len(site.writes())
    site.told(of("Slow", 70, priority="P0", summary="worse"))
    site.reconcile(30)
    assert len(site.writes()) == before
    site.told(of("Slow", 110, ends=True))
    site.reconcile(2)
    assert site.open == {"Node down"}


def test_what_began_and_ended_while_it_was_held_back_is_never_told(site: Site) -> None:
    site.told(of("Node down", 0))
    site.told(of("Slow", 1, priority="P0"))
    site.told(of("Slow", 5, ends=True, priority="P0"))
    site.told(of("Node down", 9, ends=True))
    site.reconcile(30)
    assert len(site.tracker.threads) == 1


@pytest.mark.parametrize("how", ["stale", "vanished"])
def test_nothing_is_held_back_by_what_is_not_known_to_fire(how: str) -> None:
    site = Site(NODE_DOWN, stale_after=timedelta(minutes=90))
    site.told(of("Node down", 0))
    site.told(of("Slow", 1))
    site.reconcile(60)
    if how == "vanished":
        del site.store.rows[of("Node down", 0).fingerprint]
        site.reconcile(2)
    else:
        site.told(of("Slow", 62))
        assert "Slow" not in site.open
        site.reconcile(31)
    assert "Slow" in site.open


def test_a_row_remembers_by_what_it_is_held_back(site: Site) -> None:
    site.told(of("Node down", 0))
    site.told(of("Slow", 1))
    row = site.store.rows[of("Slow", 1).fingerprint]
    why = unopened(row, site.clock.now(), policy())
    assert isinstance(why, Held)
    assert (why.name, why.what, why.by) == ("INHIBITED", "[P1] Node down", of("Node down", 0).fingerprint)
    logged = len(site.actions)
    site.reconcile(10)
    assert len(site.actions) == logged, "it is logged once"


def test_a_title_is_not_shown_in_another_repository() -> None:
    site = Site(NODE_DOWN)
    site.told(of("Node down", 0, teams=("storage",)))
    other = replace(site.routing.default, repository="org/elsewhere")
    site.routing = replace(site.routing, teams={**site.routing.teams, "web": other})
    site.begin()
    site.told(of("Slow", 1, teams=("web",)))
    held = site.store.rows[of("Slow", 1).fingerprint].held
    assert held
    assert (held.reason, held.what) == (Quiet.INHIBITED, "")
    assert held.by == of("Node down", 0, teams=("storage",)).fingerprint


@pytest.mark.parametrize("first", ["Node down", "Slow"])
def test_what_is_hidden_hides_nothing_so_something_is_always_to_be_seen(first: str) -> None:
    site = Site(NODE_DOWN, SLOW_HIDES_ALL)
    for name in (first, "Slow", "Node down", "Late"):
        site.told(of(name, 0))
    for _ in range(20):
        site.reconcile(1)
        assert first in site.open
    assert site.open == {first}


def test_what_a_window_hides_hides_nothing_outside_the_window_unless_its_issue_shows(site: Site) -> None:
    site.told(of("Node down", 0, muted_until=at(60)))
    site.told(of("Slow", 1))
    assert site.open == {"Slow"}
    shown = Site(NODE_DOWN)
    shown.told(of("Node down", 0))
    shown.told(of("Node down", 2, muted_until=at(60)))
    shown.told(of("Slow", 3))
    assert shown.open == {"Node down"}


@pytest.mark.parametrize("names", [("Node down", "Slow"), ("Slow", "Node down")])
def test_of_two_that_hide_each_other_and_come_together_one_is_to_be_seen(names: tuple[str, str]) -> None:
    site = Site(NODE_DOWN, SLOW_HIDES_ALL)
    site.together(*names)
    site.reconcile(10)
    assert site.open


@pytest.mark.parametrize("names", [("Node down", "Slow"), ("Slow", "Node down")])
def test_what_comes_in_one_batch_with_what_holds_it_back_is_held_back(
    site: Site, names: tuple[str, str]
) -> None:
    site.together(*names)
    assert site.open == {"Node down"}


def test_an_end_counts_as_soon_as_it_is_recorded(site: Site) -> None:
    site.told(of("Node down", 0))
    site.told(of("Slow", 1))
    site.clock.time = of("Node down", 62).occurred_at
    site.store.record(replace(site.says(of("Node down", 62, ends=True)), due_at=None))
    site.reconcile(2)
    assert "Slow" in site.open


def test_nothing_is_held_back_at_a_time_before_what_holds_it_back_began(site: Site) -> None:
    site.told(of("Node down", 10))
    site.told(of("Slow", 11))
    assert site.known(of("Slow", 11), at(10.5))
    assert site.known(of("Slow", 11), at(9.5)) is None


def test_where_the_table_does_not_answer_everything_is_opened(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.told(of("Node down", 0))
    site.told(of("Slow", 1))

    def away(_: Any) -> Document:
        raise StoreUnavailable("no answer")

    monkeypatch.setattr(site.store, "load", away)
    for priority in Priority:
        assert site.known(of("Slow", 1, priority=priority), site.clock.now())
    site.clock.time = site.known._read_at + KNOWN_FOR - timedelta(microseconds=1)
    assert site.known(of("Slow", 1), site.clock.now())
    site.clock.time = site.known._read_at + KNOWN_FOR
    assert site.known(of("Slow", 1), site.clock.now()) is None
    site.clock.time += timedelta(minutes=2)
    site.known.refresh(site.store.rows[of("Slow", 1).fingerprint])
    assert site.known(of("Slow", 1), site.clock.now()) is None
    assert {name for name, _ in site.telemetry.problems} == {"INHIBITORS_UNKNOWN"}


def test_only_so_many_are_listed_the_newest_of_them(site: Site) -> None:
    listed = tuple(f"{number:064x}" for number in range(MOST))
    site.store.swap(KEY, Inhibitors(firing=listed).model_dump_json(), 0)
    site.told(of("Node down", 0))
    now = site.store.load(KEY).parsed(Inhibitors).firing
    assert now == (*listed[1:], of("Node down", 0).fingerprint)
    site.told(of("Node down", 1, ends=True))
    assert site.store.load(KEY).parsed(Inhibitors).firing == listed[1:]


def test_a_tombstone_holds_nothing_back_and_is_not_held_back(site: Site) -> None:
    site.known.refresh(row_of(of("Node down", 0, ends=True)))
    assert (site.store.calls, site.telemetry.problems) == ([], [])


def test_without_rules_nothing_is_read() -> None:
    site = Site()
    site.told(of("Node down", 0))
    site.store.calls.clear()
    site.known.refresh(site.row)
    assert site.store.calls == []
