"""Whoever is called to a storm's parent is not called to each of its members; a P0 calls people as always."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import storm
from chalicelib.adapters.storm import Cause, CauseKind, Storm
from chalicelib.alert import Priority
from chalicelib.conditions.calling import calls, parent_id
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import Group
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.plan import Policy, plan
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.steps import AddComment, AddLabels, RemoveLabel, Step
from chalicelib.routing import load
from tests.unit.rows import BEGAN, alert, at, issue, row

GROUP = Group("f" * 64, BEGAN, IssueRef("org/infra", 12), 3_000_000_012)
ESCALATES = """
[default]
repository = "org/alerts"
escalate_after = "15m"
escalate_to = [["@org/lead"]]
"""
RULE = Cause(kind=CauseKind.RULE, teams=("infra",), value=("grafana", "HighLatency"))
POLICY = Policy(
    routing=load(ESCALATES), update_interval=timedelta(days=1), comment_interval=timedelta(days=1)
)


def of_storm(priority: str, group: Group | None = GROUP, **fields: Any) -> AlertState:
    shown = issue(generation=9, announced=Priority.P2, priority=Priority(priority), called_at=BEGAN, **fields)
    known = Enrichment(BEGAN, BEGAN, group=group)
    return row(fires=alert(priority=priority), status=Status(issue=shown, enrichment=known))


def of_earlier_storm() -> AlertState:
    known = Enrichment(at(-60), at(-60), group=GROUP)
    return row(fires=alert(priority="P1"), status=Status(enrichment=known))


def next_steps(state: AlertState, minutes: float) -> Step:
    """Plan on a row whose labels are as they should be."""
    while isinstance(step := plan(state, at(minutes), POLICY), AddLabels | RemoveLabel):
        added = step.labels if isinstance(step, AddLabels) else ()
        known = state.status.issue
        assert known
        labels = tuple({*known.labels, *added} - ({step.label} if isinstance(step, RemoveLabel) else set()))
        state = replace(state, status=replace(state.status, issue=replace(known, labels=labels)))
    return step


@pytest.mark.parametrize(
    ("state", "called"),
    [
        (of_storm("P1"), False),
        (of_storm("P0"), True),
        (of_storm("P1", None), True),
        (of_earlier_storm(), True),
        (row(), True),
    ],
)
def test_members_below_p0_call_nobody(state: AlertState, called: bool) -> None:
    assert calls(state) is called


@pytest.mark.parametrize("continues", [False, True])
def test_the_first_part_of_a_storm_calls_and_the_others_do_not(continues: bool) -> None:
    told = Storm(cause=RULE, began=BEGAN, continues=continues)
    assert calls(record(None, storm.alert(told, BEGAN), BEGAN).row) is not continues


def test_a_tombstone_calls_nobody() -> None:
    assert not calls(replace(row(), spec=replace(row().spec, alert=None)))


def test_a_member_is_opened_as_a_sub_issue_where_the_parent_is_known() -> None:
    known = (of_storm("P1"), of_storm("P1", None), row())
    assert [parent_id(each) for each in known] == [3_000_000_012, 0, 0]


def test_a_member_that_gets_worse_leaves_the_call_to_its_parent_until_it_is_p0() -> None:
    assert not isinstance(next_steps(of_storm("P1"), 1), AddComment)
    step = next_steps(of_storm("P0"), 1)
    assert isinstance(step, AddComment)
    assert Comment.of(step.key) is Comment.ESCALATION
    alone = next_steps(of_storm("P1", None), 1)
    assert isinstance(alone, AddComment)


def test_no_tier_is_called_for_a_member_below_p0() -> None:
    def tier_called(priority: str, group: Group | None) -> bool:
        quiet = of_storm(priority, group)
        known = quiet.status.issue
        assert known
        shown = replace(known, announced=Priority(priority))
        step = next_steps(replace(quiet, status=replace(quiet.status, issue=shown)), 16)
        return isinstance(step, AddComment) and Comment.of(step.key) is Comment.TIER

    called = [tier_called(*each) for each in (("P1", GROUP), ("P0", GROUP), ("P1", None))]
    assert called == [False, True, True]
