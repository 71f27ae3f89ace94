"""Sync on working twins: what GitHub and the row look like when it rests, whatever happened on the way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from chalicelib import render
from chalicelib.alert import AlertEvent, Priority
from chalicelib.cli.doctor.steps import unending
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.conditions.nothing import Nothing
from chalicelib.conditions.plan import Policy, plan
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState, Lease
from chalicelib.conditions.setbacks import Denial
from chalicelib.conditions.steps import AddComment, OpenIssue
from chalicelib.conditions.unopened import Failing, Unfinished, Waiting, unopened
from chalicelib.errors import (
    CommentsClosed,
    ConfigurationError,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Suspended,
    Unavailable,
)
from chalicelib.rate_limit.rules import Call, Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.sync import intents
from chalicelib.sync.execute import Executor
from chalicelib.sync.sync import Sync, Timing
from tests.twins.clock import ManualClock
from tests.twins.store import MemoryStore
from tests.twins.telemetry import Recorder
from tests.twins.tracker import MemoryTracker
from tests.unit.builders import REPOSITORY, at, firing, policy, resolved

FIRST = IssueRef(REPOSITORY, 1)


class World:
    """Everything sync touches, and the provider's side of it."""

    def __init__(self, settings: Policy | None = None) -> None:
        self.clock = ManualClock()
        self.store = MemoryStore()
        self.tracker = MemoryTracker(self.clock.now)
        self.telemetry = Recorder()
        self.policy = settings or policy()
        self.gate = SharedBudget(self.store, Limits(), self.clock.now)
        self.sync = self.worker()

    def worker(self) -> Sync:
        act = Executor(lambda: self.tracker, self.policy.routing, self.clock.now, self.store.of_issue)
        return Sync(self.store, self.gate, act, self.clock, self.policy, Timing(), self.telemetry)

    def says(self, alert: AlertEvent) -> AlertState:
        """Record an alert as the collector does."""
        row = self.store.rows.get(alert.fingerprint)
        told = record(row, alert, self.clock.now()).as_of(self.clock.now())
        step = plan(told, self.clock.now(), self.policy)
        due_at = step.due_at if isinstance(step, Nothing) else self.clock.now()
        written = self.store.record(replace(told, due_at=due_at))
        assert written
        return written

    def run(self, alert: AlertEvent) -> AlertState:
        """Record and sync at the alert's time."""
        self.clock.time = max(self.clock.time, alert.occurred_at)
        self.sync.advance(self.says(alert), self.clock.now() + timedelta(minutes=1))
        return self.row

    def settle(self, minutes: float = 30) -> AlertState:
        """Let reconcile run every half minute for a while."""
        self.reconcile(minutes)
        return self.row

    def before_due(self, until: datetime) -> None:
        """Do what reconcile does before it works on what is due."""

    def reconcile(self, minutes: float) -> None:
        """Work on whatever is due, every half minute for a while."""
        until = self.clock.now() + timedelta(minutes=minutes)
        while self.clock.now() < until:
            self.clock.pass_(seconds=30)
            self.before_due(self.clock.now() + timedelta(minutes=1))
            for priority in Priority:
                for fingerprint in self.store.due(priority, self.clock.now(), 10):
                    self.sync.advance(self.store.rows[fingerprint], self.clock.now() + timedelta(minutes=1))

    @property
    def row(self) -> AlertState:
        (row,) = self.store.rows.values()
        return row

    @property
    def actions(self) -> list[str]:
        return [keys["action"] for keys in self.telemetry.named("STEP")]

    def writes(self) -> list[str]:
        reads = {"read", "changed", "comments", "open_ones"}
        return [call for call in self.tracker.calls if call not in reads]


@pytest.fixture
def world() -> World:
    return World()


def fails_with(
    error: BaseException, *, after: bool = False, times: int = 1
) -> Callable[[str, Callable[[], Any]], Any]:
    """A fault before, or after, the call's effect."""
    left = [times]

    def fault(_: str, effect: Callable[[], Any]) -> Any:
        if left[0] == 0:
            return effect()
        left[0] -= 1
        if after:
            effect()
        raise error

    return fault


LOST = OutcomeUnknown("connection dropped")


def test_a_firing_alert_opens_one_issue_with_one_read_and_three_writes(world: World) -> None:
    row = world.run(firing(0))
    assert [issue.title for issue in world.tracker.open_issues] == ["[P1] Runner queue too long"]
    assert (row.due_at, row.intent, row.lease) == (None, None, None)
    assert [call for call in world.store.calls if call in ("record", "claim", "settle", "rest")] == [
        "record",
        "claim",
        "settle",
    ]
    assert world.store.calls.count("swap") == 1


def test_running_twice_is_harmless(world: World) -> None:
    row = world.run(firing(0))
    world.sync.advance(row, at(9))
    assert world.writes() == ["open"]


def test_repeats_within_the_interval_cost_github_nothing_and_are_told_in_one_update(world: World) -> None:
    for minutes in (0, 2, 4, 6):
        world.run(firing(minutes))
    assert world.writes() == ["open"]
    world.settle(8)
    assert world.writes() == ["open", "edit"]


def test_a_resolution_closes_the_issue_in_one_write(world: World) -> None:
    world.run(firing(0))
    world.run(resolved(5))
    assert world.tracker.open_issues == []
    assert world.tracker.threads[FIRST].state_reason == "completed"
    assert world.tracker.calls == ["open", "read", "edit"]
    assert world.row.due_at is None


def test_a_rule_that_was_deleted_closes_as_not_planned(world: World) -> None:
    world.run(firing(0))
    world.run(resolved(5, recovered=False))
    assert world.tracker.threads[FIRST].state_reason == "not_planned"


def test_a_flap_keeps_its_issue_and_a_recurrence_gets_a_fresh_one(world: World) -> None:
    world.run(firing(0))
    world.run(resolved(5))
    world.run(firing(10))
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]
    world.run(resolved(15))
    world.run(firing(99))
    assert [issue.ref.number for issue in world.tracker.open_issues] == [2]
    assert world.row.status.predecessor == FIRST
    assert "#1" in world.tracker.open_issues[0].body


def test_an_escalation_moves_title_and_labels_and_tells_people(world: World) -> None:
    world.run(firing(0, priority="P2"))
    world.tracker.change(FIRST, Closer.PERSON, labels=(*world.tracker.threads[FIRST].seen.labels, "people's"))
    world.run(firing(1, priority="P0"))
    seen = world.tracker.threads[FIRST].seen
    assert seen.title.startswith("[P0]")
    assert {"Pri:P0", "people's"} <= set(seen.labels)
    assert "Pri:P2" not in seen.labels
    assert len(world.tracker.threads[FIRST].comments) == 1


def test_people_are_told_again_when_it_gets_worse_again(world: World) -> None:
    for minute, priority in enumerate(("P2", "P0", "P2", "P0")):
        world.run(firing(minute, priority=priority))
    assert len(world.tracker.threads[FIRST].comments) == 2


def test_a_title_that_a_person_wrote_stays(world: World) -> None:
    world.run(firing(0, priority="P2"))
    world.tracker.change(FIRST, Closer.PERSON, title="Runners: see #12")
    world.run(firing(1, priority="P0"))
    world.run(firing(2, priority="P1"))
    assert world.tracker.threads[FIRST].seen.title == "Runners: see #12"


def test_what_a_person_wrote_around_our_block_stays(world: World) -> None:
    world.run(firing(0))
    body = world.tracker.threads[FIRST].seen.body
    world.tracker.change(FIRST, Closer.PERSON, body=f"Above.\n\n{body}\n\nBelow.")
    world.run(resolved(5))
    written = world.tracker.threads[FIRST].seen.body
    assert written.startswith("Above.\n\n")
    assert written.endswith("\n\nBelow.")
    assert written != f"Above.\n\n{body}\n\nBelow."


def test_a_persons_closing_is_silence_until_the_condition_resolves_once(world: World) -> None:
    world.run(firing(0))
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST)
    for minutes in (2, 30, 90):
        world.run(firing(minutes))
    world.settle(90)
    assert world.tracker.open_issues == []
    world.run(resolved(300))
    world.run(firing(301))
    assert [issue.ref.number for issue in world.tracker.open_issues] == [2]


def test_an_issue_that_a_person_opens_again_after_the_resolution_is_left_open(world: World) -> None:
    world.run(firing(0))
    row = world.run(resolved(5))
    world.tracker.reopen_as_person(FIRST)
    world.sync.look(row, at(9))
    world.settle(30)
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]
    world.run(firing(60))
    world.run(resolved(61))
    assert world.tracker.open_issues == []


def test_a_muted_issue_is_left_alone(world: World) -> None:
    world.run(firing(0))
    world.tracker.change(
        FIRST, Closer.PERSON, labels=(*world.tracker.threads[FIRST].seen.labels, "alert:muted")
    )
    world.run(resolved(5))
    assert world.row.status.issue
    assert world.row.status.issue.muted
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", ["open", "edit", "comment", "add_labels", "remove_label"])
def test_an_unknown_outcome_never_doubles_nor_loses(world: World, call: str, after: bool) -> None:
    world.tracker.faults[call] = fails_with(LOST, after=after)
    world.run(firing(0, priority="P2"))
    world.settle(4)
    world.run(firing(8, priority="P0"))
    world.settle(30)
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]
    assert world.tracker.open_issues[0].title.startswith("[P0]")
    assert len(world.tracker.threads[FIRST].comments) == 1
    world.run(resolved(50))
    world.settle(30)
    assert world.tracker.open_issues == []
    assert (world.row.intent, world.row.due_at) == (None, None)


@pytest.mark.parametrize("after", [False, True])
def test_an_opening_of_unknown_outcome_is_found_though_the_alert_resolved_meanwhile(
    world: World, after: bool
) -> None:
    world.tracker.faults["open"] = fails_with(LOST, after=after)
    world.run(firing(0))
    world.run(resolved(0.1))
    world.settle(30)
    assert len(world.tracker.all_issues) == 1
    assert world.tracker.open_issues == []


def test_an_empty_list_is_no_proof_of_absence(world: World) -> None:
    world.tracker.faults["open"] = fails_with(LOST, after=True)
    world.run(firing(0))
    world.tracker.hidden.add(FIRST)
    world.settle(1.5)
    assert world.row.intent
    assert world.row.intent.looks == 1
    world.tracker.hidden.clear()
    world.settle(5)
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]


def test_a_title_set_by_a_lost_answer_is_still_ours(world: World) -> None:
    world.run(firing(0, priority="P2"))
    world.tracker.faults["edit"] = fails_with(LOST, after=True)
    world.run(firing(1, priority="P0"))
    world.run(firing(1.1, priority="P3"))
    world.settle(10)
    assert world.tracker.threads[FIRST].seen.title.startswith("[P3]")


def test_a_label_set_by_a_lost_answer_is_still_ours(world: World) -> None:
    world.run(firing(0, priority="P2"))
    world.tracker.faults["add_labels"] = fails_with(LOST, after=True)
    world.run(firing(1, priority="P0"))
    world.run(firing(1.1, priority="P3"))
    world.settle(10)
    seen = world.tracker.threads[FIRST].seen
    assert [label for label in seen.labels if label.startswith("Pri:")] == ["Pri:P3"]


def test_a_closing_by_a_person_after_ours_is_seen_before_reopening(world: World) -> None:
    world.run(firing(0))
    world.run(resolved(5))
    world.tracker.reopen_as_person(FIRST)
    world.clock.time = at(7)
    world.tracker.close_as_person(FIRST)
    world.run(firing(6.5))
    assert world.tracker.open_issues == []


def test_a_closing_by_a_person_in_this_episode_is_seen_before_another_issue_is_opened(world: World) -> None:
    world.run(firing(0))
    world.run(resolved(5))
    world.clock.time = at(60)
    world.tracker.reopen_as_person(FIRST)
    world.clock.time = at(70)
    world.tracker.close_as_person(FIRST)
    world.run(firing(65))
    assert len(world.tracker.all_issues) == 1
    assert world.tracker.open_issues == []


@pytest.mark.parametrize("error", [Gone("410", status=410), Refused("404", status=404)])
def test_an_issue_that_is_out_of_sight_keeps_no_other_from_being_opened(world: World, error: Refused) -> None:
    world.run(firing(0))
    world.run(resolved(5))
    world.tracker.faults["read"] = fails_with(error, times=99)
    world.run(firing(99))
    assert [issue.ref.number for issue in world.tracker.open_issues] == [2]


def test_while_the_issue_before_cannot_be_read_another_waits(world: World) -> None:
    world.run(firing(0))
    world.run(resolved(5))
    world.tracker.faults["read"] = fails_with(Refused("403", status=403), times=1)
    world.run(firing(99))
    assert world.tracker.open_issues == []
    world.settle(30)
    assert [issue.ref.number for issue in world.tracker.open_issues] == [2]


def test_a_found_comment_calls_only_the_people_it_named(world: World) -> None:
    world.run(firing(0, priority="P2"))
    world.tracker.faults["comment"] = fails_with(LOST, after=True)
    world.run(firing(1, priority="P1"))
    world.run(firing(1.1, priority="P0"))
    world.settle(10)
    assert len(world.tracker.threads[FIRST].comments) == 2


def test_the_same_is_not_commented_twice(world: World) -> None:
    world.run(firing(0))
    world.run(firing(61))
    world.tracker.faults["edit"] = fails_with(Refused("403", status=403), times=999)
    world.settle(180)
    assert len(world.tracker.threads[FIRST].comments) == 1


def test_an_opening_that_a_person_closed_before_it_was_found_stays_closed(world: World) -> None:
    world.tracker.faults["open"] = fails_with(LOST, after=True)
    world.run(firing(0))
    world.clock.pass_(seconds=30)
    world.tracker.close_as_person(FIRST)
    world.settle(30)
    assert len(world.tracker.all_issues) == 1
    assert world.tracker.open_issues == []


def test_a_reopening_of_unknown_outcome_is_ours_and_closed_when_it_resolves(world: World) -> None:
    world.run(firing(0))
    world.run(resolved(5))
    world.tracker.faults["edit"] = fails_with(LOST, after=True)
    world.run(firing(6))
    world.run(resolved(6.1))
    world.settle(30)
    assert world.tracker.open_issues == []


def test_an_issue_of_a_stranger_with_our_marker_is_not_taken_for_ours(world: World) -> None:
    world.tracker.faults["open"] = fails_with(LOST, after=True)
    world.run(firing(0))
    world.tracker.change(FIRST, Closer.PERSON, by_us=False)
    world.settle(5)
    assert world.row.status.issue
    assert world.row.status.issue.ref.number == 2


def test_an_unfinished_opening_is_found_below_a_pasted_marker(world: World) -> None:
    world.tracker.faults["open"] = fails_with(LOST, after=True)
    world.run(firing(0))
    pasted = render.marker("another", at(0))
    body = world.tracker.threads[FIRST].seen.body
    world.tracker.change(FIRST, Closer.PERSON, body=f"{pasted}\n\n{body}")
    world.settle(20)
    assert len(world.tracker.all_issues) == 1
    assert world.row.status.issue
    assert world.row.status.issue.ref == FIRST


def test_an_unfinished_opening_never_takes_the_issue_of_another_row(world: World) -> None:
    """A person pastes what the lost one shows, marker included, above another condition's text."""
    other = firing(0, title="other", identity={"alarm_id": "other"})
    world.sync.advance(world.says(other), at(1))
    world.tracker.faults["open"] = fails_with(LOST, after=True)
    lost = world.says(firing(0.1))
    world.sync.advance(lost, at(1))
    bodies = [world.tracker.threads[IssueRef(REPOSITORY, number)].seen.body for number in (1, 2)]
    world.tracker.change(FIRST, Closer.PERSON, body=f"{bodies[1]}\n\n{bodies[0]}")
    world.reconcile(20)
    issues = [world.store.rows[name].status.issue for name in (other.fingerprint, lost.fingerprint)]
    assert [issue.ref.number for issue in issues if issue] == [1, 2]
    assert {issue.ref.number for issue in world.tracker.open_issues} == {1, 2}


def test_a_row_whose_steps_never_end_is_claimed_less_and_less_often_and_gives_way(world: World) -> None:
    """Each try ends its process, as one that reads a comment for longer than a function may run."""

    class Dead(BaseException):
        pass

    def dies(_: str, effect: Callable[[], Any]) -> Any:
        raise Dead

    row = world.run(firing(0))
    world.tracker.faults["spoken"] = dies
    world.store.ask(replace(row, look=True, due_at=at(0)))
    tries: list[float] = []
    for minute in range(120):
        world.clock.time = at(minute + 0.5)
        for fingerprint in world.store.due(Priority.P1, world.clock.now(), 10):
            row = world.store.rows[fingerprint]
            try:
                world.sync.advance(row, world.clock.now() + timedelta(minutes=1))
            except Dead:
                tries.append(minute)
                assert world.row.due_at
                assert world.row.due_at > world.clock.now(), "what is due already comes first"
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses[:6] == sorted(pauses[:6])
    assert (pauses[0], max(pauses)) == (1, 16)
    told = world.telemetry.named("STEPS_NEVER_END")
    assert [keys["unended"] for keys in told] == list(range(3, len(tries)))
    assert {(keys["fingerprint"], keys["action"]) for keys in told} == {(row.fingerprint, "LOOK")}
    assert world.telemetry.counts.count(("StepsNeverEnding", 1, {})) == len(told)
    assert unending(world.store, world.clock.now()) == [row.fingerprint]
    world.tracker.faults.clear()
    world.settle(30)
    assert unending(world.store, world.clock.now()) == []
    assert (world.row.look, world.row.lease, world.row.due_at) == (False, None, None)


def test_a_lost_answer_is_no_step_that_never_ends(world: World) -> None:
    world.tracker.faults["open"] = fails_with(OutcomeUnknown("dropped"))
    world.run(firing(0))
    world.settle(20)
    assert world.tracker.open_issues
    assert world.telemetry.named("STEPS_NEVER_END") == []


@pytest.mark.parametrize("step", range(12))
def test_a_crash_at_any_write_of_the_row_neither_doubles_nor_loses(world: World, step: int) -> None:
    """The worker dies before its n-th call to the table or to GitHub, and another takes over."""
    calls = [0]

    class Dead(BaseException):
        pass

    def mortal(call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            calls[0] += 1
            if calls[0] == step:
                raise Dead
            return call(*args, **kwargs)

        return guarded

    names = ["claim", "settle", "rest", "swap"]
    for name in names:
        setattr(world.store, name, mortal(getattr(world.store, name)))
    for name in ("open", "read", "edit"):
        setattr(world.tracker, name, mortal(getattr(world.tracker, name)))
    for alert in (firing(0), resolved(5)):
        try:
            world.run(alert)
        except Dead:
            step = -1
    world.settle(30)
    assert len(world.tracker.all_issues) == 1
    assert world.tracker.open_issues == []


def test_two_workers_open_one_issue(world: World) -> None:
    row = world.says(firing(0))
    world.sync.advance(row, at(1))
    world.worker().advance(row, at(1))
    assert len(world.tracker.all_issues) == 1


def test_news_that_came_while_acting_is_acted_on(world: World) -> None:
    def resolves_meanwhile(_: str, effect: Callable[[], Any]) -> Any:
        world.tracker.faults.clear()
        opened = effect()
        world.says(resolved(0.01))
        return opened

    world.tracker.faults["open"] = resolves_meanwhile
    world.run(firing(0))
    assert world.tracker.open_issues == []
    assert world.row.due_at is None


def test_a_lost_lease_settles_nothing(world: World) -> None:
    def takes_too_long(_: str, effect: Callable[[], Any]) -> Any:
        world.tracker.faults.clear()
        opened = effect()
        world.clock.pass_(minutes=5)
        world.worker().advance(world.row, world.clock.now() + timedelta(minutes=1))
        return opened

    world.tracker.faults["open"] = takes_too_long
    world.run(firing(0))
    assert len(world.tracker.all_issues) == 1
    assert world.row.status.issue


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("no connection"),
        RateLimited("slow down", retry_at=at(3), status=403, request_id=None),
        RateLimited("slow down", retry_at=None, status=403, request_id=None),
        Refused("404 Not Found", status=404),
        ConfigurationError("alerting-app-secrets", ["github_app_id is missing"]),
    ],
)
def test_what_did_not_happen_is_tried_again_later(world: World, error: Exception) -> None:
    world.tracker.faults["open"] = fails_with(error)
    row = world.run(firing(0))
    assert world.tracker.all_issues == []
    assert row.due_at
    assert row.due_at > world.clock.now()
    assert (row.intent, row.lease) == (None, None)
    world.settle(10)
    assert len(world.tracker.open_issues) == 1


def test_refusals_in_a_row_are_tried_ever_less_often(world: World) -> None:
    world.tracker.faults["open"] = fails_with(Refused("404", status=404), times=100)
    world.run(firing(0))
    world.settle(120)
    assert 5 <= world.tracker.calls.count("open") <= 14


def test_a_deleted_issue_is_replaced_if_the_condition_still_fires(world: World) -> None:
    world.run(firing(0))
    world.tracker.delete(FIRST)
    world.run(firing(30))
    assert [issue.ref.number for issue in world.tracker.open_issues] == [2]


def test_a_deleted_issue_of_a_resolved_condition_is_let_go(world: World) -> None:
    world.run(firing(0))
    world.tracker.delete(FIRST)
    world.run(resolved(30))
    assert world.tracker.open_issues == []
    assert world.row.due_at is None


def test_an_issue_that_takes_no_comments_is_told_by_its_body(world: World) -> None:
    world.tracker.faults["comment"] = fails_with(CommentsClosed("locked", status=403), times=9)
    world.run(firing(0))
    world.run(firing(120))
    world.run(firing(240))
    assert world.tracker.calls.count("comment") == 1
    assert world.tracker.calls.count("edit") == 2


@pytest.mark.parametrize("call", ["add_labels", "remove_label"])
def test_labels_that_github_does_not_set_are_tried_once(world: World, call: str) -> None:
    world.tracker.faults[call] = fails_with(Refused("403", status=403), times=99)
    world.run(firing(0, priority="P2"))
    world.run(firing(1, priority="P0"))
    world.settle(30)
    assert world.tracker.calls.count(call) == 1
    assert world.row.due_at is None


def test_a_gone_repository_keeps_the_row_due(world: World) -> None:
    world.tracker.faults["open"] = fails_with(Gone("410 Issues are disabled", status=410))
    world.run(firing(0))
    world.settle(5)
    assert len(world.tracker.open_issues) == 1


def test_a_refused_budget_leaves_an_unfinished_opening_in_place(world: World) -> None:
    world.tracker.faults["open"] = fails_with(LOST, after=True)
    world.run(firing(0))
    world.gate.limited("example-org", at(10))
    world.settle(5)
    assert world.row.intent
    assert world.row.due_at
    world.settle(30)
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]


def test_what_the_budget_refused_was_never_begun(world: World) -> None:
    world.gate.limited("example-org", at(10))
    row = world.run(firing(0))
    assert (row.intent, row.lease, row.due_at) == (None, None, at(10))
    world.settle(30)
    assert world.tracker.calls == ["open"]


def test_while_another_worker_acts_nothing_is_written(world: World) -> None:
    row = replace(world.says(firing(0)), lease=Lease("other", at(1)))
    world.store.calls.clear()
    world.sync.advance(row, at(1))
    assert world.store.calls == []


def test_a_lease_that_ran_out_is_gone_once_the_row_rests(world: World) -> None:
    """A claim whose answer was lost leaves it; the next claim would count it as one that never ended."""
    row = world.run(firing(0))
    left = world.store.claim(row, None, Lease("other", at(1)))
    assert left
    world.clock.time = at(2)
    world.sync.advance(left, at(4))
    assert (world.row.lease, world.row.due_at) == (None, None)


def test_an_issue_that_comes_too_late_is_last_in_line(world: World) -> None:
    world.gate.limited("example-org", at(10))
    late = world.run(firing(0, priority="P0"))
    assert intents.call(late, OpenIssue()) == Call(Kind.OPEN, Priority.P0)
    late = world.run(resolved(5, priority="P0"))
    assert intents.call(late, OpenIssue()) == Call(Kind.OPEN, Priority.P3)


def test_a_comment_that_calls_people_waits_no_longer_than_an_issue_would(world: World) -> None:
    row = world.run(firing(0, priority="P0"))
    assert intents.call(row, AddComment(FIRST, "escalation-2")) == Call(Kind.OPEN, Priority.P0)
    assert intents.call(row, AddComment(FIRST, "repeat-2")) == Call(Kind.COMMENT, Priority.P0)


def test_an_urgent_episode_that_ended_unseen_is_opened_and_closed(world: World) -> None:
    world.gate.limited("example-org", at(10))
    world.run(firing(0))
    world.run(resolved(5))
    assert world.tracker.all_issues == []
    world.settle(30)
    assert len(world.tracker.all_issues) == 1
    assert world.tracker.open_issues == []


def test_a_lesser_episode_that_ended_unseen_is_told_in_the_next_issue(world: World) -> None:
    world.gate.limited("example-org", at(10))
    world.run(firing(0, priority="P3"))
    world.run(resolved(5, priority="P3"))
    world.settle(30)
    assert world.tracker.all_issues == []
    world.run(firing(60, priority="P3"))
    assert "03:00" in world.tracker.open_issues[0].body


def test_comments_are_the_first_to_be_dropped_and_the_body_tells_instead(world: World) -> None:
    """A budget that refuses comments only: the repeat's comment follows when there is room again."""
    world.run(firing(0))
    world.clock.time = at(60)
    world.gate = SharedBudget(world.store, Limits(per_hour=120), world.clock.now)
    world.gate.ask("example-org", Call(Kind.OPEN, Priority.P3))
    world.sync = world.worker()
    world.run(firing(61))
    assert "Reported 2 times" in world.tracker.threads[FIRST].seen.body
    assert world.tracker.threads[FIRST].comments == []
    world.gate = SharedBudget(world.store, Limits(), world.clock.now)
    world.sync = world.worker()
    world.run(firing(122))
    assert len(world.tracker.threads[FIRST].comments) == 1


def test_an_escalation_calls_its_people_while_other_comments_are_dropped(world: World) -> None:
    world.run(firing(0, priority="P2"))
    world.gate = SharedBudget(world.store, Limits(per_hour=120), world.clock.now)
    world.sync = world.worker()
    world.run(firing(1, priority="P0"))
    assert len(world.tracker.threads[FIRST].comments) == 1


def test_disabled_github_is_not_called_and_enabling_opens_what_still_fires() -> None:
    world = World(policy(enabled=False))
    world.run(firing(0))
    world.settle(30)
    assert world.tracker.calls == []
    world.policy = policy()
    world.sync = world.worker()
    world.settle(15)
    assert len(world.tracker.open_issues) == 1


def test_near_its_end_a_worker_begins_nothing(world: World) -> None:
    row = world.says(firing(0))
    for left in (timedelta(seconds=10), world.sync.timing.call):
        world.sync.advance(row, world.clock.now() + left)
    assert world.tracker.calls == []
    assert world.row.due_at
    world.sync.advance(row, world.clock.now() + world.sync.timing.call + timedelta(microseconds=1))
    assert world.tracker.calls == ["open"]


def test_a_hundred_thousand_repeats_in_a_day_are_24_comments_and_150_writes(world: World) -> None:
    """Every minute for a day, as each is the same to sync; a storm sends all of them."""
    world.sync.advance(world.says(firing(0)), at(1))
    for minute in range(1, 24 * 60):
        world.clock.time = at(minute)
        row = world.says(firing(minute))
        if row.due_at and row.due_at <= world.clock.now():
            world.sync.advance(row, world.clock.now() + timedelta(minutes=1))
    assert len(world.tracker.all_issues) == 1
    assert len(world.tracker.threads[FIRST].comments) <= 24
    assert len(world.writes()) <= 150


def archived() -> Refused:
    error = Refused("POST /repos: 403 Repository was archived so is read-only.", status=403, request_id="A1")
    error.words = "Repository was archived so is read-only."
    return error


def test_the_row_keeps_what_github_refuses_until_a_step_succeeds(world: World) -> None:
    world.tracker.faults["open"] = fails_with(archived(), times=3)
    row = world.run(firing(0))
    world.settle(2)
    kept = world.row.status.refusal
    assert row.status.refusal
    assert kept
    assert (kept.status, kept.message, kept.request_id, kept.step) == (
        403,
        "Repository was archived so is read-only.",
        "A1",
        "CREATE",
    )
    assert kept.since == row.status.refusal.since < kept.at
    assert unopened(world.row, world.clock.now(), world.policy) == Failing(kept, world.row.due_at)
    assert world.settle(5).status.refusal is None
    assert len(world.tracker.open_issues) == 1


def test_the_row_keeps_what_came_instead_of_an_answer_while_its_outcome_is_unknown(world: World) -> None:
    lost = OutcomeUnknown("POST /repos/org/infra/issues: 502", status=502, request_id="B2")
    world.tracker.faults["open"] = fails_with(lost, after=True)
    row = world.run(firing(0))
    assert row.status.refusal
    assert (row.status.refusal.status, row.status.refusal.request_id) == (502, "B2")
    assert (row.intent is not None, row.lease is not None) == (True, True), "it is still looked for"
    assert isinstance(unopened(row, world.clock.now(), world.policy), Unfinished)
    settled = world.settle(5)
    assert (settled.intent, settled.status.put_off) == (None, None)
    assert len(world.tracker.open_issues) == 1


@pytest.mark.parametrize("call", ["open", "comment"])
def test_what_came_instead_of_an_answer_is_forgotten_once_the_outcome_is_found(
    world: World, call: str
) -> None:
    if call == "comment":
        world.run(firing(0, priority="P2"))
    world.tracker.faults[call] = fails_with(LOST, after=True)
    assert world.run(firing(1, priority="P0")).status.refusal
    settled = world.settle(5)
    assert (settled.intent, settled.status.refusal) == (None, None)
    assert len(world.tracker.open_issues) == 1


def test_the_row_keeps_until_when_the_budget_put_it_off(world: World) -> None:
    world.gate = SharedBudget(world.store, Limits(per_hour=1), world.clock.now)
    world.sync = world.worker()
    world.run(firing(0))
    other = firing(1, identity={"alarm_id": "another"})
    world.clock.pass_(minutes=1)
    world.sync.advance(world.says(other), world.clock.now() + timedelta(minutes=1))
    row = world.store.rows[other.fingerprint]
    kept = row.status.put_off
    assert kept
    assert (kept.reason, kept.until) == (Denial.BUDGET, row.due_at)
    assert unopened(row, world.clock.now(), world.policy) == Waiting(kept, None)
    world.reconcile(65)
    assert world.store.rows[other.fingerprint].status.put_off is None
    assert len(world.tracker.open_issues) == 2


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (Suspended("POST /app/installations/1/access_tokens: 403 This", status=403, request_id="C3"), 403),
        (ConfigurationError("alerting-app-secrets", ["github_app_id is missing"]), None),
        (RateLimited("403 slow down", retry_at=None, status=403, request_id=None), 403),
        (Unavailable("no connection (ConnectError)"), None),
    ],
    ids=lambda each: type(each).__name__,
)
def test_the_row_keeps_why_no_token_was_to_be_had(world: World, error: Exception, kept: int | None) -> None:
    world.tracker.connected = False
    world.tracker.faults["prepare"] = fails_with(error)
    refusal = world.run(firing(0)).status.refusal
    assert refusal
    assert (refusal.status, refusal.message, refusal.step) == (kept, str(error), "CREATE")
