"""Drift: what people did without any event, found by looking."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import render
from chalicelib.alert import AlertEvent
from chalicelib.conditions.issue import Closer, Draft, IssueRef
from chalicelib.conditions.row import Intent, Lease, Status, Verb
from chalicelib.errors import OutcomeUnknown, Unavailable
from chalicelib.labels import AREA_LABEL, BOARD_LABEL
from chalicelib.reconcile.drift import Drift
from chalicelib.render import board as boards
from tests.twins.census import MemoryCensus
from tests.unit.builders import REPOSITORY, at, firing, resolved
from tests.unit.sync.test_sync import FIRST, World, fails_with

SECOND = IssueRef(REPOSITORY, 2)


class DriftWorld(World):
    """The world of sync, with drift looking at it."""

    def __init__(self) -> None:
        super().__init__()
        self.drift = Drift(
            self.store,
            lambda: self.tracker,
            self.sync,
            self.gate,
            MemoryCensus(self.store),
            frozenset({REPOSITORY}),
            self.clock.now,
        )

    def look(self, minutes: float) -> None:
        """Look at a given minute, for at most one minute."""
        self.clock.time = at(minutes)
        self.drift.check(self.clock.now() + timedelta(minutes=1))

    def double(self, alert: AlertEvent) -> None:
        """Make a second issue with the first one's body, as a lost answer and a blind list would."""
        body, labels = self.tracker.threads[FIRST].seen.body, self.tracker.threads[FIRST].seen.labels
        self.tracker.open(REPOSITORY, Draft(alert.title, body, labels), at(999))


@pytest.fixture
def world() -> DriftWorld:
    return DriftWorld()


def test_a_persons_closing_is_found(world: DriftWorld) -> None:
    world.run(firing(0))
    world.look(1)
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST)
    world.look(12)
    issue = world.row.status.issue
    assert issue
    assert (issue.open, issue.closed_by) == (False, Closer.PERSON)


def test_a_deletion_is_found_by_the_hourly_look_and_replaced(world: DriftWorld) -> None:
    world.run(firing(0))
    world.look(1)
    world.tracker.delete(FIRST)
    world.look(12)
    assert world.tracker.open_issues == []
    world.look(62)
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]


def test_a_mute_and_its_lifting_are_found(world: DriftWorld) -> None:
    world.run(firing(0))
    labels = world.tracker.threads[FIRST].seen.labels
    world.tracker.change(FIRST, Closer.PERSON, labels=(*labels, "alert:muted"))
    world.look(12)
    world.run(resolved(13))
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]
    world.tracker.change(FIRST, Closer.PERSON, labels=labels)
    world.look(24)
    assert world.tracker.open_issues == []


def test_of_two_open_issues_the_older_stays(world: DriftWorld) -> None:
    world.run(firing(0))
    world.double(firing(0))
    world.look(12)
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]
    assert world.tracker.threads[SECOND].state_reason == "duplicate"
    assert "#1" in world.tracker.threads[SECOND].seen.body


def test_of_two_with_the_same_number_in_two_repositories_the_rows_own_stays(world: DriftWorld) -> None:
    row = world.run(firing(0))
    seen = world.tracker.threads[FIRST].seen
    moved = world.tracker.open("example-org/moved", Draft(seen.title, seen.body, seen.labels), at(999))
    assert moved.ref.number == FIRST.number
    world.sync.merge(row, moved, at(999))
    assert world.row.status.issue
    assert world.row.status.issue.ref == FIRST
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]


def test_a_row_that_believes_in_the_younger_is_pointed_at_the_older_first(world: DriftWorld) -> None:
    world.run(firing(0))
    world.double(firing(0))
    issue = world.row.status.issue
    assert issue
    younger = replace(world.row, status=replace(world.row.status, issue=replace(issue, ref=SECOND)))
    world.store.rows[younger.fingerprint] = younger
    world.look(12)
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]
    assert world.row.status.issue
    assert world.row.status.issue.ref == FIRST


def test_a_crash_while_merging_leaves_the_row_due(world: DriftWorld) -> None:
    world.run(firing(0))
    world.double(firing(0))
    world.tracker.faults["edit"] = fails_with(OutcomeUnknown("dropped"))
    world.look(12)
    assert world.row.due_at
    world.settle(5)
    world.look(72)
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]


def test_no_issue_is_closed_as_the_duplicate_of_a_closed_one(world: DriftWorld) -> None:
    world.run(firing(0))
    world.double(firing(0))
    closing = list(world.tracker.changed(REPOSITORY, None, at(0), at(999)))
    world.clock.pass_(minutes=12)
    world.tracker.close_as_person(FIRST)
    world.sync.merge(world.row, closing[1], at(999))
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]


def test_an_older_issue_that_closed_meanwhile_is_not_adopted(world: DriftWorld) -> None:
    world.run(firing(0))
    stale = next(iter(world.tracker.changed(REPOSITORY, None, at(0), at(999))))
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST)
    world.run(resolved(5))
    world.run(firing(6))
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]
    world.sync.merge(world.row, stale, at(999))
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]


def test_an_open_issue_that_no_row_believes_in_is_closed_with_its_condition(
    world: DriftWorld,
) -> None:
    world.run(firing(0))
    world.double(firing(0))
    world.run(resolved(5))
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]
    world.look(72)
    assert world.tracker.open_issues == []


def test_an_adopted_issue_shows_what_holds_now(world: DriftWorld) -> None:
    world.run(firing(0, priority="P0"))
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST)
    world.run(resolved(5))
    world.run(firing(6, priority="P1"))
    world.tracker.reopen_as_person(FIRST)
    world.look(17)
    world.settle(5)
    (kept,) = world.tracker.open_issues
    assert (kept.ref, kept.title[:4]) == (FIRST, "[P1]")
    assert [label for label in kept.labels if label.startswith("Pri:")] == ["Pri:P1"]


def test_an_unmuting_of_a_closed_issue_is_found_whenever_it_happens(world: DriftWorld) -> None:
    world.run(firing(0))
    labels = world.tracker.threads[FIRST].seen.labels
    world.tracker.change(FIRST, Closer.PERSON, labels=(*labels, "alert:muted"))
    world.look(1)
    world.tracker.close_as_person(FIRST)
    world.look(55)
    world.run(resolved(56))
    world.tracker.change(FIRST, Closer.PERSON, labels=labels)
    world.look(66)
    world.run(firing(300))
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]


DAY = 24 * 60


def test_a_condition_whose_issue_closed_90_days_ago_is_not_looked_at_any_more(world: DriftWorld) -> None:
    world.run(firing(0))
    world.run(resolved(10))
    world.look(89 * DAY)
    assert world.store.of_issue(FIRST)
    world.look(91 * DAY)
    assert world.store.of_issue(FIRST) is None
    world.store.calls.clear()
    world.look(92 * DAY)
    assert "get" not in world.store.calls
    world.run(firing(93 * DAY))
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]
    assert "the previous issue was #1" in world.tracker.threads[SECOND].seen.body
    assert world.store.of_issue(SECOND)


def test_one_that_a_person_reopens_after_that_is_found_by_its_marker(world: DriftWorld) -> None:
    world.run(firing(0))
    world.run(resolved(10))
    world.look(91 * DAY)
    world.tracker.reopen_as_person(FIRST)
    world.look(91 * DAY + 11)
    issue = world.row.status.issue
    assert issue
    assert (issue.open, issue.kept_open) == (True, True)
    assert world.store.of_issue(FIRST)


@pytest.mark.parametrize("alerts", [(firing(0),), (firing(0), resolved(20))], ids=["fires", "muted"])
def test_what_still_fires_or_is_muted_is_looked_at_for_ever(
    world: DriftWorld, alerts: tuple[AlertEvent, ...]
) -> None:
    world.run(firing(0))
    labels = world.tracker.threads[FIRST].seen.labels
    muted = ("alert:muted",) if len(alerts) > 1 else ()
    world.tracker.change(FIRST, Closer.PERSON, labels=(*labels, *muted))
    world.look(1)
    world.tracker.close_as_person(FIRST)
    world.look(12)
    for alert in alerts[1:]:
        world.run(alert)
    world.look(200 * DAY)
    assert world.store.of_issue(FIRST)


def test_an_unfinished_opening_is_left_to_find(world: DriftWorld) -> None:
    world.run(firing(0))
    world.double(firing(0))
    world.run(resolved(1))
    unfinished = replace(world.row, intent=Intent(Verb.OPEN, at(0), 1, at(0), REPOSITORY))
    world.store.rows[unfinished.fingerprint] = unfinished
    world.look(12)
    assert world.row.intent == unfinished.intent


def test_what_agrees_costs_one_list(world: DriftWorld) -> None:
    world.run(firing(0))
    world.look(1)
    world.tracker.calls.clear()
    world.look(12)
    assert world.tracker.calls == ["changed"]


def test_looks_have_their_intervals(world: DriftWorld) -> None:
    for minute in (0, 5, 9, 10, 15, 21, 59, 70):
        world.look(minute)
    hourly = ["changed", "open_ones"]
    assert world.tracker.calls == [*hourly, "changed", "changed", "changed", *hourly]


def test_issues_of_others_are_left_alone(world: DriftWorld) -> None:
    world.run(firing(0))
    world.double(firing(0))
    world.tracker.change(SECOND, Closer.PERSON, by_us=False)
    world.tracker.open(REPOSITORY, Draft("by us, without a marker", "", ("area:alerting",)), at(999))
    world.look(12)
    assert len(world.tracker.open_issues) == 3


def test_an_issue_whose_text_carries_anothers_marker_is_its_rows_own(world: DriftWorld) -> None:
    one, two = two_conditions(world)
    marker = world.tracker.threads[FIRST].seen.body
    body = world.tracker.threads[SECOND].seen.body
    world.tracker.change(SECOND, Closer.PERSON, body=f"{marker}\n\n{body}")
    for minute in range(12, 200, 10):
        world.look(minute)
        world.reconcile(1)
    assert {issue.ref for issue in world.tracker.open_issues} == {FIRST, SECOND}
    assert set(world.tracker.calls) <= {"open", "changed", "open_ones"}
    assert [held(world, one), held(world, two)] == [FIRST, SECOND]


@pytest.mark.parametrize("change", [{"body": "a person's words"}, {"by_us": False}])
@pytest.mark.parametrize("looks", [[], [11]])
def test_an_issue_that_lost_its_marker_or_was_taken_over_is_still_its_rows(
    world: DriftWorld, change: dict[str, Any], looks: list[int]
) -> None:
    world.run(firing(0))
    world.tracker.change(FIRST, Closer.PERSON, **change)
    for minute in looks:
        world.look(minute)
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST)
    world.look(22)
    issue = world.row.status.issue
    assert issue
    assert issue.closed_by is Closer.PERSON


def test_nobody_takes_an_issue_that_another_row_holds(world: DriftWorld) -> None:
    """Not even by hand: one that has no issue, and one whose own is younger."""
    one, two = two_conditions(world)
    world.tracker.delete(SECOND)
    world.look(61)
    assert held(world, two) == IssueRef(REPOSITORY, 3)
    world.sync.merge(world.store.rows[two], world.tracker.threads[FIRST].seen, at(999))
    assert [held(world, one), held(world, two)] == [FIRST, IssueRef(REPOSITORY, 3)]
    assert {issue.ref.number for issue in world.tracker.open_issues} == {1, 3}


def test_a_row_lets_go_of_an_issue_that_is_anothers_and_gets_its_own(world: DriftWorld) -> None:
    one, two = two_conditions(world)
    kept, lost = world.store.rows[one], world.store.rows[two]
    world.store.rows[two] = lost = replace(lost, status=kept.status)
    world.sync.let_go(lost, at(60))
    assert [held(world, one), held(world, two)] == [FIRST, IssueRef(REPOSITORY, 3)]
    assert FIRST in {issue.ref for issue in world.tracker.open_issues}


@pytest.mark.parametrize("busy", ["unfinished", "leased", "without an issue"])
def test_a_row_that_is_busy_or_has_no_issue_lets_nothing_go(world: DriftWorld, busy: str) -> None:
    row = world.run(firing(0))
    changes: dict[str, Any] = {
        "unfinished": {"intent": Intent(Verb.CHANGE, at(0), 1, at(0), REPOSITORY)},
        "leased": {"lease": Lease("other", at(9))},
        "without an issue": {"status": replace(row.status, issue=None)},
    }
    world.store.rows[row.fingerprint] = row = replace(row, **changes[busy])
    world.sync.let_go(row, at(60))
    assert world.row == row


def test_a_row_is_looked_at_only_while_nobody_acts_on_it(world: DriftWorld) -> None:
    row = world.run(firing(0))
    world.tracker.calls.clear()
    unfinished = replace(row, intent=Intent(Verb.CHANGE, at(0), 1, at(0), REPOSITORY))
    leased, bare = replace(row, lease=Lease("other", at(9))), replace(row, status=Status())
    for busy in (unfinished, leased, bare):
        world.store.rows[row.fingerprint] = busy
        world.sync.look(busy, at(60))
        assert (world.row, world.tracker.calls) == (busy, [])
    world.store.rows[row.fingerprint] = row
    world.sync.look(row, at(60))
    assert world.tracker.calls == ["read"]


def test_a_row_without_an_open_issue_takes_one_over_and_closes_none(world: DriftWorld) -> None:
    row = world.run(firing(0))
    world.store.rows[row.fingerprint] = row = replace(row, status=Status())
    world.tracker.calls.clear()
    world.sync.merge(row, world.tracker.threads[FIRST].seen, at(60))
    assert held(world, row.fingerprint) == FIRST
    assert world.tracker.calls == ["read"], "of the issue that is taken over, and of no other"
    assert "FAILED" not in world.actions
    assert world.row.intent is None
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]


def test_an_older_issue_that_cannot_be_taken_over_leaves_the_younger_alone(world: DriftWorld) -> None:
    world.run(firing(0))
    world.double(firing(0))
    issue = world.row.status.issue
    assert issue
    younger = replace(world.row, status=replace(world.row.status, issue=replace(issue, ref=SECOND)))
    world.store.rows[younger.fingerprint] = younger
    listed = world.tracker.threads[FIRST].seen
    world.tracker.close_as_person(FIRST)
    world.tracker.calls.clear()
    world.sync.merge(younger, listed, at(999))
    assert world.tracker.calls == ["read"], "it was seen to be closed, and nothing more"
    assert held(world, younger.fingerprint) == SECOND
    moved = replace(younger, revision=younger.revision - 1)
    world.sync.merge(moved, listed, at(999))
    assert world.tracker.calls == ["read"], "another worker was quicker"


def two_conditions(world: DriftWorld, titles: Sequence[str] = ("one", "two")) -> tuple[str, str]:
    """Two conditions that fire, each with its issue."""
    alerts = [firing(0, title=title, identity={"alarm_id": str(n)}) for n, title in enumerate(titles)]
    for alert in alerts:
        world.sync.advance(world.says(alert), at(60))
    return alerts[0].fingerprint, alerts[1].fingerprint


def held(world: DriftWorld, fingerprint: str) -> IssueRef | None:
    issue = world.store.rows[fingerprint].status.issue
    return issue.ref if issue else None


@pytest.mark.parametrize("place", ["above", "below"])
@pytest.mark.parametrize("pasted", [FIRST, SECOND], ids=["the older's", "the younger's"])
def test_a_double_into_which_anothers_marker_was_pasted_is_closed_as_its_own_rows(
    world: DriftWorld, pasted: IssueRef, place: str
) -> None:
    """A person who pastes a text leaves the title, which says what it was opened for."""
    one, two = two_conditions(world)
    own = SECOND if pasted == FIRST else FIRST
    ours, theirs = (world.tracker.threads[ref].seen for ref in (own, pasted))
    bodies = (theirs.body, ours.body) if place == "above" else (ours.body, theirs.body)
    world.tracker.open(REPOSITORY, Draft(f"[P3]{ours.title[4:]}", "\n\n".join(bodies), ours.labels), at(999))
    world.look(12)
    assert [held(world, one), held(world, two)] == [FIRST, SECOND]
    assert {issue.ref for issue in world.tracker.open_issues} == {FIRST, SECOND}
    double = world.tracker.threads[IssueRef(REPOSITORY, 3)]
    assert double.state_reason == "duplicate"
    assert double.seen.body.startswith(render.duplicate(own))


@pytest.mark.parametrize("titles", [("same", "same"), ("one", "two")], ids=["titled as both", "as neither"])
def test_where_the_title_does_not_tell_whose_a_double_is_nothing_is_closed(
    world: DriftWorld, titles: tuple[str, str]
) -> None:
    two_conditions(world, titles)
    one, two = (world.tracker.threads[ref].seen for ref in (FIRST, SECOND))
    title = one.title if titles[0] == titles[1] else "a person's title"
    world.tracker.open(REPOSITORY, Draft(title, f"{one.body}\n\n{two.body}", one.labels), at(999))
    for minute in (12, 70, 140):
        world.look(minute)
    assert len(world.tracker.open_issues) == 3


def test_an_issue_that_nobody_holds_and_names_two_conditions_closes_none_of_them(world: DriftWorld) -> None:
    """Its repository was renamed, and before anybody looked, a person pasted another's marker into it."""
    _, two = two_conditions(world)
    thread = world.tracker.threads[FIRST]  # where GitHub still sends those who read it
    pasted = world.tracker.threads[SECOND].seen.body
    elsewhere = replace(thread.seen, ref=IssueRef(REPOSITORY, 99), body=f"{pasted}\n\n{thread.seen.body}")
    thread.seen = elsewhere
    world.tracker.threads[elsewhere.ref] = thread
    for minute in (12, 70, 140):
        world.look(minute)
    assert held(world, two) == SECOND
    assert {issue.ref for issue in world.tracker.open_issues} >= {SECOND, elsewhere.ref}


def test_a_failed_look_changes_nothing_and_is_made_again(world: DriftWorld) -> None:
    world.run(firing(0))
    world.look(1)
    world.clock.pass_(minutes=1)
    world.tracker.close_as_person(FIRST)
    world.tracker.faults["changed"] = fails_with(Unavailable("502"))
    with pytest.raises(Unavailable):
        world.look(12)
    assert world.row.status.issue
    assert world.row.status.issue.open
    world.look(13)
    assert not world.row.status.issue.open


def test_while_github_asks_to_wait_nothing_is_listed_and_the_next_look_makes_up_for_it(
    world: DriftWorld,
) -> None:
    world.run(firing(0))
    world.look(1)
    world.tracker.close_as_person(FIRST)
    world.gate.limited("example-org", at(15))
    listed = len(world.tracker.calls)
    world.look(12)
    assert len(world.tracker.calls) == listed
    world.look(15)
    assert world.row.status.issue
    assert not world.row.status.issue.open


def takes_long(world: DriftWorld) -> Callable[[str, Callable[[], Any]], Any]:
    """Not a fault, except for the time it takes."""

    def fault(_: str, effect: Callable[[], Any]) -> Any:
        world.clock.pass_(seconds=40)
        return effect()

    return fault


def test_a_look_at_everything_goes_on_where_time_ran_out(world: DriftWorld) -> None:
    alerts = [firing(0, title=str(n), identity={"alarm_id": str(n)}) for n in range(3)]
    for alert in alerts:
        world.sync.advance(world.says(alert), at(60))
    for ref in list(world.tracker.threads):
        world.tracker.delete(ref)
    world.tracker.faults["read"] = takes_long(world)
    world.clock.time = at(11)
    read = []
    for _ in range(3):
        world.tracker.calls.clear()
        world.drift.check(world.clock.now() + timedelta(seconds=30))
        read.append(world.tracker.calls.count("read"))
    assert read == [1, 1, 1]


def test_an_issue_whose_repository_was_renamed_is_no_duplicate_of_itself(world: DriftWorld) -> None:
    world.run(firing(0))
    thread = world.tracker.threads[FIRST]
    thread.seen = replace(thread.seen, ref=IssueRef("example-org/renamed", 1))
    world.tracker.threads[thread.seen.ref] = thread
    world.look(12)
    assert thread.seen.open
    assert world.row.status.issue
    assert world.row.status.issue.ref == thread.seen.ref


def test_a_deletion_in_a_repository_that_is_not_routed_is_found_within_the_hour(world: DriftWorld) -> None:
    world.run(firing(0))
    world.tracker.transfer(FIRST, "example-org/renamed")
    world.look(1)
    world.look(70)
    assert world.row.status.issue
    moved = world.row.status.issue.ref
    assert moved.repository == "example-org/renamed"
    world.tracker.delete(moved)
    world.look(140)
    world.settle(5)
    (issue,) = [seen for seen in world.tracker.open_issues if seen.ref != moved]
    assert issue.ref.repository == REPOSITORY


def test_a_look_at_what_is_astray_that_runs_out_of_time_begins_anew(world: DriftWorld) -> None:
    world.run(firing(0))
    world.tracker.transfer(FIRST, "example-org/renamed")
    world.look(1)
    world.look(70)
    world.clock.time = at(140)
    world.tracker.calls.clear()
    world.drift._astray.check(world.clock.now())
    assert world.tracker.calls == []
    world.look(141)
    assert "read" in world.tracker.calls


def test_a_board_into_which_a_marker_was_pasted_is_nobodys_issue(world: DriftWorld) -> None:
    board = boards.page(boards.Board(open=()), world.policy.routing, at(0))
    world.tracker.open(REPOSITORY, Draft(boards.TITLE, board, (AREA_LABEL, BOARD_LABEL)), at(999))
    world.run(firing(0))
    marked = world.tracker.threads[SECOND].seen.body
    world.tracker.change(FIRST, Closer.PERSON, body=f"{marked}\n\n{board}")
    world.look(1)
    world.look(62)
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST, SECOND]
    assert world.row.status.issue
    assert world.row.status.issue.ref == SECOND
