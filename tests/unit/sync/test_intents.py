"""Intents: what a step notes, where it is, and what it asks for, step by step."""

from dataclasses import replace

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Intent, Status, Verb
from chalicelib.conditions.steps import (
    AddComment,
    AddLabels,
    Adopt,
    CloseDuplicate,
    CloseIssue,
    CloseSuperseded,
    OpenIssue,
    ReadIssue,
    Recover,
    RemoveLabel,
    ReopenIssue,
    UpdateIssue,
    Work,
)
from chalicelib.rate_limit.rules import Call
from chalicelib.sync import intents
from tests.unit.builders import REPOSITORY, at, firing, resolved, routing, row_of
from tests.unit.rows import issue

HELD = IssueRef("held-org/alerts", 7)
OTHER = IssueRef("other-org/alerts", 3)
BEGUN = Intent(Verb.OPEN, at(0), 1, at(0), REPOSITORY)

READS: list[Work] = [Recover(BEGUN), ReadIssue(HELD), Adopt(OTHER)]
CHANGES: list[Work] = [
    UpdateIssue(HELD),
    ReopenIssue(HELD),
    CloseIssue(HELD, recovered=True),
    AddLabels(HELD, ("x",)),
    RemoveLabel(HELD, "x"),
    CloseDuplicate(OTHER),
    CloseSuperseded(OTHER),
]
COMMENTS: list[Work] = [AddComment(HELD, "repeat-2")]
OPENINGS: list[Work] = [OpenIssue(), AddComment(HELD, Comment.ESCALATION.key(2))]
KINDS = {Kind.READ: READS, Kind.CHANGE: CHANGES, Kind.COMMENT: COMMENTS, Kind.OPEN: OPENINGS}


@pytest.mark.parametrize(("source", "priority"), [("alerting-storm", Priority.P0), ("custom", Priority.P2)])
def test_a_page_that_stands_for_many_alerts_ranks_as_p0(source: str, priority: Priority) -> None:
    row = row_of(firing(0, priority="P2", source=source))
    others = source != "custom"
    assert intents.call(row, OpenIssue()) == Call(Kind.OPEN, priority, others)
    assert intents.call(with_issue(row), UpdateIssue(HELD)) == Call(Kind.CHANGE, priority, others)
    assert not intents.call(row_of(firing(0, priority="P0", source=source)), OpenIssue()).for_others


def with_issue(row: AlertState) -> AlertState:
    return replace(row, status=Status(issue=replace(issue(), ref=HELD)))


@pytest.mark.parametrize(
    ("step", "kind"), [(step, kind) for kind, steps in KINDS.items() for step in steps], ids=str
)
def test_each_step_asks_for_its_kind_of_call_at_the_rows_priority(step: Work, kind: Kind) -> None:
    assert intents.call(with_issue(row_of(firing(0, priority="P2"))), step) == Call(kind, Priority.P2)


def test_an_opening_that_comes_too_late_is_last_in_line() -> None:
    row = row_of(firing(0, priority="P0"), resolved(5, priority="P0"))
    assert intents.call(row, OpenIssue()) == Call(Kind.OPEN, Priority.P3)


@pytest.mark.parametrize("step", [*READS, *CHANGES, *COMMENTS, *OPENINGS], ids=str)
def test_each_step_is_in_the_repository_it_calls(step: Work) -> None:
    repositories = {Adopt: OTHER.repository, OpenIssue: REPOSITORY, Recover: BEGUN.repository}
    found = intents.repository(with_issue(row_of(firing(0))), step, routing())
    assert found == repositories.get(type(step), HELD.repository)


def test_without_an_issue_a_step_is_where_the_alert_is_routed() -> None:
    assert intents.repository(row_of(firing(0)), OpenIssue(), routing()) == REPOSITORY
    assert intents.repository(row_of(firing(0)), Adopt(OTHER), routing()) == OTHER.repository


@pytest.mark.parametrize("step", READS, ids=str)
def test_a_look_leaves_what_was_begun_standing(step: Work) -> None:
    row = replace(with_issue(row_of(firing(0))), intent=BEGUN)
    assert intents.intent(row, step, routing(), at(9)) is BEGUN


@pytest.mark.parametrize("step", [*CHANGES, *COMMENTS, *OPENINGS], ids=str)
def test_whatever_changes_github_is_noted_before_it_is_done(step: Work) -> None:
    begun = intents.intent(with_issue(row_of(firing(0))), step, routing(), at(9))
    verbs = {OpenIssue: Verb.OPEN, AddComment: Verb.COMMENT, ReopenIssue: Verb.REOPEN}
    assert begun
    assert (begun.verb, begun.since) == (verbs.get(type(step), Verb.CHANGE), at(9))
    assert begun.key == (step.key if isinstance(step, AddComment) else "")
