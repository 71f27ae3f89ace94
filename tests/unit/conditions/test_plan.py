"""What GitHub should see next, and when: docs/lifecycle.md, rule by rule."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.alert import AlertEvent, Priority
from chalicelib.conditions.command import Command
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.plan import plan
from chalicelib.conditions.row import AlertState, Intent, Issue, Lease, Status, Verb
from chalicelib.conditions.steps import (
    AddComment,
    AddLabels,
    CloseIssue,
    FollowCommands,
    OpenIssue,
    ReadIssue,
    Recover,
    RemoveLabel,
    ReopenIssue,
    UpdateIssue,
)
from chalicelib.conditions.suppression import hushed
from chalicelib.labels import RESOLVED_LABEL
from tests.unit.builders import REPEATING, REPOSITORY, at, firing, policy, resolved, routing, row_of

REF = IssueRef(REPOSITORY, 7)
POLICY = policy()


def with_issue(row: AlertState, **changes: Any) -> AlertState:
    """The row with an issue that is up to date, opened at minute 1, except for the changes."""
    alert, episode = row.spec.alert, row.spec.episode
    assert alert
    assert episode
    shown = Issue(
        ref=REF,
        url="https://github.com/example-org/alerts/issues/7",
        episode=episode,
        title="",
        labels=routing().labels(alert),
        priority=alert.priority,
        teams=alert.teams,
        generation=row.spec.generation,
        spoke_at=at(1),
        commented_at=at(1),
        announced=alert.priority,
    )
    issue = replace(shown, **changes)
    return replace(row, status=Status(issue=issue, told=issue.episode))


def closed(minutes: float, who: Closer) -> dict[str, Any]:
    return {"closed_at": at(minutes), "closed_by": who}


FIRING = row_of(firing(1))
RESOLVED = row_of(firing(1), resolved(9))
BEHIND = {"generation": 0}


@pytest.mark.parametrize(
    ("row", "now", "expected"),
    [
        # firing, without an open issue
        (FIRING, 1, OpenIssue()),
        (
            with_issue(row_of(firing(1), resolved(2), firing(9)), episode=at(1), **closed(3, Closer.US)),
            9,
            ReopenIssue(REF),
        ),
        (
            with_issue(row_of(firing(1), resolved(2), firing(99)), episode=at(1), **closed(3, Closer.US)),
            99,
            OpenIssue(),
        ),
        (
            with_issue(row_of(firing(1), resolved(2), firing(9)), episode=at(1), **closed(3, Closer.PERSON)),
            9,
            OpenIssue(),
        ),
        # closed by us as not planned, such as when its rule was edited: no person asked for silence
        (
            with_issue(
                row_of(firing(1), resolved(2, recovered=False), firing(99)),
                episode=at(1),
                state_reason="not_planned",
                **closed(3, Closer.US),
            ),
            99,
            OpenIssue(),
        ),
        # closed by us though the episode goes on: its new firing came too late
        (with_issue(FIRING, **closed(3, Closer.US)), 99, ReopenIssue(REF)),
        # a person's closing belongs to the episode during which it happened
        (with_issue(FIRING, **closed(3, Closer.PERSON)), 99, Nothing(Quiet.CLOSED_BY_PERSON)),
        (
            with_issue(
                row_of(firing(1), resolved(2), firing(9)), episode=at(1), **closed(9.5, Closer.PERSON)
            ),
            99,
            Nothing(Quiet.CLOSED_BY_PERSON),
        ),
        (
            with_issue(row_of(firing(1), resolved(2), firing(9)), episode=at(1), **closed(9, Closer.PERSON)),
            99,
            Nothing(Quiet.CLOSED_BY_PERSON),
        ),
        # firing, issue open
        (with_issue(FIRING), 99, Nothing(Quiet.UP_TO_DATE)),
        (with_issue(FIRING, **BEHIND), 5, Nothing(Quiet.LATER, at(11))),
        (with_issue(FIRING, **BEHIND), 11, UpdateIssue(REF)),
        (with_issue(FIRING, **BEHIND), 61, AddComment(REF, "repeat-1")),
        (with_issue(FIRING, **BEHIND, comments=2000), 61, UpdateIssue(REF)),
        (with_issue(FIRING, **BEHIND, comments_closed=True), 61, UpdateIssue(REF)),
        (
            with_issue(FIRING, **BEHIND, commented_at=at(55), spoke_at=at(55)),
            61,
            Nothing(Quiet.LATER, at(65)),
        ),
        # an older episode's issue is carried over
        (with_issue(row_of(firing(1), resolved(2), firing(9)), episode=at(1)), 9, UpdateIssue(REF)),
        # priority and labels at once
        (with_issue(FIRING, priority=Priority.P3), 1, UpdateIssue(REF)),
        (with_issue(FIRING, teams=("others",)), 1, UpdateIssue(REF)),
        (with_issue(FIRING, labels=()), 1, AddLabels(REF, routing().labels(firing(1)))),
        (with_issue(FIRING, labels=(*routing().labels(firing(1)), "Pri:P3")), 1, RemoveLabel(REF, "Pri:P3")),
        (with_issue(FIRING, announced=Priority.P2), 1, AddComment(REF, "escalation-1")),
        (with_issue(FIRING, announced=Priority.P0), 1, Nothing(Quiet.UP_TO_DATE)),
        # muted
        (with_issue(FIRING, muted=True, **BEHIND), 99, Nothing(Quiet.MUTED)),
        (with_issue(RESOLVED, muted=True), 99, Nothing(Quiet.MUTED)),
        # quiet, and had by somebody
        (with_issue(FIRING, quiet=True, **BEHIND), 61, UpdateIssue(REF)),
        (with_issue(FIRING, quiet=True, announced=Priority.P2), 1, Nothing(Quiet.UP_TO_DATE)),
        (with_issue(FIRING, acked_by="mona", **BEHIND), 61, UpdateIssue(REF)),
        (with_issue(FIRING, acked_by="mona", announced=Priority.P2), 1, AddComment(REF, "escalation-1")),
        # resolved
        (with_issue(RESOLVED), 9, CloseIssue(REF, recovered=True)),
        (with_issue(row_of(firing(1), resolved(9, recovered=False))), 9, CloseIssue(REF, recovered=False)),
        (with_issue(RESOLVED, **closed(9, Closer.US)), 99, Nothing(Quiet.UP_TO_DATE)),
        (with_issue(RESOLVED, **closed(5, Closer.PERSON)), 99, Nothing(Quiet.UP_TO_DATE)),
        (with_issue(RESOLVED, kept_open=True), 99, Nothing(Quiet.REOPENED_BY_PERSON)),
        # resolved before it had an issue
        (RESOLVED, 9, OpenIssue()),
        (row_of(firing(1, priority="P2"), resolved(9)), 9, Nothing(Quiet.RESOLVED_UNTOLD)),
        (replace(RESOLVED, status=Status(told=at(1))), 9, Nothing(Quiet.UP_TO_DATE)),
        (row_of(resolved(9)), 9, Nothing(Quiet.UP_TO_DATE)),
        (row_of(resolved(9), firing(1)), 9, OpenIssue()),
        # what a firing says that comes after its end is shown on the issue that we closed, not on people's
        (with_issue(RESOLVED, priority=Priority.P3, **closed(9, Closer.US)), 99, UpdateIssue(REF)),
        (  # its episode was found to have begun before the start that the issue was opened for
            with_issue(RESOLVED, priority=Priority.P3, episode=at(5), **closed(9, Closer.US)),
            99,
            UpdateIssue(REF),
        ),
        (
            with_issue(RESOLVED, priority=Priority.P3, labels=(), **closed(9, Closer.US)),
            99,
            AddLabels(REF, routing().labels(firing(1))),
        ),
        (
            with_issue(RESOLVED, priority=Priority.P3, **closed(5, Closer.PERSON)),
            99,
            Nothing(Quiet.UP_TO_DATE),
        ),
    ],
)
def test_table(row: AlertState, now: float, expected: object) -> None:
    assert plan(row, at(now), POLICY) == expected


def keeper(**changes: Any) -> AlertState:
    """A resolved row of a team that closes its issues itself."""
    teams = ("keepers",)
    row = row_of(firing(1, teams=teams), resolved(9, teams=teams))
    labels = (*routing().labels(firing(1, teams=teams)), RESOLVED_LABEL)
    return with_issue(row, **({"labels": labels} | changes))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (keeper(**BEHIND), UpdateIssue(REF)),
        (keeper(labels=routing().labels(firing(1, teams=("keepers",)))), AddLabels(REF, (RESOLVED_LABEL,))),
        (keeper(), AddComment(REF, "resolved-20260301T030100000000")),
        (keeper(comment_key="resolved-20260301T030100000000"), Nothing(Quiet.UP_TO_DATE)),
        (keeper(comments_closed=True), Nothing(Quiet.UP_TO_DATE)),
    ],
)
def test_a_team_that_closes_its_issues_itself_is_told_by_label_and_comment(
    row: AlertState, expected: object
) -> None:
    assert plan(row, at(99), POLICY) == expected


def test_a_kept_issue_loses_its_resolved_label_when_it_fires_again() -> None:
    again = with_issue(row_of(firing(1, teams=("keepers",))), labels=(*keeper().status.issue.labels,))  # type: ignore[union-attr]
    assert plan(again, at(1), POLICY) == RemoveLabel(REF, RESOLVED_LABEL)


def intent(verb: Verb, looked_at: datetime | None = None) -> Intent:
    return Intent(verb, at(1), 1, at(1), REPOSITORY, looks=int(looked_at is not None), looked_at=looked_at)


@pytest.mark.parametrize(
    "row", [FIRING, with_issue(FIRING, muted=True), RESOLVED, with_issue(FIRING, **closed(3, Closer.PERSON))]
)
@pytest.mark.parametrize("verb", [Verb.OPEN, Verb.COMMENT])
def test_an_unfinished_opening_or_comment_is_looked_for_before_anything_else(
    row: AlertState, verb: Verb
) -> None:
    unfinished = intent(verb)
    assert plan(replace(row, intent=unfinished), at(9), POLICY) == Recover(unfinished)


@pytest.mark.parametrize("verb", [Verb.CHANGE, Verb.REOPEN])
def test_an_unfinished_change_is_read_back(verb: Verb) -> None:
    assert plan(replace(with_issue(FIRING), intent=intent(verb)), at(9), POLICY) == ReadIssue(REF)


@pytest.mark.parametrize("verb", Verb)
def test_without_an_issue_that_could_be_read_what_is_unfinished_is_looked_for(verb: Verb) -> None:
    assert plan(replace(FIRING, intent=intent(verb)), at(9), POLICY) == Recover(intent(verb))


def test_two_looks_are_a_while_apart() -> None:
    looked = intent(Verb.OPEN, looked_at=at(5))
    row = replace(FIRING, intent=looked)
    assert plan(row, at(5.5), POLICY) == Nothing(Quiet.LOOKED, at(6))
    assert plan(row, at(6), POLICY) == Recover(looked)


def test_while_another_worker_acts_there_is_nothing_to_do() -> None:
    row = replace(FIRING, lease=Lease("other", at(2)), intent=intent(Verb.OPEN))
    assert plan(row, at(1), POLICY) == Nothing(Quiet.IN_PROGRESS, at(2))
    assert isinstance(plan(row, at(2), POLICY), Recover)


def test_disabled_rows_stay_due_so_that_enabling_opens_what_still_fires() -> None:
    off = replace(POLICY, enabled=False)
    assert plan(FIRING, at(1), off) == Nothing(Quiet.DISABLED, at(11))


def test_refused_comments_give_way_to_the_body() -> None:
    assert plan(hushed(with_issue(FIRING, **BEHIND)), at(61), POLICY) == UpdateIssue(REF)
    worse = with_issue(FIRING, announced=Priority.P2)
    assert plan(hushed(worse), at(61), POLICY) == Nothing(Quiet.UP_TO_DATE)
    assert plan(hushed(keeper()), at(61), POLICY) == Nothing(Quiet.UP_TO_DATE)
    assert plan(hushed(FIRING), at(1), POLICY) == OpenIssue()


def test_intervals_are_settings() -> None:
    quick = policy(update_interval=timedelta(seconds=6), reopen_window=timedelta(seconds=1))
    assert plan(with_issue(FIRING, **BEHIND), at(1.1), quick) == UpdateIssue(REF)
    flapped = with_issue(row_of(firing(1), resolved(2), firing(9)), episode=at(1), **closed(8, Closer.US))
    assert plan(flapped, at(9), quick) == OpenIssue()


@pytest.mark.parametrize(("now", "expected"), [(37.9, ReopenIssue(REF)), (38, OpenIssue())])
def test_our_own_closing_is_undone_until_the_window_has_passed(now: float, expected: object) -> None:
    row = with_issue(row_of(firing(1), resolved(8), firing(37)), episode=at(1), **closed(8, Closer.US))
    assert plan(row, at(now), POLICY) == expected


def snoozed(row: AlertState, until: float) -> AlertState:
    return replace(row, status=replace(row.status, snoozed_until=at(until)))


@pytest.mark.parametrize(
    ("row", "now", "expected"),
    [
        (snoozed(with_issue(FIRING, **BEHIND), 99), 61, Nothing(Quiet.SNOOZED, at(99))),
        (snoozed(with_issue(FIRING, announced=Priority.P2), 99), 61, Nothing(Quiet.SNOOZED, at(99))),
        (snoozed(with_issue(RESOLVED), 99), 61, Nothing(Quiet.SNOOZED, at(99))),
        (snoozed(FIRING, 99), 61, Nothing(Quiet.SNOOZED, at(99))),
        (snoozed(RESOLVED, 99), 61, Nothing(Quiet.SNOOZED, at(99))),
        (snoozed(with_issue(FIRING, muted=True), 99), 61, Nothing(Quiet.MUTED)),
        # over: what still fires is reported, what has ended is closed
        (snoozed(with_issue(FIRING), 99), 99, AddComment(REF, "snooze-20260301T043900000000")),
        (snoozed(with_issue(FIRING, quiet=True, **BEHIND), 99), 99, UpdateIssue(REF)),
        (snoozed(with_issue(RESOLVED), 99), 99, CloseIssue(REF, recovered=True)),
        (snoozed(FIRING, 99), 99, OpenIssue()),
    ],
)
def test_while_snoozed_nothing_is_said(row: AlertState, now: float, expected: object) -> None:
    assert plan(row, at(now), POLICY) == expected


RECURRED = row_of(firing(1), resolved(5), firing(60))
NOT_PLANNED = {"episode": at(1), "state_reason": "not_planned", **closed(3, Closer.PERSON)}
TOLD = {"once": ("quiet-20260301T030300000000",)}
WEEK = 7 * 24 * 60


@pytest.mark.parametrize(
    ("row", "now", "expected"),
    [
        (with_issue(FIRING, **NOT_PLANNED), 60, Nothing(Quiet.CLOSED_BY_PERSON)),
        (with_issue(RECURRED, **NOT_PLANNED), 60, AddComment(REF, "quiet-20260301T030300000000")),
        (with_issue(RECURRED, **NOT_PLANNED, **TOLD), 60, Nothing(Quiet.NOT_PLANNED, at(WEEK + 3))),
        (with_issue(RECURRED, **NOT_PLANNED, quiet=True), 60, Nothing(Quiet.NOT_PLANNED, at(WEEK + 3))),
        (with_issue(RECURRED, **NOT_PLANNED, muted=True), 60, Nothing(Quiet.MUTED)),
        (with_issue(RECURRED, **NOT_PLANNED, **TOLD), WEEK + 3, OpenIssue()),
        (
            with_issue(row_of(firing(1), resolved(5), firing(60), resolved(61)), **NOT_PLANNED, **TOLD),
            61,
            Nothing(Quiet.NOT_PLANNED, at(WEEK + 3)),
        ),
    ],
)
def test_what_was_closed_as_not_planned_is_quiet_for_a_week(
    row: AlertState, now: float, expected: object
) -> None:
    assert plan(row, at(now), POLICY) == expected


def flaps(*, last: str = "FIRING", count: int = 4, every: float = 4) -> AlertState:
    """A row that fired and resolved this many times, and then perhaps fired again."""
    alerts = [each for n in range(count) for each in (firing(1 + n * every), resolved(3 + n * every))]
    again = [firing(1 + count * every)] if last == "FIRING" else []
    return row_of(*alerts, *again)


FLAPPING = (*routing().labels(firing(1)), "alert:flapping")


@pytest.mark.parametrize(
    ("row", "now", "expected"),
    [
        # three flaps are none
        (with_issue(flaps(count=3, last="RESOLVED")), 12, CloseIssue(REF, recovered=True)),
        # the fourth within an hour
        (with_issue(flaps(last="RESOLVED")), 16, AddLabels(REF, ("alert:flapping",))),
        (with_issue(flaps()), 17, AddLabels(REF, ("alert:flapping",))),
        (with_issue(flaps(last="RESOLVED"), labels=FLAPPING), 16, Nothing(Quiet.FLAPPING, at(75))),
        (with_issue(flaps(last="RESOLVED"), labels=FLAPPING, **BEHIND), 16, UpdateIssue(REF)),
        (
            with_issue(flaps(last="RESOLVED"), labels=FLAPPING, **BEHIND, spoke_at=at(15)),
            16,
            Nothing(Quiet.FLAPPING, at(25)),
        ),
        (with_issue(flaps(last="RESOLVED"), labels=FLAPPING, **BEHIND, spoke_at=at(6)), 16, UpdateIssue(REF)),
        (
            with_issue(flaps(last="RESOLVED"), labels=FLAPPING, **BEHIND, spoke_at=at(70)),
            72,
            Nothing(Quiet.FLAPPING, at(75)),
        ),
        (
            with_issue(flaps(last="RESOLVED"), labels=(*FLAPPING, "Pri:P3"), **BEHIND),
            16,
            RemoveLabel(REF, "Pri:P3"),
        ),
        (
            with_issue(flaps(last="RESOLVED"), labels=FLAPPING[1:], **BEHIND),
            16,
            AddLabels(REF, FLAPPING[:1]),
        ),
        # firing: no comments, and no rewriting for every new episode
        (with_issue(flaps(), labels=FLAPPING, episode=at(1)), 17, Nothing(Quiet.FLAPPING, at(77))),
        # but for an escalation, whose people are called all the same
        (with_issue(flaps(), labels=FLAPPING, announced=Priority.P2), 17, AddComment(REF, "escalation-9")),
        (
            with_issue(flaps(), labels=FLAPPING, announced=Priority.P2, quiet=True),
            17,
            Nothing(Quiet.FLAPPING, at(77)),
        ),
        (
            with_issue(flaps(last="RESOLVED"), labels=FLAPPING, announced=Priority.P2),
            16,
            Nothing(Quiet.FLAPPING, at(75)),
        ),
        # quiet for an hour
        (with_issue(flaps(last="RESOLVED"), labels=FLAPPING), 75, RemoveLabel(REF, "alert:flapping")),
        (with_issue(flaps(last="RESOLVED")), 75, CloseIssue(REF, recovered=True)),
        (with_issue(flaps(), labels=FLAPPING), 77, RemoveLabel(REF, "alert:flapping")),
        # the label is its memory: slower flaps go on flapping
        (with_issue(flaps(every=30), labels=FLAPPING), 122, Nothing(Quiet.FLAPPING, at(181))),
        # a person closed it in the midst
        (
            with_issue(flaps(), labels=FLAPPING, episode=at(13), **closed(14, Closer.PERSON)),
            17,
            Nothing(Quiet.CLOSED_BY_PERSON, at(77)),
        ),
    ],
)
def test_what_flaps_keeps_one_issue_open_and_quiet(row: AlertState, now: float, expected: object) -> None:
    assert plan(row, at(now), POLICY) == expected


def test_the_canary_comes_and_goes_on_purpose() -> None:
    alerts = [each(n * 15, source="canary") for n in range(5) for each in (firing, resolved)]
    ended = row_of(*(replace_minute(each, index) for index, each in enumerate(alerts)))
    assert isinstance(plan(with_issue(ended), at(70), POLICY), CloseIssue)


def replace_minute(alert: AlertEvent, index: int) -> AlertEvent:
    """Resolve each a minute after it fired."""
    return alert.model_copy(update={"occurred_at": alert.occurred_at + timedelta(minutes=index % 2)})


def heard_of(source: str) -> AlertState:
    return row_of(firing(1, source=source))


DAY = policy(stale_after=timedelta(hours=24))
STALE = 24 * 60 + 1


@pytest.mark.parametrize("source", REPEATING)
def test_what_its_source_tells_no_more_is_labelled_stale_and_says_so_once(source: str) -> None:
    row = heard_of(source)
    labels = routing().labels(firing(1, source=source))
    assert plan(with_issue(row, labels=labels), at(STALE - 1), DAY) == Nothing(Quiet.UP_TO_DATE, at(STALE))
    assert plan(with_issue(row, labels=labels), at(STALE), DAY) == AddLabels(REF, ("alert:stale",))
    stale = {"labels": (*labels, "alert:stale")}
    key = "stale-20260301T030100000000"
    assert plan(with_issue(row, **stale), at(STALE), DAY) == UpdateIssue(REF)
    shown = {**stale, "spoke_at": at(STALE)}
    assert plan(with_issue(row, **shown), at(STALE), DAY) == AddComment(REF, key)
    told = with_issue(row, **shown, once=(key,))
    assert plan(told, at(STALE), DAY) == Nothing(Quiet.UP_TO_DATE)
    assert plan(told, at(STALE - 1), DAY) == RemoveLabel(REF, "alert:stale")


def test_cloudwatch_tells_only_once_and_is_never_stale() -> None:
    assert plan(with_issue(FIRING), at(STALE), DAY) == Nothing(Quiet.UP_TO_DATE)
    assert plan(with_issue(FIRING), at(STALE), POLICY) == Nothing(Quiet.UP_TO_DATE)


def test_by_default_it_is_stale_after_three_of_the_intervals_at_which_it_is_repeated() -> None:
    row, labels = heard_of("grafana"), routing().labels(firing(1, source="grafana"))
    stale = AddLabels(REF, ("alert:stale",))
    assert plan(with_issue(row, labels=labels), at(720), POLICY) == Nothing(Quiet.UP_TO_DATE, at(721))
    assert plan(with_issue(row, labels=labels), at(721), POLICY) == stale
    daily = replace(row, spec=replace(row.spec, repeats_every=timedelta(days=1)))
    assert plan(with_issue(daily, labels=labels), at(721), POLICY) == Nothing(Quiet.UP_TO_DATE, at(4321))
    assert plan(with_issue(daily, labels=labels), at(4321), POLICY) == stale


def test_an_interval_of_nothing_was_set_so_that_nothing_is_ever_stale() -> None:
    row, labels = heard_of("grafana"), routing().labels(firing(1, source="grafana"))
    never = policy(stale_after=timedelta())
    assert plan(with_issue(row, labels=labels), at(99_999), never) == Nothing(Quiet.UP_TO_DATE)


def test_an_issue_that_a_person_took_for_over_is_reopened_when_its_source_says_that_it_is_not() -> None:
    unheard = with_issue(heard_of("grafana"), labels=("alert:stale",), **closed(800, Closer.PERSON))
    assert plan(unheard, at(900), POLICY) == Nothing(Quiet.CLOSED_BY_PERSON)
    heard = replace(unheard, spec=replace(unheard.spec, seen_at=at(880)))
    assert plan(heard, at(900), POLICY) == ReopenIssue(REF)
    issue = heard.status.issue
    assert issue
    other = replace(issue, labels=())  # it was not stale when it was closed
    assert plan(replace(heard, status=Status(other)), at(900), POLICY) == Nothing(Quiet.CLOSED_BY_PERSON)


def test_what_people_did_is_looked_at_first_and_what_they_asked_for_done_next() -> None:
    command = Command(REF, 5, "mona", "ack", at(2))
    row = with_issue(FIRING, muted=True)
    asked = replace(row, status=replace(row.status, commands=(command,), replies=(4,)))
    assert plan(replace(asked, look=True), at(3), POLICY) == ReadIssue(REF)
    assert plan(asked, at(3), POLICY) == FollowCommands(REF, command)
    assert plan(replace(asked, status=replace(asked.status, commands=())), at(3), POLICY) == AddComment(
        REF, "help-4"
    )


def test_an_answer_that_is_owed_waits_for_the_budget_and_is_let_go_where_no_comment_is_taken() -> None:
    owed = with_issue(FIRING)
    owed = replace(owed, status=replace(owed.status, replies=(4,)))
    shut = with_issue(FIRING, comments_closed=True)
    assert plan(hushed(owed), at(3), POLICY) == Nothing(Quiet.UP_TO_DATE)
    assert plan(replace(shut, status=replace(shut.status, replies=(4,))), at(3), POLICY) == Nothing(
        Quiet.UP_TO_DATE
    )
