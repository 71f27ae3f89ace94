"""Outcome: what a result changes in the status, where sync's own tests do not reach."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions import outcome, written
from chalicelib.conditions.issue import Closer, IssueRef, Seen
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState, Intent, Status, Verb
from tests.unit.builders import REPOSITORY, at, firing, resolved, row_of

TITLE = "[P1] Runner queue too long"
SEEN = Seen(
    ref=IssueRef(REPOSITORY, 1),
    url="https://github.com/example-org/alerts/issues/1",
    title="t",
    body="b",
    labels=(),
    by_us=True,
)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: outcome.observed(row, SEEN, at(0)),
        lambda row: outcome.adopted(row_of(resolved(0)), firing(0), SEEN, TITLE),
        outcome.gone,
        lambda row: outcome.shown(row, firing(0), SEEN, "t", at(0)),
        lambda row: written.labelled(row, added=("a",)),
        lambda row: written.commented(row, Priority.P1, "repeat-1", at(0)),
        written.comments_closed,
    ],
)
def test_a_row_without_an_issue_gets_none_from_what_was_seen(change: Callable[[AlertState], Status]) -> None:
    assert change(row_of(firing(0))) == Status()


INTENT = Intent(Verb.OPEN, at(0), 3, at(1), REPOSITORY, title="[P1] t", labels=("a",), teams=("infra",))


def test_an_opening_that_is_found_later_is_believed_as_it_is_shown_by_then() -> None:
    closing: dict[str, Any] = {
        "closed_at": at(4),
        "closed_by": Closer.PERSON,
        "closer": "mona",
        "state_reason": "not_planned",
    }
    found = outcome.opened(row_of(firing(0)), INTENT, replace(SEEN, comments=2, **closing), at(5)).issue
    assert found
    assert {name: getattr(found, name) for name in closing} == closing
    assert (found.comments, found.generation, found.labels, found.title) == (2, 3, ("a",), "[P1] t")
    assert (found.heard_at, found.opened_at, found.opened_for) == (at(1), at(5), at(0))


@pytest.mark.parametrize(("until", "kept"), [(at(9), at(9)), (at(5), None), (None, None)])
def test_a_snooze_outlives_the_issue_it_was_asked_for_on_until_its_end(
    until: datetime | None, kept: datetime | None
) -> None:
    row = row_of(firing(0))
    row = replace(row, status=replace(row.status, snoozed_until=until))
    assert outcome.opened(row, INTENT, SEEN, at(5)).snoozed_until == kept


@pytest.mark.parametrize(("seen", "kept"), [(SEEN, at(9)), (replace(SEEN, closed_at=at(5)), None)])
def test_a_snooze_ends_with_the_closing(seen: Seen, kept: datetime | None) -> None:
    row = row_of(firing(0))
    row = replace(row, status=replace(outcome.opened(row, INTENT, SEEN, at(1)), snoozed_until=at(9)))
    assert outcome.shown(row, firing(0), seen, "t", at(5)).snoozed_until == kept


@pytest.mark.parametrize(
    ("title", "ours"),
    [
        ("[P0] Runner queue too long", True),
        ("[P1] Runner queue far too long", False),
        ("Runner queue too long", False),
        ("(P1) Runner queue too long", False),
    ],
)
def test_the_title_of_an_adopted_issue_is_ours_while_nobody_changed_but_its_priority(
    title: str, ours: bool
) -> None:
    taken = outcome.adopted(row_of(firing(0)), firing(0), replace(SEEN, title=title), TITLE).issue
    assert taken
    assert taken.title == (title if ours else "")


CLOSED_SEEN = replace(SEEN, closed_at=at(5), closed_by=Closer.US)
OPENED = replace(row_of(firing(0)), status=outcome.opened(row_of(firing(0)), INTENT, SEEN, at(1)))
CLOSED = replace(OPENED, status=outcome.observed(OPENED, CLOSED_SEEN, at(6)))
ENDED = replace(CLOSED, spec=row_of(firing(0), resolved(4)).spec)
REOPENING = replace(INTENT, verb=Verb.REOPEN)
CHANGING = replace(INTENT, verb=Verb.CHANGE)


@pytest.mark.parametrize(
    ("row", "seen", "kept_open"),
    [
        pytest.param(ENDED, SEEN, True, id="over, and open though it was closed"),
        pytest.param(replace(ENDED, intent=CHANGING), SEEN, True, id="while we changed something else"),
        pytest.param(replace(ENDED, intent=REOPENING), SEEN, False, id="we were reopening it"),
        pytest.param(ENDED, CLOSED_SEEN, False, id="still closed"),
        pytest.param(CLOSED, SEEN, False, id="it fires"),
        pytest.param(replace(OPENED, spec=ENDED.spec), SEEN, False, id="it was open all along"),
    ],
)
def test_what_a_person_opens_again_after_it_was_over_is_kept_open(
    row: AlertState, seen: Seen, *, kept_open: bool
) -> None:
    issue = outcome.observed(row, seen, at(9)).issue
    assert issue
    assert issue.kept_open is kept_open
    known = replace(row, status=Status(issue=issue))
    again, closed = (
        outcome.observed(known, seen, at(9)).issue,
        outcome.observed(known, CLOSED_SEEN, at(9)).issue,
    )
    assert again
    assert again.kept_open is kept_open
    assert closed
    assert closed.kept_open is False


def test_what_an_adopted_issue_shows_is_read_off_it() -> None:
    shown = replace(SEEN, labels=("Pri:P0", "mine", "alert:muted", "alert:quiet"), comments=4, title="mine")
    row = replace(OPENED, status=replace(OPENED.status, failures=3))
    status = outcome.adopted(row, firing(0, priority="P1"), shown, TITLE)
    issue = status.issue
    assert issue
    assert (issue.priority, issue.announced, issue.comments) == (Priority.P0, Priority.P0, 4)
    assert (issue.muted, issue.quiet, issue.kept_open, issue.generation) == (True, True, False, 0)
    assert (issue.labels, issue.teams) == (("Pri:P0",), ("dev-infra",))
    assert (status.told, status.failures, issue.episode) == (at(0), 0, at(0))


def test_one_that_shows_no_priority_has_the_alerts() -> None:
    issue = outcome.adopted(OPENED, firing(0, priority="P2"), SEEN, TITLE).issue
    assert issue
    assert (issue.priority, issue.announced, issue.muted, issue.quiet) == (
        Priority.P2,
        Priority.P2,
        False,
        False,
    )


def test_an_adopted_issue_is_listened_to_from_when_its_episode_was_heard_of() -> None:
    row = record(record(None, firing(0), at(1)).row, firing(3), at(4)).row
    issue = outcome.adopted(row, firing(0), SEEN, TITLE).issue
    assert issue
    assert (issue.spoke_at, issue.commented_at, issue.heard_at) == (at(4), at(4), at(1))


@pytest.mark.parametrize("reopened", [True, False])
@pytest.mark.parametrize("row", [OPENED, replace(OPENED, status=Status()), ENDED])
def test_an_adopted_issue_is_kept_open_only_where_a_person_opened_it_again_after_the_end(
    row: AlertState, *, reopened: bool
) -> None:
    issue = outcome.adopted(row, firing(0), replace(SEEN, reopened=reopened), TITLE).issue
    assert issue
    assert issue.kept_open is (reopened and row is ENDED)


@pytest.mark.parametrize("kept_open", [True, False])
def test_one_that_was_open_all_along_is_kept_open_only_if_it_was_before(*, kept_open: bool) -> None:
    """We reopened it when it fired again; then it ended, and a person transferred it unnoticed."""
    before = outcome.adopted(ENDED, firing(0), SEEN, TITLE).issue
    assert before
    assert before.open
    known = replace(ENDED, status=Status(replace(before, kept_open=kept_open)))
    elsewhere = replace(SEEN, ref=IssueRef("example-org/elsewhere", 3), reopened=True)
    issue = outcome.adopted(known, firing(0), elsewhere, TITLE).issue
    assert issue
    assert issue.kept_open is kept_open


def test_a_closed_issue_is_not_adopted() -> None:
    assert outcome.adopted(OPENED, firing(0), CLOSED_SEEN, TITLE) is OPENED.status


def test_a_row_that_never_fired_shows_nothing_on_an_issue() -> None:
    tombstone = replace(row_of(resolved(4)), status=OPENED.status)
    assert outcome.shown(tombstone, firing(0), SEEN, "t", at(5)) is tombstone.status
    assert outcome.adopted(tombstone, firing(0), SEEN, TITLE) is tombstone.status


def test_what_was_written_is_what_the_issue_shows() -> None:
    row = replace(OPENED, spec=row_of(firing(0), firing(2, priority="P0", teams=("others",))).spec)
    assert row.spec.alert
    status = outcome.shown(row, row.spec.alert, replace(SEEN, comments=3), "[P0] t", at(7))
    issue = status.issue
    assert issue
    assert (issue.episode, issue.title, issue.priority, issue.teams) == (
        at(0),
        "[P0] t",
        Priority.P0,
        ("others",),
    )
    assert (issue.generation, issue.spoke_at, issue.comments, issue.open) == (2, at(7), 3, True)
    assert (status.told, status.failures, issue.kept_open) == (at(0), 0, False)


@pytest.mark.parametrize("row", [OPENED, CLOSED], ids=["open", "closed"])
def test_all_that_the_answer_to_a_body_shows_is_remembered(row: AlertState) -> None:
    """It may have been transferred, and closed by a person, since it was read."""
    seen = replace(
        SEEN,
        ref=IssueRef("example-org/elsewhere", 3),
        url="https://github.com/example-org/elsewhere/issues/3",
        comments=7,
        closed_at=at(8),
        closed_by=Closer.PERSON,
        closer="mona",
        state_reason="not_planned",
    )
    issue = outcome.shown(row, firing(0), seen, "t", at(9)).issue
    assert issue
    shown = seen.remembered()
    assert {name: getattr(issue, name) for name in shown} == shown


@pytest.mark.parametrize(
    ("before", "now", "announced"), [("P3", "P0", "P3"), ("P1", "P2", "P2"), ("P1", "P1", "P1")]
)
def test_a_body_calls_nobody_but_what_got_better_may_call_again(
    before: str, now: str, announced: str
) -> None:
    opening = outcome.opened(OPENED, replace(INTENT, priority=Priority(before)), SEEN, at(1))
    written = outcome.shown(replace(OPENED, status=opening), firing(0, priority=now), SEEN, "t", at(7)).issue
    assert written
    assert (written.announced, written.priority) == (announced, now)


@pytest.mark.parametrize(("closed_at", "ours"), [(4, 6), (8, 8), (30, 20)])
def test_a_closing_after_another_was_after_it_by_our_clock(closed_at: float, ours: float) -> None:
    issue = CLOSED.status.issue
    assert issue
    before = replace(CLOSED, status=replace(CLOSED.status, issue=replace(issue, closed_by_our_clock=at(6))))
    again = outcome.observed(before, replace(CLOSED_SEEN, closed_at=at(closed_at)), at(20)).issue
    assert again
    assert again.over_at == at(ours)


@pytest.mark.parametrize(("intent", "ours"), [(None, 8), (replace(REOPENING, since=at(10)), 10)])
def test_what_we_were_reopening_was_closed_after_that(intent: Intent | None, ours: float) -> None:
    """GitHub's clock may be behind, and the answer to the reopening lost."""
    before = replace(CLOSED, intent=intent)
    again = outcome.observed(before, replace(CLOSED_SEEN, closed_at=at(8), closed_by=Closer.PERSON), at(20))
    assert again.issue
    assert again.issue.over_at == at(ours)
