"""A storm's parent wakes people once, lists whatever fires, and ends with its last member."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import AlertState, Lease
from chalicelib.errors import Invalid, RateLimited, StoreUnavailable, TooLate, Unavailable
from chalicelib.labels import MUTED_LABEL
from tests.unit.reconcile.storm_world import MINUTE, StormWorld, content, listed
from tests.unit.sync.test_sync import fails_with


@pytest.fixture
def world() -> StormWorld:
    """Six alerts of one rule, five P2 and one P0."""
    made = StormWorld()
    made.record(1, 2, 3, 4, 5)
    made.say(6, priority="P0")
    made.pass_(2)
    return made


def test_one_cause_calls_people_once_and_p0_is_unhurt(world: StormWorld) -> None:
    assert world.mentioned(world.children) == [world.child(6).fingerprint]
    assert "@org" in world.page.body
    assert len(listed(world.parent)) == 6
    assert [row.status.issue is not None for row in world.children] == [True] * 6
    assert all(row.spec.firing for row in world.parents)


def test_the_parent_has_the_worst_priority_and_says_what_is_shared(world: StormWorld) -> None:
    assert world.page.title == "[P0] HighLatency: many at once"
    assert "In common: rule HighLatency, cluster eu-1. They differ in pod." in world.page.body


def test_it_fires_since_its_first_member_began() -> None:
    world = StormWorld()
    world.say(1)
    world.pass_(3)
    world.say(2, 3)
    world.pass_(1)
    assert world.parent.spec.episode == world.child(1).spec.began_by_our_clock
    assert "firing since 03:00 UTC (2026-03-01), 4 minutes as of 03:04" in world.page.body
    assert [each[0] for each in world.telemetry.measures].count("IssueLatency") == 3


def test_it_closes_once_its_last_member_has_ended_a_while_ago(world: StormWorld) -> None:
    world.say(1, 2, 3, 4, 5, state="RESOLVED")
    world.pass_(4)
    assert (world.page.open, len(listed(world.parent, firing=False))) == (True, 5)
    world.say(6, state="RESOLVED", priority="P0")
    world.pass_(3)
    assert (world.page.open, world.page.closed_by) == (False, Closer.US)
    assert "0 firing · 6 ended" in world.page.body
    assert len(world.parents) == 1


def test_what_flaps_and_what_comes_late_joins(world: StormWorld) -> None:
    world.say(1, state="RESOLVED")
    world.pass_(1)
    world.say(1, 7)
    world.pass_(2)
    assert len(listed(world.parent)) == 7
    groups = [group for row in world.children if (group := row.group)]
    assert [group.fingerprint for group in groups] == [world.parent.fingerprint] * 7
    assert world.child(7).fingerprint not in world.mentioned(world.children)


def test_a_member_that_gets_worse_escalates_the_parent() -> None:
    world = StormWorld()
    world.record(1, 2)
    world.say(3)
    world.pass_(2)
    comments = len(world.tracker.threads[world.page.ref].comments)
    world.clock.pass_(minutes=2)
    world.say(1, priority="P1")
    world.pass_(2)
    assert world.page.title.startswith("[P1] ")
    (said,) = world.tracker.threads[world.page.ref].comments[comments:]
    assert "Raised from P2 to **P1 high**" in said
    assert "@org/day" in said
    issue = world.child(1).status.issue
    assert issue
    assert world.tracker.threads[issue.ref].comments == []


def test_a_storm_that_stays_as_it_is_is_not_written_again(world: StormWorld) -> None:
    world.pass_(1)
    before, revision = world.writes(), world.parent.revision
    world.pass_(5)
    assert (world.writes(), world.parent.revision) == (before, revision)


def test_what_was_closed_by_a_person_stays_closed(world: StormWorld) -> None:
    world.tracker.close_as_person(world.page.ref)
    world.sync.look(world.parent, world.clock.now() + MINUTE)
    world.say(7)
    world.pass_(3)
    assert not world.page.open
    assert (len(world.parents), len(listed(world.parent))) == (1, 7)
    assert world.child(7).status.issue


def test_a_muted_parent_says_nothing_more_until_it_is_unmuted(world: StormWorld) -> None:
    world.tracker.add_labels(world.page.ref, (MUTED_LABEL,), world.clock.now() + MINUTE)
    world.sync.look(world.parent, world.clock.now() + MINUTE)
    before = world.page.body
    world.say(7)
    world.pass_(3)
    assert (world.page.body, len(listed(world.parent))) == (before, 7)
    world.tracker.remove_label(world.page.ref, MUTED_LABEL, world.clock.now() + MINUTE)
    world.sync.look(world.parent, world.clock.now() + MINUTE)
    world.pass_(2)
    assert "**7 alerts began together.**" in world.page.body


def test_a_member_that_a_person_closed_keeps_no_storm_open() -> None:
    world = StormWorld()
    world.record(1, 2)
    world.say(3)
    world.pass_(2)
    world.say(1, 2, state="RESOLVED")
    issue = world.child(3).status.issue
    assert issue
    world.tracker.close_as_person(issue.ref)
    world.sync.look(world.child(3), world.clock.now() + MINUTE)
    world.pass_(4)
    assert not world.page.open
    revision = world.parent.revision
    world.pass_(15)
    assert (world.parent.revision, world.page.open) == (revision, False)
    assert world.child(3).spec.firing


def test_issues_from_before_the_storm_become_its_sub_issues_and_call_nobody_any_more() -> None:
    world = StormWorld()
    world.say(1, 2, priority="P1")
    world.say(3, 4, priority="P1")
    world.pass_(2)
    parent = world.page
    assert sorted(ref.number for ref in world.tracker.children[parent.id]) == sorted(
        row.status.issue.ref.number for row in world.children if row.status.issue
    )
    assert all(row.group for row in world.children)
    calls = world.tracker.calls.count("add_sub_issue")
    world.pass_(5)
    assert (calls, world.tracker.calls.count("add_sub_issue")) == (2, 2)


def test_an_issue_for_which_nothing_was_looked_up_becomes_one_too() -> None:
    world = StormWorld()
    world.say(1, 2)
    first = world.child(1)
    world.store.rows[first.fingerprint] = replace(first, status=replace(first.status, enrichment=None))
    world.say(3)
    world.pass_(2)
    assert sorted(ref.number for ref in world.tracker.children[world.page.id]) == [1, 2, 4]
    assert all(row.group and row.group.id for row in world.children)


def test_a_row_that_a_worker_has_learns_of_its_storm_later() -> None:
    world = StormWorld()
    world.say(1, 2)
    first, until = world.child(1), world.clock.now() + 3 * MINUTE
    world.store.rows[first.fingerprint] = replace(first, lease=Lease("another", until))
    world.say(3)
    world.pass_(1)
    assert world.child(1).group is None
    world.pass_(4)
    assert world.child(1).group


def test_an_issue_that_has_a_parent_keeps_it_and_github_is_not_asked() -> None:
    world = StormWorld()
    world.say(1, 2)
    first = world.child(1)
    world.tracker.change(world.page_of(first).ref, Closer.PERSON, has_parent=True)
    world.sync.look(first, world.clock.now() + MINUTE)
    world.say(3)
    world.pass_(2)
    assert [ref.number for ref in world.tracker.children[world.page.id]] == [4, 2]
    assert world.tracker.calls.count("add_sub_issue") == 1


def test_a_sub_issue_that_github_refuses_is_asked_for_once() -> None:
    world = StormWorld()
    world.tracker.faults["add_sub_issue"] = fails_with(
        Invalid("Sub issue may only have one parent", ()), times=9
    )
    world.say(1, 2)
    world.say(3)
    world.pass_(5)
    assert world.tracker.calls.count("add_sub_issue") == 2
    assert [name for name, _ in world.telemetry.problems] == ["SUB_ISSUE_REFUSED"] * 2


def test_a_sub_issue_for_which_github_asks_to_wait_is_added_later_and_no_trouble_is_reported() -> None:
    world = StormWorld()
    later = RateLimited("secondary limit", retry_at=None, status=403, request_id=None)
    world.tracker.faults["add_sub_issue"] = fails_with(later)
    world.say(1, 2)
    world.say(3)
    world.pass_(5)
    assert world.tracker.calls.count("add_sub_issue") == 3
    assert [ref.number for ref in world.tracker.children[world.page.id]] == [4, 1, 2]
    assert world.telemetry.problems == []


def test_sub_issues_wait_while_the_budget_has_no_room_and_stop_with_the_time() -> None:
    world = StormWorld()
    world.say(1, 2)
    world.say(3)
    world.gate.limited("example-org", world.clock.now() + timedelta(minutes=3))
    world.pass_(2)
    assert "add_sub_issue" not in world.tracker.calls
    world.pass_(3)
    assert world.tracker.calls.count("add_sub_issue") == 2


def test_no_sub_issue_is_added_while_an_alert_of_the_storm_waits_for_its_issue() -> None:
    """GitHub counts both as content that is created."""
    world, first = StormWorld(), iter(["the storm's"])

    def opens_one(name: str, effect: Callable[[], object]) -> object:
        if next(first, None):
            return effect()
        raise Unavailable("502")

    world.say(1, 2)
    world.tracker.faults["open"] = opens_one
    world.say(3)
    world.pass_(2)
    assert (len(listed(world.parent)), "add_sub_issue" in world.tracker.calls) == (3, False)
    del world.tracker.faults["open"]
    world.pass_(15)
    assert len(world.tracker.children[world.page.id]) == 3


def test_a_look_that_runs_out_of_time_has_not_failed(world: StormWorld) -> None:
    def too_late(*_: object) -> None:
        raise TooLate("no time for another call")

    keeper = replace(world.keeper(), attach=too_late)
    with pytest.raises(TooLate):
        keeper.check(world.clock.now() + MINUTE)
    assert world.telemetry.problems == []


def test_whatever_a_worker_left_undone_no_member_is_lost() -> None:
    """A worker stops after it has recorded alerts, and after it has recorded the storm."""
    world = StormWorld()
    world.record(1, 2)
    world.say(3)
    world.record(4, 5)
    world.run_once()
    assert len(listed(world.parent)) == 5
    world.pass_(1)
    assert sorted(listed(world.parent)) == [f"HighLatency [pod-{number}]" for number in range(1, 6)]


def test_what_joins_while_the_parent_closes_opens_it_again(world: StormWorld) -> None:
    """A worker read that the storm goes on, and wrote that its alert joined after the storm was closed."""
    joined = world.child(1).enrichment
    world.say(1, 2, 3, 4, 5, state="RESOLVED")
    world.say(6, state="RESOLVED", priority="P0")
    world.pass_(3)
    assert not world.page.open
    (late,) = world.record(7)
    row = world.store.rows[late]
    assert joined
    assert row.spec.episode
    known = replace(joined, episode=row.spec.episode)
    world.store.note(replace(row, status=replace(row.status, enrichment=known)))
    world.pass_(1)
    assert (world.page.open, listed(world.parent)) == (True, ["HighLatency [pod-7]"])


def test_a_closed_storm_is_read_for_ten_more_minutes(
    world: StormWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.say(1, 2, 3, 4, 5, state="RESOLVED")
    world.say(6, state="RESOLVED", priority="P0")
    world.pass_(3)
    assert not world.page.open
    closed, several, read = world.parent.spec.at, world.store.several, set[str]()

    def noted(names: Sequence[str]) -> list[AlertState]:
        read.update(names)
        return several(names)

    monkeypatch.setattr(world.store, "several", noted)
    for seconds, still in ((599, True), (600, False)):
        read.clear()
        world.clock.time = closed + timedelta(seconds=seconds)
        world.keeper().check(world.clock.now() + MINUTE)
        assert (world.parent.fingerprint in read) is still


def test_what_there_is_no_time_for_is_due_before_all_other_rows(world: StormWorld) -> None:
    world.say(7, 8)
    keeper = world.keeper()
    world.clock.pass_(minutes=1)
    keeper.check(world.clock.now())
    assert len(listed(world.parent)) == 6
    keeper = replace(keeper, sync=lambda row, until: None)
    keeper.check(world.clock.now() + MINUTE)
    assert (len(listed(world.parent)), world.parent.rank) == (8, Priority.P0)
    assert world.store.due(Priority.P0, world.clock.now(), 9) == [world.parent.fingerprint]


def test_storms_take_half_of_the_time(world: StormWorld) -> None:
    world.say(1, 2, 3, rule="Disk")
    seen: list[str] = []

    def slow(fingerprint: str, rows: Sequence[AlertState], until: datetime) -> None:
        seen.append(fingerprint)
        world.clock.pass_(minutes=0.6)

    replace(world.keeper(), attach=slow).check(world.clock.now() + MINUTE)
    assert (len(world.parents), len(seen)) == (2, 1)


def test_one_storms_trouble_does_not_hold_up_the_others(
    world: StormWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.record(1, 2, rule="Disk")
    world.say(3, rule="Disk")
    world.say(8)
    world.say(8, rule="Disk")
    several, lost = world.store.several, world.child(8).fingerprint

    def fails(names: list[str]) -> list[AlertState]:
        if lost in names and len(names) > 4:
            raise StoreUnavailable("no answer")
        return several(names)

    monkeypatch.setattr(world.store, "several", fails)
    world.pass_(1)
    assert sorted(len(listed(row)) for row in world.parents) == [4, 6]
    assert [name for name, _ in world.telemetry.problems] == ["STORM_FAILED"]


def test_what_begins_in_the_same_place_hours_later_is_a_storm_of_its_own_and_ends_by_itself() -> None:
    world = StormWorld()

    def say(*numbers: int, state: str = "FIRING") -> None:
        for number in numbers:
            place = {"account_id": "123456789012", "region": "eu-1", "alarm_id": str(number)}
            world.say(number, rule=f"Rule{number}", state=state, identity=place)

    say(1, 2, 3)
    world.pass_(90)
    say(4, 5, 6)
    world.pass_(2)
    first, second = world.parents
    assert [len(listed(row)) for row in (first, second)] == [3, 3]
    assert (content(second).part, content(second).continues) == (2, False)
    assert "@org" in world.page_of(second).body
    say(4, 5, 6, state="RESOLVED")
    world.pass_(4)
    assert [world.page_of(row).open for row in world.parents] == [True, False]


def test_a_new_storm_of_the_same_cause_is_the_next_episode_of_the_same_row(world: StormWorld) -> None:
    world.say(1, 2, 3, 4, 5, state="RESOLVED")
    world.say(6, state="RESOLVED", priority="P0")
    world.pass_(90)
    first = world.page.ref
    world.record(1, 2)
    world.say(3)
    world.pass_(2)
    assert world.page.ref != first
    assert (len(world.parents), len(listed(world.parent)), content(world.parent).part) == (1, 3, 1)


def test_a_storms_issue_is_closed_whatever_its_team_prefers_so_that_the_next_storm_calls_people() -> None:
    world = StormWorld(preferences="close_on_resolve = false")
    world.record(1, 2)
    world.say(3)
    world.pass_(2)
    first = world.page.ref
    world.say(1, 2, 3, state="RESOLVED")
    world.pass_(60)
    assert not world.page.open
    world.record(11, 12)
    world.say(13)
    world.pass_(2)
    assert (world.page.open, world.page.ref != first, "@org/day" in world.page.body) == (True, True, True)
