"""Whatever becomes of an issue's comments, people of a higher priority are called."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.conditions.issue import IssueRef
from chalicelib.errors import CommentsClosed, OutcomeUnknown, Refused
from tests.unit.builders import REPOSITORY, at, firing, resolved
from tests.unit.sync.test_sync import FIRST, World, fails_with

SECOND = IssueRef(REPOSITORY, 2)


@pytest.fixture
def world() -> World:
    """With an issue of a P2 that takes no comments."""
    made = World()
    made.tracker.faults["comment"] = fails_with(CommentsClosed("locked", status=403), times=99)
    made.run(firing(0, priority="P2"))
    return made


def escalates(world: World, priority: str = "P0") -> None:
    """It gets worse, and reconcile does what is left to do."""
    world.run(firing(1, priority=priority))
    world.settle(3)


def refs(world: World) -> list[IssueRef]:
    return [issue.ref for issue in world.tracker.open_issues]


def test_past_the_two_thousandth_comment_an_escalation_is_still_a_comment() -> None:
    world = World()
    world.run(firing(0, priority="P2"))
    thread = world.tracker.threads[FIRST]
    thread.comments = ["still"] * 2100
    thread.seen = replace(thread.seen, comments=2100)
    world.run(firing(1, priority="P0"))
    assert len(world.tracker.threads[FIRST].comments) == 2101
    world.run(firing(120, priority="P0"))
    assert len(world.tracker.threads[FIRST].comments) == 2101, "and nothing else is one"


def test_an_issue_that_takes_no_comments_is_continued_in_a_fresh_one(world: World) -> None:
    escalates(world)
    assert refs(world) == [SECOND]
    fresh, full = world.tracker.threads[SECOND].seen, world.tracker.threads[FIRST]
    assert fresh.title.startswith("[P0]")
    assert "Continues #1, which accepts no more comments." in fresh.body
    assert (full.seen.state_reason, full.duplicate_of) == ("duplicate", fresh.id)
    assert f"#{SECOND.number}" in full.seen.body
    assert world.row.status.superseded is None
    world.run(resolved(60))
    world.settle(3)
    assert refs(world) == []


def test_it_is_said_once_and_not_with_every_repeat(world: World) -> None:
    escalates(world)
    for minute in (9, 30, 90, 200):
        world.run(firing(minute, priority="P0"))
    assert len(world.tracker.all_issues) == 2
    assert "Continues #1" in world.tracker.threads[SECOND].seen.body


def test_a_lost_answer_is_not_mistaken_for_the_full_issue(world: World) -> None:
    world.tracker.faults["open"] = fails_with(OutcomeUnknown("lost"), after=True)
    world.run(firing(1, priority="P0"))
    world.settle(20)
    assert refs(world) == [SECOND]
    assert len(world.tracker.all_issues) == 2


def test_a_fresh_one_that_never_came_to_be_is_opened_after_all(world: World) -> None:
    world.tracker.faults["open"] = fails_with(OutcomeUnknown("lost"))
    world.run(firing(1, priority="P0"))
    world.settle(20)
    assert refs(world) == [SECOND]


def test_what_looks_in_between_does_not_go_back_to_the_full_issue(world: World) -> None:
    escalates(world)
    world.tracker.reopen_as_person(FIRST)
    row = replace(world.row, status=replace(world.row.status, superseded=FIRST))
    world.store.rows[row.fingerprint] = row
    world.sync.merge(row, world.tracker.threads[FIRST].seen, world.clock.now() + timedelta(minutes=1))
    world.settle(3)
    assert refs(world) == [SECOND]


def test_a_full_issue_that_cannot_be_closed_holds_up_nothing(world: World) -> None:
    def refuses(_: str, effect: object) -> object:
        raise Refused("403", status=403)

    escalates(world, "P1")
    assert refs(world) == [SECOND]
    row = replace(world.row, status=replace(world.row.status, superseded=FIRST))
    world.store.rows[row.fingerprint] = row
    world.tracker.reopen_as_person(FIRST)
    world.tracker.faults["edit"] = refuses
    world.sync.advance(row, world.clock.now() + timedelta(minutes=1))
    del world.tracker.faults["edit"]
    assert world.row.status.superseded is None
    world.run(resolved(60))
    assert not world.tracker.threads[SECOND].seen.open


def test_who_wants_it_quiet_is_not_called(world: World) -> None:
    world.tracker.add_labels(FIRST, ("alert:quiet",), at(1))
    world.run(firing(2, priority="P0"))
    world.settle(30)
    assert refs(world) == [FIRST]
