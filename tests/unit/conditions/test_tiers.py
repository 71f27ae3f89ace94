"""While nobody acknowledges an urgent alert, tier after tier is called, until a person's word or its end."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions import acknowledgement, outcome
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.plan import Policy, plan
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.conditions.steps import AddComment
from chalicelib.errors import CommentsClosed, OutcomeUnknown, RateLimited
from chalicelib.routing import load
from chalicelib.store import codec
from tests.unit.builders import REPOSITORY, at, firing, resolved, row_of
from tests.unit.conditions.test_plan import FIRING, REF, RESOLVED, with_issue
from tests.unit.sync.test_sync import FIRST, World, fails_with

SECOND = IssueRef(REPOSITORY, 2)
ROUTING = f"""
[default]
repository = "{REPOSITORY}"
escalate_after = "15m"
escalate_to = [["@org/second"], ["@ann", "@org/third"]]

[default.mention]
P0 = ["@org/first"]
"""
POLICY = Policy(load(ROUTING))
SECOND_TIER, THIRD_TIER = "@org/second", "@ann @org/third"


def waits(**changes: Any) -> AlertState:
    """Firing since minute 1, its issue up to date and opened then."""
    return with_issue(FIRING, **({"called_at": at(1)} | changes))


def at_16(row: AlertState) -> object:
    return plan(row, at(16), POLICY)


CALL = AddComment(REF, "escalation-tier-20260301T030100000000")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (waits(), CALL),
        (waits(tier=1), CALL),
        (waits(priority=Priority.P0, announced=Priority.P0), None),
        # nobody is left to call, or it is not urgent
        (waits(tier=2), Nothing(Quiet.UP_TO_DATE)),
        (waits(tier=9), Nothing(Quiet.UP_TO_DATE)),
        (
            with_issue(row_of(firing(1, priority="P2")), called_at=at(1)),
            Nothing(Quiet.UP_TO_DATE),
        ),
        # a person decided, or it is over
        (waits(acked_by="mona"), Nothing(Quiet.UP_TO_DATE)),
        (waits(muted=True), Nothing(Quiet.MUTED)),
        (waits(quiet=True), Nothing(Quiet.UP_TO_DATE)),
        (with_issue(RESOLVED, called_at=at(1), kept_open=True), Nothing(Quiet.REOPENED_BY_PERSON)),
        # from the last call on, and of an older row from its opening, or else its last comment
        (waits(called_at=at(2)), Nothing(Quiet.UP_TO_DATE, at(17))),
        (
            waits(called_at=None, opened_at=at(0), commented_at=at(9)),
            AddComment(REF, "escalation-tier-20260301T030000000000"),
        ),
        (waits(called_at=None, commented_at=at(9)), Nothing(Quiet.UP_TO_DATE, at(24))),
        # never twice with one key
        (waits(once=("escalation-tier-20260301T030100000000",)), Nothing(Quiet.UP_TO_DATE)),
        # flapping is nobody's word
        (waits(labels=(*with_issue(FIRING).status.issue.labels, "alert:flapping")), CALL),  # type: ignore[union-attr]
    ],
)
def test_who_is_called_when(row: AlertState, expected: object) -> None:
    if expected is None:  # it has become less urgent; the body says so first
        assert at_16(row) != CALL
    else:
        assert at_16(row) == expected


def test_reconcile_wakes_the_row_when_the_next_tier_is_due() -> None:
    behind = waits(generation=0, spoke_at=at(8))
    assert plan(behind, at(9), POLICY) == Nothing(Quiet.LATER, at(16))
    assert plan(waits(generation=0, spoke_at=at(2)), at(9), POLICY) == Nothing(Quiet.LATER, at(12))
    flapping = with_issue(
        row_of(
            firing(1), resolved(2), firing(3), resolved(4), firing(5), resolved(6), firing(7), resolved(8)
        ),
        called_at=at(1),
    )
    again = replace(flapping, spec=row_of(*(f(m) for m, f in FLAPS)).spec)
    labelled = replace(again.status.issue, labels=(*again.status.issue.labels, "alert:flapping"))  # type: ignore[type-var,union-attr]
    again = replace(again, status=replace(again.status, issue=labelled))
    step = plan(again, at(9.5), POLICY)
    assert isinstance(step, Nothing)
    assert step.due_at == at(11), "its text comes first"


FLAPS = [
    (1, firing),
    (2, resolved),
    (3, firing),
    (4, resolved),
    (5, firing),
    (6, resolved),
    (7, firing),
    (8, resolved),
    (9, firing),
]


def test_a_snooze_puts_it_off() -> None:
    row = waits()
    snoozed = replace(row, status=replace(row.status, snoozed_until=at(30)))
    assert plan(snoozed, at(29), POLICY) == Nothing(Quiet.SNOOZED, at(30))
    assert plan(snoozed, at(30), POLICY) == AddComment(REF, "snooze-20260301T033000000000")


def test_without_configuration_nobody_is_called() -> None:
    assert plan(waits(), at(999), Policy(load(f'[default]\nrepository = "{REPOSITORY}"'))) == Nothing(
        Quiet.UP_TO_DATE
    )


# On working twins


@pytest.fixture
def world() -> World:
    """With an issue of a P1, opened at minute 0."""
    made = World(POLICY)
    made.run(firing(0))
    return made


def called(world: World, ref: IssueRef = FIRST) -> list[str]:
    """The tiers that comments on an issue called, in order."""
    tiers = (SECOND_TIER, THIRD_TIER)
    return [tier for comment in world.tracker.threads[ref].comments for tier in tiers if tier in comment]


def acknowledges(world: World, command: str = "/ack") -> None:
    """A person comments, and GitHub tells nobody."""
    world.tracker.say(FIRST, command)


def test_each_tier_is_called_once_and_in_time(world: World) -> None:
    world.settle(14)
    assert called(world) == []
    world.settle(2)
    assert called(world) == [SECOND_TIER]
    world.settle(13)
    assert called(world) == [SECOND_TIER]
    world.settle(600)
    assert called(world) == [SECOND_TIER, THIRD_TIER]


def test_the_comment_says_what_to_do(world: World) -> None:
    world.settle(16)
    (comment,) = world.tracker.threads[FIRST].comments
    assert comment.startswith("Nobody has acknowledged this yet. **P1 high**; firing since 03:00 UTC")
    assert "To take it, comment `/ack`." in comment


def test_an_acknowledgement_that_nobody_told_us_of_is_read_before_anybody_is_called(world: World) -> None:
    acknowledges(world)
    world.settle(600)
    assert called(world) == []
    assert world.row.status.issue
    assert world.row.status.issue.acked_by == "mona"


def test_a_comment_that_is_no_acknowledgement_keeps_nobody_from_being_called(world: World) -> None:
    acknowledges(world, "I see it too")
    world.settle(16)
    assert called(world) == [SECOND_TIER]


def test_giving_it_back_begins_with_the_first_tier_again(world: World) -> None:
    world.settle(16)
    acknowledges(world)
    world.settle(60)
    acknowledges(world, "/unack")
    world.sync.look(world.row, world.clock.now() + timedelta(minutes=1))
    world.settle(14)
    assert called(world) == [SECOND_TIER]
    world.settle(20)
    assert called(world) == [SECOND_TIER, SECOND_TIER, THIRD_TIER]


def test_its_end_is_the_end_and_the_next_episode_begins_again(world: World) -> None:
    world.settle(16)
    world.run(resolved(17))
    world.settle(5)
    assert called(world) == [SECOND_TIER]
    world.run(firing(25))
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST], "it is reopened"
    world.settle(13)
    assert called(world) == [SECOND_TIER]
    world.settle(4)
    assert called(world) == [SECOND_TIER, SECOND_TIER]


def test_an_acknowledgement_is_of_one_episode(world: World) -> None:
    acknowledges(world)
    world.sync.look(world.row, world.clock.now() + timedelta(minutes=1))
    world.run(resolved(5))
    world.run(firing(9))
    assert world.row.status.issue
    assert world.row.status.issue.acked_by == ""
    world.settle(16)
    assert called(world) == [SECOND_TIER]


def test_a_corrected_beginning_takes_nothing_back(world: World) -> None:
    acknowledges(world)
    world.sync.look(world.row, world.clock.now() + timedelta(minutes=1))
    world.clock.pass_(minutes=3)
    world.run(firing(-2))
    world.settle(20)
    assert world.row.spec.episode == at(-2)
    assert world.row.status.issue
    assert world.row.status.issue.acked_by == "mona"


def test_a_corrected_beginning_calls_nobody_twice(world: World) -> None:
    world.settle(16)
    world.run(firing(-2))
    world.settle(60)
    assert world.row.spec.episode == at(-2)
    assert called(world) == [SECOND_TIER, THIRD_TIER]


def test_while_it_flaps_the_time_goes_on(world: World) -> None:
    for minute in range(2, 32, 2):
        world.run(resolved(minute) if minute % 4 == 2 else firing(minute))
        world.settle(1)
    assert world.row.status.issue
    assert "alert:flapping" in world.row.status.issue.labels
    assert len(called(world)) == 1


def test_what_becomes_urgent_waits_from_then_on() -> None:
    world = World(POLICY)
    world.run(firing(0, priority="P2"))
    world.settle(60)
    world.run(firing(60, priority="P0"))
    world.settle(14)
    assert called(world) == []
    world.settle(2)
    assert called(world) == [SECOND_TIER]


def test_what_gets_worse_when_it_is_urgent_waits_no_longer(world: World) -> None:
    world.settle(10)
    world.run(firing(10, priority="P0"))
    world.settle(6)
    assert called(world) == [SECOND_TIER]


def test_taking_off_a_label_leaves_it_to_people_from_then_on(world: World) -> None:
    world.tracker.add_labels(FIRST, ("alert:quiet",), at(1))
    world.sync.look(world.row, world.clock.now() + timedelta(minutes=1))
    world.settle(60)
    assert called(world) == []
    world.tracker.remove_label(FIRST, "alert:quiet", world.clock.now() + timedelta(minutes=1))
    world.sync.look(world.row, world.clock.now() + timedelta(minutes=1))
    world.settle(14)
    assert called(world) == []
    world.settle(2)
    assert called(world) == [SECOND_TIER]


def looks(world: World) -> None:
    """Somebody looks at the issue, as people may have changed it."""
    world.sync.look(world.row, world.clock.now() + timedelta(minutes=1))


def test_a_persons_reopening_leaves_it_to_people_from_then_on(world: World) -> None:
    world.tracker.close_as_person(FIRST)
    looks(world)
    world.settle(60)
    world.tracker.reopen_as_person(FIRST)
    looks(world)
    world.settle(14)
    assert called(world) == []
    world.settle(2)
    assert called(world) == [SECOND_TIER]


def test_after_a_snooze_it_waits_again(world: World) -> None:
    acknowledges(world, "/snooze 1h")
    looks(world)
    world.settle(62)
    assert ["The snooze is over" in each for each in world.tracker.threads[FIRST].comments] == [True]
    world.settle(12)
    assert called(world) == []
    world.settle(4)
    assert called(world) == [SECOND_TIER]


def test_while_it_flaps_nothing_is_said_of_a_snooze_and_it_is_waited_for() -> None:
    row = waits(labels=(*labels(FIRING), "alert:flapping"))
    over = replace(row, status=replace(row.status, snoozed_until=at(10)))
    assert plan(over, at(24), POLICY) == Nothing(Quiet.FLAPPING, at(25))
    assert isinstance(plan(over, at(25), POLICY), AddComment)


def labels(row: AlertState) -> tuple[str, ...]:
    issue = with_issue(row).status.issue
    return issue.labels if issue else ()


def shown(world: World) -> Issue:
    """The row's issue."""
    issue = world.row.status.issue
    assert issue
    return issue


def adopted(row: AlertState, world: World) -> Issue:
    """The row's issue after an older one was taken for it."""
    older = replace(world.tracker.threads[FIRST].seen, ref=SECOND)
    issue = outcome.adopted(row, firing(0), older, older.title).issue
    assert issue
    return issue


def test_who_has_an_issue_has_the_older_one_that_takes_its_place(world: World) -> None:
    acknowledges(world)
    looks(world)
    assert (adopted(world.row, world).ref, adopted(world.row, world).acked_by) == (SECOND, "mona")
    again = replace(world.row, spec=row_of(firing(0), resolved(5), firing(10)).spec)
    assert adopted(again, world).acked_by == "", "that was of the episode before"
    closed = replace(shown(world), closed_at=at(9))
    instead = adopted(replace(world.row, status=replace(world.row.status, issue=closed)), world)
    assert (instead.acked_by, instead.called_at) == ("", world.row.spec.seen_at)


def test_what_was_done_in_a_new_episode_holds_though_the_issue_does_not_show_it_yet(world: World) -> None:
    """An acknowledgement is made, and a tier called, before the text is carried over."""
    known, seen = shown(world), world.tracker.threads[FIRST].seen
    row = replace(world.row, spec=row_of(firing(0), resolved(5), firing(10)).spec)
    now = replace(known, acked_by="mona", acked_at=at(12), called_at=at(11), tier=1)
    kept = acknowledgement.shown(row, now, seen, at(13))
    assert (kept.acked_by, kept.called_at, kept.tier) == ("mona", at(11), 0)
    ahead = replace(now, clock_ahead=timedelta(minutes=5))
    assert acknowledgement.shown(row, ahead, seen, at(13)).acked_by == ""
    sooner = replace(now, acked_at=at(9), called_at=at(8))
    assert acknowledgement.shown(row, sooner, seen, at(13)) == replace(known, called_at=at(13))


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_answer_neither_calls_twice_nor_not_at_all(world: World, after: bool) -> None:
    world.tracker.faults["comment"] = fails_with(OutcomeUnknown("lost"), after=after)
    world.settle(29)
    assert called(world) == [SECOND_TIER]


def test_a_limit_puts_it_off_and_the_text_goes_on(world: World) -> None:
    until = at(40)
    world.tracker.faults["comment"] = fails_with(
        RateLimited("wait", retry_at=until, status=403, request_id=None)
    )
    world.settle(30)
    assert called(world) == []
    world.settle(20)
    assert called(world) == [SECOND_TIER]


def test_an_issue_that_takes_no_comments_is_continued_in_one_that_calls_the_tier(world: World) -> None:
    world.tracker.faults["comment"] = fails_with(CommentsClosed("locked", status=403), times=99)
    world.settle(20)
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]
    fresh = world.tracker.threads[SECOND].seen
    assert SECOND_TIER in fresh.body
    assert "Continues #1" in fresh.body
    world.settle(600)
    assert len(world.tracker.all_issues) == 3, "one for each tier, and no more"


def test_an_issue_that_fires_worse_and_takes_no_comments_calls_no_tier_before_its_time() -> None:
    world = World(POLICY)
    world.tracker.faults["comment"] = fails_with(CommentsClosed("locked", status=403))
    world.run(firing(0, priority="P2"))
    world.run(firing(1, priority="P0"))
    world.settle(3)
    assert SECOND_TIER not in world.tracker.threads[SECOND].seen.body
    world.settle(16)
    assert called(world, SECOND) == [SECOND_TIER]


def test_older_rows_are_read() -> None:
    row = waits(acked_by="mona", acked_at=at(3), tier=1)
    item = {
        "fingerprint": {"S": row.fingerprint},
        "revision": {"N": "1"},
        **codec.spec(row),
        **codec.status(row),
    }
    known = {name: value for name, value in item.items() if value is not None}
    assert codec.row(known).status == row.status
    older = {**known, "status": {"S": known["status"]["S"].replace(',"acked_at"', ',"unknown"')}}
    read = codec.row(older).status.issue
    assert read
    assert (read.acked_by, read.acked_at) == ("mona", None)
