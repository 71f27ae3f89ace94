"""Notifications: news for a person, each with an issue of its own, at most one open of a series."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.conditions import lag
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.nothing import Held, Nothing, Quiet
from chalicelib.conditions.plan import plan
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import OpenIssue
from chalicelib.conditions.unopened import Muted, Unfinished, unopened
from chalicelib.errors import OutcomeUnknown, Unavailable
from chalicelib.labels import MUTED_LABEL
from chalicelib.render.comment import HELP_ON_NEWS
from tests.twins.census import MemoryCensus
from tests.unit import up_to
from tests.unit.builders import REPOSITORY, at, row_of
from tests.unit.histories.test_people import People
from tests.unit.reconcile.test_drift import SECOND
from tests.unit.sync.test_sync import FIRST, fails_with

WEEK = 7 * 24 * 60
SERIES = "weekly-report-compilers"


def report(minutes: float, name: str = "", *, state: str = "FIRING", **fields: Any) -> AlertEvent:
    """A report of the series; without a `name`, its id is its time."""
    known: dict[str, Any] = {
        "source": "weekly-reports",
        "state": state,
        "kind": "notification",
        "title": "Weekly report for Compilers is ready",
        "priority": "P3",
        "occurred_at": at(minutes),
        "teams": ("compilers",),
        "identity": {"alarm_id": name or f"weekly-report-{minutes}"},
        "collapse_key": SERIES,
    }
    return AlertEvent.model_validate(known | fields)


@pytest.fixture
def world() -> People:
    return People()


def issues(world: People) -> list[tuple[bool, str]]:
    """For each issue, in order: whether it is open, and how it was closed."""
    return [(each.open, each.state_reason) for each in world.tracker.all_issues]


def body(world: People, number: int) -> str:
    return world.tracker.threads[IssueRef(REPOSITORY, number)].seen.body


OPEN, SUPERSEDED, BY_PERSON = (True, ""), (False, "not_planned"), (False, "completed")


def test_a_notification_opens_an_issue_that_stays_open_and_never_fires(world: People) -> None:
    row = world.run(report(0, collapse_key=None))
    world.settle(24 * 60)
    assert issues(world) == [OPEN]
    assert row.spec.condition is Condition.RESOLVED
    assert (world.row.due_at, lag.since(world.row), lag.silenced_since(world.row)) == (None, None, None)
    census = MemoryCensus(world.store)
    assert [census.with_open_issue(each, 9) for each in Priority] == [[], [], [], []]
    assert census.notifications(Priority.P3, 9) == [row.fingerprint]
    assert world.tracker.threads[FIRST].comments == []


def test_52_weekly_reports_leave_one_open_and_a_chain_of_51(world: People) -> None:
    for week in range(52):
        world.run(report(week * WEEK))
        world.settle(2)
        world.look(week * WEEK + 70)
        assert len(world.tracker.open_issues) == 1
    assert issues(world) == [SUPERSEDED] * 51 + [OPEN]
    for number in range(2, 53):
        assert f"Follows #{number - 1}." in body(world, number)
        assert body(world, number - 1).startswith(f"Superseded by {REPOSITORY}#{number}.")
    assert "(2027-01-17), and others." in body(world, 52)


def test_without_a_series_each_has_its_own(world: People) -> None:
    for week in range(3):
        alert = report(week * WEEK, collapse_key=None)
        world.clock.time = alert.occurred_at
        world.sync.advance(world.says(alert), world.clock.now() + timedelta(minutes=1))
    assert issues(world) == [OPEN] * 3


@pytest.mark.parametrize("closed", [True, False])
def test_what_is_delivered_again_opens_no_other_not_even_after_it_was_read(
    world: People, *, closed: bool
) -> None:
    world.run(report(0))
    if closed:
        world.tracker.close_as_person(FIRST)
        world.event()
    for minutes in (0.5, 5, 600):
        world.clock.time = at(minutes)
        told = record(world.row, report(0), world.clock.now())
        assert (told.reason, told.row is world.row) == ("DUPLICATE", True)
    world.settle(60)
    assert issues(world) == [BY_PERSON if closed else OPEN]


def test_the_same_id_at_a_later_time_is_a_new_one_of_its_series(world: People) -> None:
    world.run(report(0, "disk-report", collapse_key=None))
    world.run(report(WEEK, "disk-report", collapse_key=None))
    assert issues(world) == [SUPERSEDED, OPEN]


def test_a_person_has_closed_the_one_before(world: People) -> None:
    world.run(report(0))
    world.clock.pass_(minutes=5)
    world.tracker.close_as_person(FIRST)
    world.event()
    assert plan(world.row, world.clock.now(), world.policy) == Nothing(Quiet.READ)
    world.run(report(WEEK))
    assert issues(world) == [BY_PERSON, OPEN]
    assert "Follows #1." in body(world, 2)


@pytest.mark.parametrize("unknown", ["closed", "reopened", "deleted"])
def test_a_persons_word_is_final(world: People, unknown: str) -> None:
    """Found by drift, as nobody reported it."""
    world.run(report(0, expires_at=at(300)))
    world.look(1)
    world.clock.pass_(minutes=5)
    if unknown == "deleted":
        world.tracker.delete(FIRST)
    else:
        world.tracker.close_as_person(FIRST)
    world.look(70)
    if unknown == "reopened":
        world.tracker.reopen_as_person(FIRST)
        world.look(140)
    world.settle(240)
    assert [issue.open for issue in world.tracker.open_issues] == [True] * (unknown == "reopened")
    reason = Quiet.REOPENED_BY_PERSON if unknown == "reopened" else Quiet.READ
    assert plan(world.row, world.clock.now(), world.policy) == Nothing(reason)


def test_an_old_one_that_a_person_opens_again_stays(world: People) -> None:
    world.run(report(0))
    world.run(report(WEEK))
    world.clock.pass_(minutes=5)
    world.tracker.reopen_as_person(FIRST)
    world.look(WEEK + 70)
    world.look(WEEK + 140)
    assert issues(world) == [OPEN, OPEN]
    assert world.row.status.issue
    assert world.row.status.issue.ref == SECOND


def test_it_expires_to_the_minute(world: People) -> None:
    world.run(report(0, expires_at=at(600)))
    assert world.row.due_at == at(600)
    world.settle(599)
    assert issues(world) == [OPEN]
    world.settle(2)
    assert issues(world) == [SUPERSEDED]
    assert "**Expired** at" in body(world, 1)
    assert world.row.due_at is None
    assert plan(world.row, world.clock.now(), world.policy) == Nothing(Quiet.EXPIRED)


def test_one_that_expired_before_it_could_be_opened_has_no_issue(world: People) -> None:
    world.clock.time = at(700)
    world.run(report(0, expires_at=at(600)))
    assert issues(world) == []
    assert unopened(world.row, world.clock.now(), world.policy) is None


def test_but_it_takes_the_place_of_one_that_is_open(world: People) -> None:
    world.run(report(0))
    world.clock.time = at(WEEK + 700)
    world.run(report(WEEK, expires_at=at(WEEK + 600)))
    world.settle(5)
    assert issues(world) == [SUPERSEDED] * 2


def test_corrected_words_are_shown_and_an_older_copy_does_not_undo_them(world: People) -> None:
    world.run(report(0))
    world.clock.pass_(minutes=30)
    corrected = report(0, title="Weekly report for Compilers, corrected", priority="P2", expires_at=at(WEEK))
    row = world.says(corrected)
    assert record(row, report(0), at(1)).reason == "STALE"
    world.settle(5)
    assert [issue.title for issue in world.tracker.open_issues] == [
        "[P2] Weekly report for Compilers, corrected"
    ]
    assert "Pri:P2" in world.tracker.threads[FIRST].seen.labels
    assert world.row.due_at == at(WEEK)


def test_a_correction_waits_as_any_update_does(world: People) -> None:
    world.run(report(0))
    world.clock.pass_(minutes=2)
    row = world.says(report(0, summary="better"))
    assert plan(row, world.clock.now(), world.policy) == Nothing(Quiet.LATER, at(10))
    world.settle(10)
    assert "better" in body(world, 1)


def test_its_sender_withdraws_it(world: People) -> None:
    world.run(report(0))
    withdrawn = report(30, "weekly-report-0", state="RESOLVED", reason="It was of the wrong week.")
    world.run(withdrawn)
    assert issues(world) == [SUPERSEDED]
    assert "**Withdrawn** at" in body(world, 1)
    assert "It was of the wrong week." in body(world, 1)
    assert record(world.row, withdrawn, at(31)).reason == "STALE"
    later = report(40, "weekly-report-0", state="RESOLVED")
    assert record(world.row, later, at(41)).reason == "ALREADY_RESOLVED"


def test_an_end_that_names_another_of_the_series_or_comes_before_it_ends_nothing(world: People) -> None:
    world.run(report(10, "a"))
    assert record(world.row, report(5, "a", state="RESOLVED"), at(30)).reason == "STALE"
    world.run(report(30, "b", state="RESOLVED"))
    world.settle(5)
    assert issues(world) == [OPEN]


@pytest.mark.parametrize("before", [(), (report(0, "a"),), (report(0, "b"),)])
def test_an_end_that_overtakes_what_it_withdraws_still_does(
    world: People, before: tuple[AlertEvent, ...]
) -> None:
    for each in before:
        world.run(each)
    world.run(report(30, "b", state="RESOLVED"))
    world.run(report(20, "b"))
    world.settle(5)
    assert world.tracker.open_issues == []
    world.run(report(40, "b"))
    assert [issue.open for issue in world.tracker.open_issues] == [True]


def rule(minutes: float, **fields: Any) -> AlertEvent:
    """News that a rule of Alertmanager brings."""
    own = {"source": "alertmanager", "collapse_key": None}
    return report(minutes, "5ef77f1f8a3ecf8d", **own | fields)


def test_a_provider_that_says_its_rule_no_longer_holds_closes_nothing(world: People) -> None:
    world.run(rule(0))
    assert record(world.row, rule(5, state="RESOLVED"), at(5)).reason == "STALE"
    assert record(world.row, rule(0), at(240)).reason == "DUPLICATE"


def test_nor_does_an_end_that_overtakes_it_keep_it_from_opening(world: People) -> None:
    world.run(rule(5, state="RESOLVED"))
    world.run(rule(0))
    assert issues(world) == [OPEN]


def test_replicas_that_name_starts_seconds_apart_make_one_issue(world: People) -> None:
    world.run(rule(0))
    assert record(world.row, rule(0.2), at(1)).reason == "STALE"
    world.run(rule(60))
    assert issues(world) == [SUPERSEDED, OPEN]


def test_of_a_series_the_newest_counts_in_whatever_order_they_come(world: People) -> None:
    world.run(report(WEEK, "b"))
    assert record(world.row, report(0, "a"), at(WEEK + 1)).reason == "STALE"
    world.says(report(WEEK, "c"))
    assert record(world.row, report(WEEK, "b"), at(WEEK + 1)).reason == "STALE"
    assert record(world.row, report(WEEK, "c"), at(WEEK + 1)).reason == "DUPLICATE"
    world.settle(5)
    assert issues(world) == [SUPERSEDED, OPEN]


def test_what_was_superseded_before_it_had_an_issue_is_named(world: People) -> None:
    for minutes in (0, 1, 2):
        world.clock.time = at(minutes)
        world.says(report(minutes))
    world.settle(5)
    assert issues(world) == [OPEN]
    assert "Also sent 03:00 UTC (2026-03-01), 03:01 UTC (2026-03-01), and superseded" in body(world, 1)


def test_a_condition_becomes_news_and_news_a_condition(world: People) -> None:
    """As when somebody adds a label to the rule of a firing alarm, or removes it."""
    fires: dict[str, Any] = {"kind": "condition", "collapse_key": None}
    world.run(report(0, "a", **fires))
    world.run(report(0, "a", collapse_key=None))
    world.settle(20)
    assert issues(world) == [OPEN]
    assert "close the issue once you have read it" in body(world, 1)
    assert world.run(report(30, "a", **fires)).spec.condition is Condition.FIRING
    world.run(report(40, "a", state="RESOLVED", **fires))
    assert issues(world) == [BY_PERSON]


def test_the_end_of_what_fired_before_it_was_news_ends_it(world: People) -> None:
    world.run(report(0, "a", kind="condition", collapse_key=None))
    world.run(report(5, "a", state="RESOLVED", collapse_key=None))
    assert issues(world) == [BY_PERSON]


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_answer_leaves_one_open(world: People, *, after: bool) -> None:
    world.run(report(0))
    world.tracker.faults["open"] = fails_with(OutcomeUnknown("lost"), after=after)
    world.run(report(WEEK))
    assert isinstance(unopened(world.row, world.clock.now() + timedelta(minutes=9), world.policy), Unfinished)
    assert lag.since(world.row)
    world.settle(20)
    assert issues(world) == [SUPERSEDED, OPEN]


def test_a_second_issue_of_one_notification_is_merged(world: People) -> None:
    world.run(report(0))
    world.double(report(0))
    world.look(70)
    assert [issue.ref for issue in world.tracker.open_issues] == [FIRST]


@pytest.mark.parametrize("how", ["closed", "deleted"])
def test_the_one_before_is_gone_when_it_is_to_be_closed(world: People, how: str) -> None:
    world.run(report(0))
    world.tracker.faults["edit"] = fails_with(OutcomeUnknown("lost"))
    world.run(report(WEEK))
    world.tracker.close_as_person(FIRST) if how == "closed" else world.tracker.delete(FIRST)
    world.settle(20)
    assert [issue.ref for issue in world.tracker.open_issues] == [SECOND]
    assert (world.row.status.superseded, world.row.due_at) == (None, None)


def test_the_one_before_is_closed_even_if_the_new_one_is_deleted_first(world: People) -> None:
    world.run(report(0))
    world.tracker.faults["edit"] = fails_with(Unavailable("away"))
    row = world.run(report(WEEK))
    assert row.status.superseded
    world.sync.let_go(row, world.clock.now() + timedelta(minutes=1))
    world.settle(20)
    assert body(world, 1).startswith("Superseded by a")
    assert issues(world)[0] == SUPERSEDED


def test_a_muted_series_is_quiet_until_it_is_unmuted(world: People) -> None:
    world.run(report(0))
    world.say("/mute")
    world.event()
    assert MUTED_LABEL in world.tracker.threads[FIRST].seen.labels
    world.run(report(WEEK))
    assert issues(world) == [OPEN]
    assert isinstance(unopened(world.row, world.clock.now(), world.policy), Muted)
    world.say("/unmute")
    world.event()
    world.settle(5)
    assert issues(world) == [SUPERSEDED, OPEN]


@pytest.mark.parametrize("word", ["/ack", "/snooze 4h", "/unack", "/mutes"])
def test_other_commands_are_answered_with_what_can_be_asked_for(world: People, word: str) -> None:
    world.run(report(0))
    comment = world.say(word)
    world.event()
    world.settle(5)
    assert world.reactions() == {(comment, "confused")}
    assert [HELP_ON_NEWS in said for said in world.comments()] == [True]
    assert world.tracker.threads[FIRST].assignees == set()


def test_a_time_far_ahead_is_read_as_now_and_its_copy_is_a_copy() -> None:
    ahead = report(600)
    row: AlertState = record(None, ahead, at(0)).row
    assert row.spec.episode == at(0)
    assert record(row, ahead, at(5)).reason == "DUPLICATE"


def test_it_waits_for_the_end_of_maintenance(world: People) -> None:
    held = Held(Quiet.MAINTENANCE, at(90), "a window")
    row = row_of(report(0))
    assert plan(replace(row, held=held), at(5), world.policy) == Nothing(Quiet.MAINTENANCE, at(90), held)
    assert plan(replace(row, held=held), at(90), world.policy) == OpenIssue()


SAID = [
    *(report(minutes, name) for minutes, name in ((0, "a"), (10, "b"), (10, "c"), (20, "a"), (30, "d"))),
    report(25, "a", state="RESOLVED"),
]


@up_to(40)
@given(st.permutations(SAID), st.lists(st.integers(0, len(SAID) - 1), max_size=4), st.integers(3, len(SAID)))
@example(SAID[:2] + SAID[5:], [], 3)
def test_any_order_with_any_of_them_twice_leaves_the_same_issues(
    said: list[AlertEvent], again: list[int], number: int
) -> None:
    """The last one sent is open unless it was withdrawn; of two with one time, either may be the newer."""
    messages = said[:number]
    sent = [each for each in messages if each.state is Condition.FIRING]
    world = People()
    world.clock.time = at(60)
    for each in (*messages, *(messages[place % number] for place in again)):
        world.says(each)
    world.settle(2)
    newest = max(each.occurred_at for each in sent)
    withdrawn = any(each.state is Condition.RESOLVED for each in messages)
    over = withdrawn and [each.identity.alarm_id for each in sent if each.occurred_at == newest] == ["a"]
    assert len(world.tracker.open_issues) == (not over)
    row = next(iter(world.store.rows.values()))
    assert row.spec.alert
    assert row.spec.alert.occurred_at == newest
