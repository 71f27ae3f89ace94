"""Mirrors: what happens to an issue is delivered at least once, and never delays a step on GitHub."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions import changes, lag
from chalicelib.conditions.facts import Fact, FactKind
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.row import AlertState, Lease
from chalicelib.conditions.steps import needed
from chalicelib.errors import Unavailable
from chalicelib.mirrors import MirrorUnavailable
from chalicelib.routing import load
from chalicelib.settings import Settings
from chalicelib.store import codec
from chalicelib.sync.delivery import LIMIT
from chalicelib.sync.sync import Sync
from chalicelib.wiring.mirrors import mirrors
from chalicelib.wiring.stage import Stage
from tests.unit.builders import REPOSITORY, ROUTING, at, firing, resolved
from tests.unit.sync.test_sync import FIRST, LOST, World, fails_with

MINUTE = timedelta(minutes=1)


class Receiver:
    """Takes facts, unless it is down."""

    def __init__(self) -> None:
        self.down: Exception | None = None
        self.asked = 0
        self.facts: list[Fact] = []

    def deliver(self, condition: str, facts: Sequence[Fact]) -> None:
        assert condition
        self.asked += 1
        if self.down:
            raise self.down
        self.facts += facts

    @property
    def heard(self) -> list[str]:
        return [fact.kind.value for fact in self.facts]


class Mirrored(World):
    """A world in which a mirror is configured."""

    def __init__(self) -> None:
        self.receiver = Receiver()
        super().__init__()

    def worker(self) -> Sync:
        return replace(super().worker(), mirrors=(self.receiver,))


@pytest.fixture
def world() -> Mirrored:
    return Mirrored()


def dropped(world: World) -> list[str]:
    """Why facts were dropped."""
    return [str(error) for name, error in world.telemetry.problems if name == "FACT_DROPPED"]


def undelivered(world: World) -> float:
    """How many failures to deliver are counted."""
    return sum(number for name, number, _ in world.telemetry.counts if name == "FactsUndelivered")


def test_an_opening_an_escalation_and_a_closing_are_mirrored_once_and_at_once(world: Mirrored) -> None:
    world.run(firing(0, priority="P2"))
    world.run(firing(1, priority="P0"))
    row = world.run(resolved(5))
    assert world.receiver.heard == ["opened", "escalated", "closed"]
    assert (row.status.outbox, row.status.mirror_at, row.due_at) == ((), None, None)
    opened = Fact(
        id=world.receiver.facts[0].id,
        kind=FactKind.OPENED,
        ref=FIRST,
        url=f"https://github.com/{REPOSITORY}/issues/1",
        title="[P2] Runner queue too long",
        priority=Priority.P2,
        teams=("dev-infra",),
        at=at(0),
        closed_by=None,
    )
    _, second, third = (fact.id for fact in world.receiver.facts)
    escalated = replace(
        opened, id=second, kind=FactKind.ESCALATED, title="[P0] Runner queue too long", at=at(1)
    )
    escalated = replace(escalated, priority=Priority.P0)
    closed = replace(escalated, id=third, kind=FactKind.CLOSED, at=at(5), closed_by=Closer.US)
    assert world.receiver.facts == [opened, escalated, closed]
    assert len({fact.id for fact in world.receiver.facts}) == 3
    assert world.telemetry.named("MIRRORED") == [
        {
            "fingerprint": row.fingerprint,
            "kind": fact.kind.value,
            "issue": f"{REPOSITORY}#1",
            "priority": fact.priority.value,
            "fact_id": fact.id,
        }
        for fact in world.receiver.facts
    ]


def test_an_issue_that_a_person_has_named_is_mirrored_under_the_title_we_would_give_it(
    world: Mirrored,
) -> None:
    row = world.run(firing(0))
    taken_over = replace(needed(row.status.issue), title="")
    world.store.rows[row.fingerprint] = replace(row, status=replace(row.status, issue=taken_over))
    world.run(resolved(5))
    assert [fact.title for fact in world.receiver.facts] == ["[P1] Runner queue too long"] * 2


def test_a_tier_that_is_called_is_mirrored_as_an_escalation(world: Mirrored) -> None:
    world.policy = Policy(
        load(f'{ROUTING}\n[team.dev-infra]\nescalate_after = "15m"\nescalate_to = [["@ann"]]')
    )
    world.sync = world.worker()
    world.run(firing(0))
    world.settle(40)
    assert world.receiver.heard == ["opened", "escalated"]


def test_a_flap_is_mirrored_as_a_reopening(world: Mirrored) -> None:
    world.run(firing(0))
    world.run(resolved(5))
    world.run(firing(10))
    assert world.receiver.heard == ["opened", "closed", "reopened"]


def test_a_persons_closing_is_mirrored_and_says_so(world: Mirrored) -> None:
    row = world.run(firing(0))
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST)
    world.sync.look(row, world.clock.now() + MINUTE)
    world.settle(5)
    assert world.receiver.heard == ["opened", "closed"]
    assert world.receiver.facts[-1].closed_by is Closer.PERSON


@pytest.mark.parametrize("after", [True, False])
def test_an_opening_whose_answer_was_lost_is_mirrored_once(world: Mirrored, after: bool) -> None:
    world.tracker.faults["open"] = fails_with(LOST, after=after)
    world.run(firing(0))
    world.settle(30)
    assert world.receiver.heard == ["opened"]


def test_a_deleted_issue_is_not_mirrored(world: Mirrored) -> None:
    row = world.run(firing(0))
    assert list(changes.happened(row.status, replace(row.status, issue=None))) == []


def test_without_a_mirror_nothing_is_noted_and_nothing_more_is_written() -> None:
    plain, mirrored = World(), Mirrored()
    for world in (plain, mirrored):
        world.run(firing(0))
        world.run(resolved(5))
    assert plain.row.status.outbox == ()
    assert "outbox" not in codec.status(plain.row)["status"]["S"]
    assert "note" not in plain.store.calls
    assert mirrored.store.calls.count("note") == 2
    assert mirrored.writes() == plain.writes()


def test_what_a_mirror_missed_is_tried_with_growing_pauses_and_delivered_when_it_is_back(
    world: Mirrored,
) -> None:
    world.receiver.down = MirrorUnavailable("down")
    world.run(firing(0))
    asked = []
    for _ in range(4):
        before = world.receiver.asked
        world.reconcile(60)
        asked.append(world.receiver.asked - before)
    assert asked[0] > asked[-1] >= 1
    assert asked[0] < 12
    world.receiver.down = None
    world.run(resolved(242))
    assert world.receiver.heard == ["opened", "closed"]
    assert {name for name, _ in world.telemetry.problems} == {"MIRROR_FAILED"}


def test_a_mirror_that_is_down_changes_nothing_on_github_and_is_no_lag(world: Mirrored) -> None:
    world.receiver.down = RuntimeError("a fault of its own")
    plain = World()
    for each in (world, plain):
        each.run(firing(0, priority="P2"))
        each.run(firing(1, priority="P0"))
        each.clock.pass_(minutes=1)
        each.tracker.close_as_person(FIRST)
        each.sync.look(each.row, each.clock.now() + MINUTE)
    assert world.writes() == plain.writes()
    assert world.row.due_at is not None
    assert plain.row.due_at is None
    assert lag.since(world.row) is None
    assert codec.due(world.row)["waiting_priority"] == {"S": codec.part(codec.SILENCED, Priority.P0)}


def test_a_row_that_github_is_owed_something_lags_though_a_mirror_is_owed_too(world: Mirrored) -> None:
    world.receiver.down = MirrorUnavailable("down")
    world.run(firing(0))
    world.run(resolved(1))
    owed = replace(world.row, due_at=at(3))
    assert owed.status.outbox
    firing_unshown = replace(owed, spec=replace(owed.spec, condition=firing(0).state))
    assert lag.since(firing_unshown) is not None
    assert lag.since(replace(firing_unshown, due_at=owed.status.mirror_at)) is None


def test_what_no_mirror_took_within_a_day_is_dropped_and_logged(world: Mirrored) -> None:
    world.receiver.down = MirrorUnavailable("down")
    world.run(firing(0))
    world.reconcile(26 * 60)
    assert (world.row.status.outbox, world.row.status.mirror_at) == ((), None)
    assert dropped(world) == ["no mirror accepted it within a day"]
    assert undelivered(world) == len(world.telemetry.problems)


def test_a_row_keeps_the_newest_facts_and_the_log_names_those_that_it_drops(world: Mirrored) -> None:
    world.receiver.down = MirrorUnavailable("down")
    for hour in range(5):
        world.run(firing(hour * 120))
        world.run(resolved(hour * 120 + 5))
    kinds = [fact.kind.value for fact in world.row.status.outbox]
    assert kinds == ["opened", "closed"] * 4
    assert [fact.ref.number for fact in world.row.status.outbox][::2] == [2, 3, 4, 5]
    assert dropped(world) == ["a row keeps 8 facts for the mirrors"] * 2
    world.receiver.down = None
    world.settle(120)
    assert world.receiver.heard == kinds


@pytest.mark.parametrize(("left", "heard"), [(LIMIT, ["opened"]), (LIMIT - timedelta(seconds=1), [])])
def test_a_delivery_begins_only_where_it_can_end_in_time(
    world: Mirrored, left: timedelta, heard: list[str]
) -> None:
    world.receiver.down = MirrorUnavailable("down")
    row = world.run(firing(0))
    world.receiver.down = None
    world.clock.pass_(minutes=5)
    world.sync._delivery.deliver(row, row, world.clock.now() + left)
    assert world.receiver.heard == heard


def test_a_lease_that_a_crash_left_behind_keeps_no_fact_from_being_delivered(world: Mirrored) -> None:
    world.receiver.down = MirrorUnavailable("down")
    row = world.run(firing(0))
    world.receiver.down = None
    assert world.store.claim(row, None, Lease("crashed", world.clock.now() + MINUTE))
    world.settle(5)
    assert world.receiver.heard == ["opened"]
    assert world.row.due_at is None


def test_while_github_refuses_the_next_step_what_happened_is_mirrored(world: Mirrored) -> None:
    world.receiver.down = MirrorUnavailable("down")
    world.run(firing(0, priority="P2"))
    world.receiver.down = None
    world.tracker.faults["edit"] = fails_with(Unavailable("503"), times=99)
    world.run(firing(2, priority="P0"))
    assert world.receiver.heard == ["opened"]
    retried_at = world.row.due_at
    assert retried_at is not None
    assert retried_at > world.clock.now()


def test_who_loses_the_race_to_clear_the_outbox_delivers_twice(world: Mirrored) -> None:
    world.receiver.down = MirrorUnavailable("down")
    row = world.run(firing(0))
    world.receiver.down = None
    late, early = world.worker(), world.worker()
    world.clock.pass_(minutes=2)
    early.advance(row, world.clock.now() + MINUTE)
    late.advance(row, world.clock.now() + MINUTE)
    assert world.receiver.heard == ["opened", "opened"]
    assert len({fact.id for fact in world.receiver.facts}) == 1
    assert world.row.status.outbox == ()


def test_an_alert_that_comes_meanwhile_leaves_the_row_due_for_the_mirror(world: Mirrored) -> None:
    world.receiver.down = MirrorUnavailable("down")
    world.run(firing(0))
    world.run(firing(2))
    assert world.row.due_at is not None
    assert world.row.status.mirror_at is not None
    assert world.row.due_at <= world.row.status.mirror_at


def test_an_outbox_left_by_a_mirror_that_is_configured_no_more_is_cleared(world: Mirrored) -> None:
    world.receiver.down = MirrorUnavailable("down")
    row: AlertState = world.run(firing(0))
    world.clock.pass_(minutes=2)
    World.worker(world).advance(row, world.clock.now() + MINUTE)
    assert (world.row.status.outbox, world.row.due_at) == ((), None)
    assert dropped(world) == ["no mirror is configured any longer"]


def test_an_outbox_is_read_as_it_was_written(world: Mirrored) -> None:
    world.receiver.down = MirrorUnavailable("down")
    row = world.run(firing(0))
    item = {"fingerprint": {"S": row.fingerprint}, "revision": {"N": "1"}}
    item |= {name: value for name, value in (codec.spec(row) | codec.status(row)).items() if value}
    assert codec.row(item).status == row.status
    newer = json.loads(item["status"]["S"]) | {"unheard_of": 1}
    item["status"] = {"S": json.dumps(newer)}
    assert codec.row(item).status == row.status


def test_a_stage_has_no_mirror_unless_a_setting_names_one() -> None:
    arn = "arn:aws:sns:eu-west-1:123456789012:alerting-dev-mirror"
    assert mirrors(Stage(Settings.read({}))) == ()
    assert len(mirrors(Stage(Settings.read({"MIRROR_TOPIC_ARN": arn})))) == 1
