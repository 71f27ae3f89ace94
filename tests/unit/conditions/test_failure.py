"""Which refusals settle a step, when any other is tried again, and what a step cannot do without."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.conditions import failure
from chalicelib.conditions.row import AlertState, Intent, Verb
from chalicelib.conditions.setbacks import Denial, PutOff, Refusal
from chalicelib.conditions.steps import (
    AddComment,
    Adopt,
    CloseDuplicate,
    CloseIssue,
    CloseSuperseded,
    OpenIssue,
    ReadIssue,
    Recover,
    UpdateIssue,
    Work,
    needed,
)
from chalicelib.errors import (
    AlertingError,
    CommentsClosed,
    ConfigurationError,
    Gone,
    OutOfSight,
    RateLimited,
    Refused,
    RepositoryMissing,
    TooLate,
    Unavailable,
)
from tests.unit.builders import REPOSITORY, at, firing, row_of
from tests.unit.conditions.test_plan import FIRING, REF, with_issue

PAUSE = timedelta(seconds=30)
STEP = OpenIssue()
NOW = at(1)
GONE, OUT_OF_SIGHT = Gone("410", status=410), OutOfSight("404", status=404)
ON_THE_ISSUE = (
    UpdateIssue(REF),
    CloseIssue(REF, recovered=True),
    AddComment(REF, "repeat-1"),
    ReadIssue(REF),
    Recover(Intent(Verb.COMMENT, at(1), 1, at(1), REPOSITORY)),
)
ON_ANOTHER = (
    OpenIssue(),
    Adopt(REF),
    CloseDuplicate(REF),
    CloseSuperseded(REF),
    Recover(Intent(Verb.OPEN, at(1), 1, at(1), REPOSITORY)),
)


def limited(minutes: float | None) -> RateLimited:
    retry_at = None if minutes is None else at(minutes)
    return RateLimited("slow down", retry_at=retry_at, status=403, request_id=None)


@pytest.mark.parametrize(
    ("error", "again_at"),
    [
        (limited(7), at(7)),
        (limited(None), NOW + PAUSE),
        (TooLate("not sent"), NOW),
        (Unavailable("no connection"), NOW + PAUSE),
        (ConfigurationError("secret", ["is missing"]), NOW + PAUSE),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, AlertingError) else "",
)
def test_it_is_tried_again_when_github_says_at_once_if_time_ran_out_else_after_a_pause(
    error: AlertingError, again_at: object
) -> None:
    row = row_of(firing(0))
    tired = failure.counted(row, STEP, Refused("no", status=403), NOW)
    assert failure.again_at(row, error, NOW, PAUSE) == failure.again_at(tired, error, NOW, PAUSE) == again_at
    after = failure.counted(row, STEP, error, NOW)
    assert (after.status.failures, after.intent, after.lease) == (0, row.intent, row.lease)


def test_the_pause_doubles_with_each_refusal_in_a_row_up_to_sixteen_minutes() -> None:
    row, refusal, pauses = row_of(firing(0)), Refused("no", status=403), []
    for _ in range(8):
        pauses.append((failure.again_at(row, refusal, NOW, PAUSE) - NOW) / PAUSE)
        row = failure.counted(row, STEP, refusal, NOW)
    assert pauses == [1, 2, 4, 8, 16, 32, 32, 32]
    assert row.status.failures == 8


def archived() -> Refused:
    error = Refused("POST /repos/org/infra/issues: 403 Repository was archived", status=403, request_id="A1")
    error.words = "Repository was archived so is read-only."
    return error


def test_the_row_keeps_what_github_said_last_and_since_when_it_fails() -> None:
    first = failure.counted(row_of(firing(0)), STEP, Unavailable("no connection"), at(1))
    assert first.status.refusal == Refusal("no connection", "CREATE", at(1), at(1))
    second = failure.counted(first, STEP, archived(), at(2))
    kept = second.status.refusal
    assert kept == Refusal(
        "Repository was archived so is read-only.", "CREATE", at(2), at(1), status=403, request_id="A1"
    )
    assert str(kept) == "403: Repository was archived so is read-only."
    assert str(first.status.refusal) == "no connection"
    assert failure.counted(second, STEP, TooLate("not sent"), at(3)) == second


def test_failures_that_are_far_apart_were_not_in_a_row() -> None:
    first = failure.counted(row_of(firing(0)), STEP, archived(), at(1))
    near = failure.counted(first, STEP, archived(), at(61)).status.refusal
    far = failure.counted(first, STEP, archived(), at(62)).status.refusal
    assert near
    assert far
    assert (near.since, far.since) == (at(1), at(62))


def test_what_is_kept_of_an_answer_is_one_line_masked_and_short() -> None:
    token = "ghs_" + "a" * 36
    error = Refused(f"no\n{token}\x00 " + "long \ud800" * 200, status=403)
    kept = failure.counted(row_of(firing(0)), STEP, error, NOW).status.refusal
    assert kept
    assert kept.message.startswith("no (masked) long \ufffdlong")
    assert kept.message.encode()
    assert len(kept.message) == 300


def test_a_step_that_succeeds_clears_what_kept_earlier_ones_from_their_end() -> None:
    row = failure.counted(row_of(firing(0)), STEP, archived(), NOW)
    denied = failure.put_off(row, Denial.BUDGET, NOW, at(9))
    assert denied.status.put_off == PutOff(Denial.BUDGET, NOW, at(9))
    assert denied.status.refusal == row.status.refusal
    assert failure.cleared(denied, STEP).status == replace(row.status, refusal=None)
    assert failure.counted(denied, STEP, archived(), NOW).status.put_off is None


def test_that_an_issue_can_be_read_does_not_tell_that_it_can_be_written() -> None:
    refused = failure.counted(row_of(firing(0)), UpdateIssue(REF), archived(), NOW)
    assert failure.cleared(refused, ReadIssue(REF)).status.refusal == refused.status.refusal
    unread = failure.counted(row_of(firing(0)), ReadIssue(REF), Unavailable("502", status=502), NOW)
    assert failure.cleared(unread, ReadIssue(REF)).status.refusal is None


def test_a_step_planned_on_a_row_that_lacks_what_it_needs_is_a_mistake_of_ours() -> None:
    assert needed(0) == 0
    with pytest.raises(AssertionError, match=r"^a step was planned on a row that lacks what it needs$"):
        needed(None)


def test_a_step_of_which_nobody_says_what_its_refusal_means_is_a_mistake_of_ours() -> None:
    forgotten: Any = SimpleNamespace(on_issue=False)
    with pytest.raises(AssertionError, match="unreachable"):
        failure.ended(FIRING, forgotten, Refused("422", status=422))


def refused(failures: int = 0) -> AlertState:
    known = with_issue(FIRING)
    return replace(known, status=replace(known.status, failures=failures))


@pytest.mark.parametrize("step", ON_THE_ISSUE)
def test_an_issue_that_was_deleted_or_stays_out_of_sight_is_let_go(step: Work) -> None:
    for failures, error in ((0, GONE), (4, OUT_OF_SIGHT)):
        ended = failure.ended(refused(failures), step, error)
        assert ended
        assert (ended.status.issue, ended.intent) == (None, None)
    assert failure.ended(refused(3), step, OUT_OF_SIGHT) is None


@pytest.mark.parametrize("step", ON_ANOTHER)
@pytest.mark.parametrize("error", [GONE, OUT_OF_SIGHT])
def test_what_befalls_another_issue_says_nothing_of_the_rows_own(step: Work, error: AlertingError) -> None:
    assert failure.ended(refused(9), step, error) is None


@pytest.mark.parametrize(
    "error",
    [
        Refused("403", status=403),
        Refused("404", status=404),
        RepositoryMissing("404", status=404),
        Unavailable("502", status=502),
    ],
)
def test_however_often_it_is_refused_otherwise_an_issue_is_kept(error: AlertingError) -> None:
    assert failure.ended(refused(99), ReadIssue(REF), error) is None


def test_where_no_comment_is_taken_none_is_tried_again() -> None:
    ended = failure.ended(refused(), AddComment(REF, "repeat-1"), CommentsClosed("403", status=403))
    assert ended
    assert ended.status.issue
    assert ended.status.issue.comments_closed
