"""What is left to write once a condition has ended: the next step in each case."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters import own
from chalicelib.alert import AlertEvent, Priority
from chalicelib.conditions import changes
from chalicelib.conditions.facts import FactKind
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Held, Nothing, Quiet
from chalicelib.conditions.resolved import resolved
from chalicelib.conditions.row import AlertState, Issue, Status
from chalicelib.conditions.steps import AddComment, CloseIssue, OpenIssue, RemoveLabel, Step, UpdateIssue
from chalicelib.labels import FLAPPING_LABEL, RESOLVED_LABEL, STALE_LABEL
from tests.unit.builders import policy, routing
from tests.unit.rows import BEGAN, alert, at, ended, issue

REF = issue().ref
POLICY = policy()
WINDOW = Held(Quiet.MAINTENANCE, at(60), "new disks", "mona")
KEEPS = alert(teams=("keepers",))
INCIDENT = alert(source=own.INCIDENT)
RESOLVED_KEY, REVIEW_KEY = "resolved-20261123T031000000000", "resolved-review-20261123T031000000000"


def of(event: AlertEvent | None = None, spec: dict[str, Any] | None = None, **status: Any) -> AlertState:
    """A row that ended at minute 9; its issue, if there is one, shows its labels."""
    known = event or alert()
    return ended(9, **({"alert": known} | (spec or {})), status=Status(**status))


def shown(event: AlertEvent | None = None, *, more: tuple[str, ...] = (), **fields: Any) -> Issue:
    known = event or alert()
    labels = (*routing().labels(known), *more)
    return issue(**({"labels": labels, "teams": known.teams} | fields))


CLOSED: dict[str, Any] = {"closed_at": at(9), "closed_by": Closer.US}
KEPT = shown(KEEPS, more=(RESOLVED_LABEL,))


@pytest.mark.parametrize(
    ("state", "step"),
    [
        # people have the last word
        (of(issue=shown(kept_open=True)), Nothing(Quiet.REOPENED_BY_PERSON)),
        (of(issue=shown(muted=True)), Nothing(Quiet.MUTED)),
        (of(issue=shown(), snoozed_until=at(20.1)), Nothing(Quiet.SNOOZED, at(20.1))),
        (of(issue=shown(), snoozed_until=at(20)), CloseIssue(REF, recovered=True)),
        # it is closed with the labels of its last state
        (of(issue=shown()), CloseIssue(REF, recovered=True)),
        (of(spec={"resolution": None}, issue=shown()), CloseIssue(REF, recovered=True)),
        (of(issue=shown(more=("Pri:P3",))), RemoveLabel(REF, "Pri:P3")),
        (of(issue=shown(more=(STALE_LABEL,))), RemoveLabel(REF, STALE_LABEL)),
        (replace(of(issue=shown()), held=WINDOW), CloseIssue(REF, recovered=True)),
        # or left open, for a team that wants that
        (of(KEEPS, issue=replace(KEPT, generation=0)), UpdateIssue(REF)),
        (of(KEEPS, issue=KEPT), AddComment(REF, RESOLVED_KEY)),
        (of(KEEPS, issue=replace(KEPT, comment_key=RESOLVED_KEY)), Nothing(Quiet.UP_TO_DATE)),
        (of(KEEPS, issue=replace(KEPT, quiet=True)), Nothing(Quiet.UP_TO_DATE)),
        (of(KEEPS, issue=replace(KEPT, comments_closed=True)), Nothing(Quiet.UP_TO_DATE)),
        (
            replace(of(KEEPS, issue=KEPT), held=WINDOW),
            Nothing(Quiet.MAINTENANCE, at(60), WINDOW),
        ),
        # it had one already
        (of(told=BEGAN), Nothing(Quiet.UP_TO_DATE)),
        (of(told=at(1)), Nothing(Quiet.UP_TO_DATE)),
        (of(issue=shown(**CLOSED), told=BEGAN), Nothing(Quiet.UP_TO_DATE)),
        (of(issue=shown(**(CLOSED | {"closed_by": Closer.PERSON}))), Nothing(Quiet.UP_TO_DATE)),
        (of(issue=shown(**CLOSED, priority=Priority.P3), told=BEGAN), UpdateIssue(REF)),
        (of(issue=shown(**CLOSED, teams=("web",)), told=BEGAN), UpdateIssue(REF)),
        (
            of(issue=shown(**CLOSED, episode=at(-1), priority=Priority.P3), told=BEGAN),
            Nothing(Quiet.UP_TO_DATE),
        ),
        (of(issue=shown(**CLOSED, generation=0), told=BEGAN), Nothing(Quiet.UP_TO_DATE)),
        # or never had one
        (of(told=at(-1)), OpenIssue()),
        (of(snoozed_until=at(30)), Nothing(Quiet.SNOOZED, at(30))),
        (replace(of(), held=WINDOW), Nothing(Quiet.MAINTENANCE, at(60), WINDOW)),
        (replace(of(spec={"recorded_at": at(9)}), held=WINDOW), Nothing(Quiet.RESOLVED_UNTOLD)),
    ],
)
def test_the_step_after_an_end(state: AlertState, step: Step) -> None:
    assert state.spec.alert
    assert resolved(state, state.spec.alert, at(20), POLICY) == step


@pytest.mark.parametrize(
    ("priority", "recorded", "step"),
    [
        ("P2", 15.1, OpenIssue()),
        ("P2", 15, Nothing(Quiet.RESOLVED_UNTOLD)),
        ("P2", None, Nothing(Quiet.RESOLVED_UNTOLD)),
        ("P1", None, OpenIssue()),
        ("P1", 1, OpenIssue()),
    ],
)
def test_what_is_not_urgent_is_told_within_five_minutes(
    priority: str, recorded: float | None, step: Step
) -> None:
    event = alert(priority=priority)
    spec = {"recorded_at": None if recorded is None else at(recorded)}
    assert resolved(of(event, spec), event, at(20), POLICY) == step


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({}, AddComment(REF, REVIEW_KEY)),
        ({"generation": 0}, UpdateIssue(REF)),
        ({"once": (REVIEW_KEY,)}, Nothing(Quiet.UP_TO_DATE)),
        ({"quiet": True}, Nothing(Quiet.UP_TO_DATE)),
        ({"comments": 2000}, Nothing(Quiet.UP_TO_DATE)),
        ({"state_reason": "not_planned"}, Nothing(Quiet.UP_TO_DATE)),
    ],
)
def test_a_review_of_an_incident_is_asked_for_once(fields: dict[str, Any], step: Step) -> None:
    state = of(INCIDENT, issue=shown(INCIDENT, **CLOSED, **fields), told=BEGAN)
    assert resolved(state, INCIDENT, at(20), POLICY) == step
    other = of(issue=shown(**CLOSED, **fields), told=BEGAN)
    assert resolved(other, alert(), at(20), POLICY) == Nothing(Quiet.UP_TO_DATE)


OPEN, SHUT = issue(opened_at=at(1)), issue(opened_at=at(1), closed_at=at(9))
TIER = "escalation-tier-7"


@pytest.mark.parametrize(
    ("before", "after", "facts"),
    [
        (None, None, []),
        (OPEN, None, []),
        (None, OPEN, ["opened"]),
        (None, SHUT, ["opened", "closed"]),
        (None, replace(OPEN, opened_at=None), []),  # it was taken over
        (OPEN, OPEN, []),
        (OPEN, SHUT, ["closed"]),
        (SHUT, SHUT, []),
        (SHUT, OPEN, ["reopened"]),
        (OPEN, replace(OPEN, opened_at=at(5)), ["opened"]),
        (OPEN, replace(OPEN, comment_key=TIER), ["escalated"]),
        (OPEN, replace(SHUT, comment_key="escalation-7"), ["escalated", "closed"]),
        (SHUT, replace(OPEN, comment_key=TIER), ["reopened", "escalated"]),
        (OPEN, replace(OPEN, comment_key="repeat-7"), []),
        (replace(OPEN, comment_key=TIER), replace(OPEN, comment_key=TIER), []),
        (replace(OPEN, comment_key=TIER), replace(OPEN, comment_key=""), []),
        (None, replace(OPEN, comment_key=TIER), ["opened"]),
    ],
)
def test_what_happened_shows_in_what_changed(
    before: Issue | None, after: Issue | None, facts: list[str]
) -> None:
    found = list(changes.happened(Status(before), Status(after)))
    assert found == list(map(FactKind, facts))


def test_what_flapped_is_closed_an_hour_after_its_end() -> None:
    state = of(issue=shown(more=(STALE_LABEL, FLAPPING_LABEL)))
    steps = [resolved(state, alert(), at(minute), POLICY) for minute in (68.9, 69)]
    assert steps == [Nothing(Quiet.FLAPPING, at(69)), RemoveLabel(REF, FLAPPING_LABEL)]
