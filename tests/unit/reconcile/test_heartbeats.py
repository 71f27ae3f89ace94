"""Heartbeats: one that stays away has an open issue, one that comes has none, and ignorance opens nothing."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.alert import Condition, Priority
from chalicelib.collector.collector import Collector
from chalicelib.conditions import lag
from chalicelib.conditions.heartbeats import BLIND, SETTLED
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.errors import TopicUnavailable
from chalicelib.reconcile.heartbeats import Heartbeats
from chalicelib.reconcile.reconcile import Reconcile
from tests.twins.queue import MemoryQueue
from tests.unit.adapters.test_adapters import payload
from tests.unit.builders import REPOSITORY, policy
from tests.unit.sync.test_sync import World as Synced

MINUTE = timedelta(minutes=1)
Sent = tuple[str, Mapping[str, str], datetime]


class World(Synced):
    """Reconcile each minute, and the collector, which takes at once what is sent unless it stands still."""

    def __init__(self) -> None:
        super().__init__(policy())
        self.queue: list[Sent] = []
        self.still = self.topic_away = False
        self.trials = 0

    def publish(self, bodies: list[str], attributes: Mapping[str, str]) -> None:
        """Take what reconcile sends."""
        if self.topic_away:
            raise TopicUnavailable("away")
        self.trials += len(bodies)
        for body in bodies:
            self.send(json.loads(body), **attributes)

    def send(self, payload: Mapping[str, Any], source: str = "normalized", **_: str) -> None:
        self.queue.append((json.dumps(payload), {"source": source}, self.clock.now()))
        self.collect()

    def beat(self, **fields: Any) -> None:
        known = {
            "source": "backup",
            "kind": "heartbeat",
            "state": "FIRING",
            "title": "Backup",
            "priority": "P1",
        }
        more = {"occurred_at": "2020-01-01T00:00:00Z", "teams": ["dev-infra"], "interval": "5m"}
        self.send(known | more | fields)

    def collect(self) -> None:
        if not self.still:
            records = [_record(*sent) for sent in self.queue]
            self.queue.clear()
            self.collector.collect(records, self.clock.now() + MINUTE)

    def pass_(self, minutes: float) -> None:
        """Let time pass, each minute with a run of reconcile."""
        until = self.clock.now() + timedelta(minutes=minutes)
        while self.clock.now() + MINUTE <= until:
            self.clock.pass_(minutes=1)
            self.run_once()
        self.clock.time = until

    def run_once(self) -> None:
        beats = Heartbeats(self.store, self, "prod", self.sync.advance, self.clock.now, self.telemetry)
        reconcile = Reconcile(self.store, beats.advance, (), self.clock.now, self.telemetry)
        reconcile.run(self.clock.now() + MINUTE)

    @property
    def collector(self) -> Collector:
        return Collector(
            self.store, MemoryQueue(), self.sync.advance, self.policy, MINUTE, self.clock.now, self.telemetry
        )

    @property
    def beats(self) -> AlertState:
        """The row of the heartbeat."""
        (row,) = (row for row in self.store.rows.values() if not _is_trial(row))
        return row

    @property
    def issue(self) -> Issue:
        assert self.beats.status.issue
        return self.beats.status.issue

    @property
    def text(self) -> str:
        """What its issue says."""
        return self.tracker.threads[self.issue.ref].seen.body

    @property
    def open(self) -> list[str]:
        return [seen.title for seen in self.tracker.open_issues]


def _is_trial(row: AlertState) -> bool:
    told = row.spec.early
    return told is not None and told.source == "canary"


def _record(body: str, attributes: Mapping[str, str], at: datetime) -> dict[str, Any]:
    stamped = {name: {"stringValue": value} for name, value in attributes.items()}
    sent = {"SentTimestamp": str(round(at.timestamp() * 1000))}
    told = {"messageId": "m", "receiptHandle": "h", "body": body}
    return {**told, "attributes": sent, "messageAttributes": stamped}


@pytest.fixture
def world() -> World:
    return World()


def beating(world: World, minutes: int = 30, every: int = 5, **fields: Any) -> None:
    for _ in range(0, minutes, every):
        world.beat(**fields)
        world.pass_(every)
    world.beat(**fields)


def test_one_that_beats_has_no_issue_and_costs_github_nothing(world: World) -> None:
    beating(world, 60)
    assert (world.tracker.threads, world.tracker.calls, world.trials) == ({}, [], 0)
    assert world.beats.spec.condition is Condition.RESOLVED


@pytest.mark.parametrize(
    ("interval", "grace", "soonest"),
    [
        ("5m", None, 7.5),
        ("1m", "1m", 2),
        ("10m", "1m", 11),
        ("1d", None, 25 * 60),
        ("31d", "2h", 31 * 1440 + 120),
    ],
)
def test_silence_opens_an_issue_within_two_minutes_of_interval_and_grace(
    world: World, interval: str, grace: str | None, soonest: float
) -> None:
    world.beat(interval=interval, grace=grace)
    world.pass_(int(soonest - 0.5))
    assert world.open == []
    world.pass_(2)
    assert [title.partition("[cloud")[0].strip() for title in world.open] == ["[P1] No heartbeat from Backup"]


def test_the_next_beat_closes_it(world: World) -> None:
    beating(world)
    world.pass_(60)
    assert world.issue.open
    body = world.text
    assert "The last heartbeat came at 2026-03-01 03:30 UTC; one is due every 5 minutes." in body
    world.beat()
    assert (world.open, world.issue.closed_by, world.issue.state_reason) == ([], Closer.US, "completed")
    beating(world, 30)
    assert len(world.tracker.threads) == 1


def test_one_that_its_sender_ends_is_waited_for_no_more(world: World) -> None:
    beating(world)
    world.pass_(1)
    world.beat(state="RESOLVED")
    world.pass_(600)
    assert (world.tracker.threads, world.beats.due_at) == ({}, None)


def test_one_that_is_ended_while_it_is_silent_is_closed_as_not_planned(world: World) -> None:
    world.beat()
    world.pass_(20)
    world.beat(state="RESOLVED", reason="The job is gone.")
    assert (world.open, world.issue.state_reason) == ([], "not_planned")
    world.pass_(600)
    assert world.open == []
    world.beat()
    world.pass_(60)
    assert len(world.open) == 1


def test_a_person_who_closes_its_issue_is_not_asked_again_until_it_beats(world: World) -> None:
    world.beat()
    world.pass_(20)
    world.tracker.close_as_person(world.issue.ref, "completed")
    world.sync.look(world.beats, world.clock.now() + MINUTE)
    world.pass_(600)
    assert world.open == []
    world.beat()
    world.pass_(20)
    assert len(world.open) == 1


def test_an_interval_that_is_not_stated_is_learned(world: World) -> None:
    world.beat(interval=None)
    world.pass_(290)
    assert world.open == []
    world.beat(interval=None)
    beating(world, 24 * 60, 30, interval=None)
    assert world.beats.spec.repeats_every == timedelta(minutes=30)
    world.pass_(47)
    assert len(world.open) == 1


def test_a_watchdog_that_alertmanager_resolves_is_silence_at_once(world: World) -> None:
    group, ended = payload("alertmanager/watchdog"), payload("alertmanager/watchdog-resolved")
    for _ in range(4):
        world.send(group, "alertmanager")
        world.pass_(60)
    world.send(ended, "alertmanager")
    assert len(world.open) == 1
    world.pass_(24 * 60)
    assert (len(world.open), "alert:stale" in world.issue.labels) == (1, False)
    world.send(group, "alertmanager")
    assert world.open == []


class TestIgnorance:
    def test_while_the_collector_stands_still_nothing_is_opened(self, world: World) -> None:
        beating(world)
        world.still = True
        for _ in range(4):
            world.pass_(5)
            world.beat()
        assert (world.open, world.trials > 0) == ([], True)
        world.still = False
        world.collect()
        world.pass_(2)
        assert world.tracker.threads == {}

    def test_if_it_stands_still_for_too_long_silence_is_reported_all_the_same(self, world: World) -> None:
        world.beat()
        world.still = True
        world.pass_(7.5 + BLIND / MINUTE - 2)
        assert world.open == []
        world.pass_(4)
        assert "its queue may be at fault" in world.text

    def test_so_it_is_if_no_trial_can_be_sent(self, world: World) -> None:
        world.beat()
        world.topic_away = True
        world.pass_(7.5 + BLIND / MINUTE + 2)
        assert len(world.open) == 1

    def test_after_a_standstill_of_reconcile_what_still_waits_in_the_queue_has_its_time(
        self, world: World
    ) -> None:
        beating(world)
        world.clock.pass_(minutes=180)
        world.run_once()
        world.pass_(SETTLED / MINUTE - 1)
        assert world.tracker.threads == {}
        world.beat()
        world.pass_(5)
        assert world.tracker.threads == {}

    def test_after_a_standstill_silence_is_reported_once_all_has_arrived(self, world: World) -> None:
        beating(world)
        world.clock.pass_(minutes=180)
        world.run_once()
        world.pass_(SETTLED / MINUTE + 1)
        assert len(world.open) == 1

    def test_a_beat_counts_from_when_it_was_received(self, world: World) -> None:
        world.beat()
        world.pass_(5)
        world.still = True
        world.beat()
        world.pass_(4)
        world.still = False
        world.collect()
        world.pass_(3)
        assert world.open == []
        world.pass_(2)
        assert len(world.open) == 1

    def test_a_beat_that_arrives_after_its_issue_closes_it_and_a_copy_of_an_older_one_does_not(
        self, world: World
    ) -> None:
        world.beat()
        world.pass_(4)
        world.still = True
        world.beat()
        (late,) = world.queue
        world.queue.clear()
        world.still = False
        world.pass_(5)
        assert len(world.open) == 1
        world.queue.append(late)
        world.collect()
        assert world.open == []
        world.pass_(8)
        assert len(world.open) == 1
        world.queue.append(late)
        world.collect()
        assert len(world.open) == 1

    def test_a_row_that_changed_meanwhile_is_left_for_the_next_minute(self, world: World) -> None:
        world.beat()
        before = world.beats
        world.pass_(6.5)
        world.beat()
        world.clock.pass_(minutes=1.5)
        beats = Heartbeats(world.store, world, "prod", world.sync.advance, world.clock.now, world.telemetry)
        beats.advance(before, world.clock.now() + MINUTE)
        assert world.tracker.threads == {}


def test_many_that_are_silent_share_a_trial(world: World) -> None:
    for number in range(20):
        world.beat(title=f"Job {number}")
    world.pass_(12)
    assert (len(world.open), world.trials) == (20, 1)


def test_it_is_as_urgent_as_it_says_though_it_never_was_silent(world: World) -> None:
    world.beat(priority="P0")
    assert world.beats.priority is Priority.P0


def test_where_issues_are_left_open_the_next_beat_is_waited_for_and_nothing_else(world: World) -> None:
    world.beat(teams=["keepers"])
    world.pass_(20)
    world.beat(teams=["keepers"])
    assert (world.issue.open, "alert:resolved" in world.issue.labels) == (True, True)
    assert (world.beats.due_at is not None, lag.since(world.beats)) == (True, None)


def test_the_issue_goes_where_its_team_is(world: World) -> None:
    world.beat()
    world.pass_(20)
    assert world.issue.ref.repository == REPOSITORY
