"""Why a condition that fires has no open issue, case by case, each with the time at which it may change."""

from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

import pytest

from chalicelib.conditions import failure
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.row import AlertState, Intent, Lease, Status, Verb
from chalicelib.conditions.setbacks import Denial, PutOff, Refusal
from chalicelib.conditions.steps import OpenIssue
from chalicelib.conditions.unopened import (
    ClosedByPerson,
    Disabled,
    Due,
    Failing,
    InProgress,
    Muted,
    NotPlanned,
    Snoozed,
    Unfinished,
    Unopened,
    Waiting,
    refusal_now,
    unopened,
)
from chalicelib.errors import OutcomeUnknown, Refused
from chalicelib.labels import FLAPPING_LABEL
from tests.unit.builders import REPOSITORY, at, firing, policy, resolved, row_of
from tests.unit.conditions.test_plan import REF, with_issue

POLICY = policy()
FIRING = row_of(firing(1))
AGAIN = row_of(firing(1), resolved(9), firing(20))
BEGUN = Intent(Verb.OPEN, at(1), 1, at(2), REPOSITORY)
PERSON: dict[str, Any] = {"closed_at": at(5), "closed_by": Closer.PERSON, "closer": "mona"}
REFUSAL = Refusal("Repository was archived so is read-only.", "CREATE", at(3), at(2), 403, "A1")
BUDGET = PutOff(Denial.BUDGET, at(3), at(40))
LEASED = Lease("worker", at(30))

CASES: list[tuple[AlertState, Unopened]] = [
    (replace(FIRING, due_at=at(1)), Due(at(1))),
    (replace(FIRING, lease=LEASED), InProgress(at(30))),
    (replace(FIRING, lease=LEASED, intent=BEGUN), InProgress(at(30))),
    (replace(FIRING, intent=BEGUN, due_at=at(26)), Unfinished(BEGUN, None, at(26))),
    (
        replace(FIRING, intent=BEGUN, lease=LEASED, status=Status(refusal=REFUSAL)),
        Unfinished(BEGUN, REFUSAL, at(30)),
    ),
    (
        replace(FIRING, intent=replace(BEGUN, since=at(4)), lease=LEASED, status=Status(refusal=REFUSAL)),
        InProgress(at(30)),
    ),
    (replace(FIRING, due_at=at(33), status=Status(refusal=REFUSAL, failures=3)), Failing(REFUSAL, at(33))),
    (replace(FIRING, due_at=at(40), status=Status(put_off=BUDGET)), Waiting(BUDGET, None)),
    (
        replace(FIRING, due_at=at(40), status=Status(put_off=BUDGET, refusal=REFUSAL)),
        Waiting(BUDGET, REFUSAL),
    ),
    (with_issue(FIRING, **PERSON), ClosedByPerson(REF, "mona", at(5), None)),
    (
        with_issue(AGAIN, episode=at(1), labels=(FLAPPING_LABEL,), **PERSON),
        ClosedByPerson(REF, "mona", at(5), at(80)),
    ),
    (
        with_issue(AGAIN, episode=at(1), state_reason="not_planned", **PERSON),
        NotPlanned(REF, "mona", at(5), at(5) + POLICY.not_planned_quiet),
    ),
    (
        with_issue(AGAIN, episode=at(1), state_reason="not_planned", quiet=True, **PERSON),
        NotPlanned(REF, "mona", at(5), at(5) + POLICY.not_planned_quiet),
    ),
    (with_issue(AGAIN, episode=at(1), muted=True, closed_at=at(9), closed_by=Closer.US), Muted(REF)),
    (replace(FIRING, status=Status(snoozed_until=at(90))), Snoozed(None, at(90))),
    (
        replace(FIRING, held=Held(Quiet.INHIBITED, at(90), "Node down", "f" * 64)),
        Held(Quiet.INHIBITED, at(90), "Node down", "f" * 64),
    ),
    (
        replace(FIRING, held=Held(Quiet.MAINTENANCE, at(90), "new disks", "mona")),
        Held(Quiet.MAINTENANCE, at(90), "new disks", "mona"),
    ),
]


@pytest.mark.parametrize(("row", "why"), CASES, ids=lambda each: getattr(each, "name", ""))
def test_why_it_has_no_open_issue(row: AlertState, why: Unopened) -> None:
    assert unopened(row, at(25), POLICY) == why


def test_a_stage_that_writes_nothing_to_github_says_so_first() -> None:
    for row, _ in CASES:
        assert unopened(row, at(25), policy(enabled=False)) == Disabled()


def test_every_case_is_shown_here_and_has_a_name_of_its_own() -> None:
    known = get_args(Unopened)
    assert {type(why) for _, why in CASES} | {Disabled} == set(known)
    assert len({each.name for each in known}) == len(known)


@pytest.mark.parametrize("row", [with_issue(FIRING), row_of(firing(1), resolved(9)), row_of(resolved(1))])
def test_what_has_an_open_issue_or_does_not_fire_needs_no_reason(row: AlertState) -> None:
    assert unopened(row, at(25), POLICY) is None


@pytest.mark.parametrize("at_", [at(40), at(41)])
def test_once_its_turn_has_come_it_is_due_or_fails_for_what_github_said(at_: datetime) -> None:
    row = replace(FIRING, due_at=at(40), status=Status(put_off=BUDGET))
    assert unopened(row, at_, POLICY) == Due(at(40))
    refused = replace(row, status=replace(row.status, refusal=REFUSAL))
    assert unopened(refused, at_, POLICY) == Failing(REFUSAL, at(40))


def test_what_github_said_in_an_earlier_episode_is_no_reason_now() -> None:
    row = replace(AGAIN, due_at=at(20), status=Status(refusal=REFUSAL))
    assert unopened(row, at(25), POLICY) == Due(at(20))


def test_the_reason_follows_what_befalls_a_step() -> None:
    step, row = OpenIssue(), replace(FIRING, due_at=at(4))
    lost = failure.counted(row, step, OutcomeUnknown("POST: 502", status=502), at(2))
    refused = failure.counted(lost, step, Refused("no", status=403), at(3))
    put_off = failure.put_off(refused, Denial.BREAKER_OPEN, at(3), at(9))
    names = [why.name for each in (lost, refused, put_off) if (why := unopened(each, at(4), POLICY))]
    assert names == ["REFUSED", "REFUSED", "PUT_OFF"]
    assert unopened(failure.cleared(put_off, step), at(4), POLICY) == Due(at(4))


@pytest.mark.parametrize(
    ("until", "refused", "why"),
    [
        (25.1, 1.9, InProgress(at(25.1))),
        (25.1, 2, Unfinished(BEGUN, replace(REFUSAL, at=at(2)), at(25.1))),  # refused since it began
        (25, 2, Unfinished(BEGUN, replace(REFUSAL, at=at(2)), at(26))),
        (25, 1.9, Unfinished(BEGUN, replace(REFUSAL, at=at(1.9)), at(26))),
        (25, 0.9, Unfinished(BEGUN, None, at(26))),  # of an earlier episode
    ],
)
def test_an_unfinished_step_is_in_progress_until_its_claim_ends_or_github_refused_it(
    until: float, refused: float, why: Unopened
) -> None:
    status = Status(refusal=replace(REFUSAL, at=at(refused)))
    row = replace(FIRING, intent=BEGUN, lease=Lease("worker", at(until)), status=status, due_at=at(26))
    assert unopened(row, at(25), POLICY) == why


@pytest.mark.parametrize(("minute", "counts"), [(0.9, False), (1, True)])
def test_a_refusal_counts_from_the_beginning_of_the_episode(minute: float, *, counts: bool) -> None:
    refusal = replace(REFUSAL, at=at(minute))
    row = replace(FIRING, due_at=at(30), status=Status(refusal=refusal))
    assert unopened(row, at(25), POLICY) == (Failing(refusal, at(30)) if counts else Due(at(30)))
    assert refusal_now(row_of(resolved(1))) is None
    tombstone = replace(row_of(resolved(1)), status=Status(refusal=refusal))
    assert refusal_now(tombstone) == refusal
