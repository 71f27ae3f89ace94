"""Behind: a row waits from when we heard what the provider says on, until its issue shows it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.conditions import lag
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState, Status
from chalicelib.labels import FLAPPING_LABEL
from tests.unit.builders import at, firing, resolved, row_of
from tests.unit.rows import issue

HELD = Held(Quiet.MAINTENANCE, at(90))
US, PERSON = Closer.US, Closer.PERSON
CLOSED = {"closed_at": at(1)}
NOT_PLANNED = CLOSED | {"state_reason": "not_planned"}
FIRING, ENDED, TOMBSTONE = row_of(firing(0), firing(3)), row_of(firing(0), resolved(5)), row_of(resolved(5))


def with_issue(row: AlertState, **fields: Any) -> AlertState:
    return replace(row, status=Status(issue=issue(**fields)))


def snoozed(row: AlertState) -> AlertState:
    return replace(row, status=replace(row.status, snoozed_until=at(90)))


@pytest.mark.parametrize(
    ("row", "since"),
    [
        pytest.param(FIRING, at(0), id="fires, without an issue"),
        pytest.param(with_issue(FIRING, **CLOSED), at(0), id="fires, its issue closed"),
        pytest.param(with_issue(FIRING), None, id="fires, its issue open"),
        pytest.param(with_issue(FIRING, muted=True, **CLOSED), None, id="fires, muted"),
        pytest.param(with_issue(FIRING, **NOT_PLANNED, closed_by=PERSON), None, id="fires, not planned"),
        pytest.param(with_issue(FIRING, **NOT_PLANNED, closed_by=US), at(0), id="fires, its rule was edited"),
        pytest.param(with_issue(FIRING, labels=(FLAPPING_LABEL,), **CLOSED), None, id="fires, flapping"),
        pytest.param(snoozed(FIRING), None, id="fires, snoozed"),
        pytest.param(replace(FIRING, held=HELD), None, id="fires, held back"),
        pytest.param(with_issue(ENDED), at(5), id="ended, its issue open"),
        pytest.param(with_issue(ENDED, labels=(FLAPPING_LABEL,)), None, id="ended, flapping"),
        pytest.param(snoozed(with_issue(ENDED)), None, id="ended, snoozed"),
        pytest.param(with_issue(ENDED, kept_open=True), None, id="ended, opened again by a person"),
        pytest.param(with_issue(ENDED, **CLOSED), None, id="ended, its issue closed"),
        pytest.param(ENDED, None, id="ended, without an issue"),
        pytest.param(TOMBSTONE, None, id="never fired"),
    ],
)
def test_a_due_row_waits_since(row: AlertState, since: datetime | None) -> None:
    assert lag.since(replace(row, due_at=at(60))) == since


@pytest.mark.parametrize(
    ("row", "since"),
    [
        pytest.param(FIRING, at(0), id="not due"),
        pytest.param(replace(FIRING, due_at=at(60)), None, id="due: it waits, and nobody silenced it"),
        pytest.param(replace(snoozed(FIRING), due_at=at(90)), at(0), id="snoozed"),
        pytest.param(replace(FIRING, held=HELD, due_at=at(61)), None, id="held back from outside"),
        pytest.param(with_issue(FIRING, muted=True, **CLOSED), at(0), id="muted, its issue closed"),
        pytest.param(with_issue(FIRING, muted=True), None, id="muted, its issue open"),
        pytest.param(with_issue(FIRING, closed_by=PERSON, **CLOSED), at(0), id="closed by a person"),
        pytest.param(with_issue(ENDED, closed_by=PERSON, **CLOSED), None, id="ended"),
        pytest.param(TOMBSTONE, None, id="never fired"),
    ],
)
def test_it_is_silenced_since(row: AlertState, since: datetime | None) -> None:
    assert lag.silenced_since(row) == since


def test_it_is_held_back_since() -> None:
    assert lag.held_since(replace(FIRING, held=HELD)) == lag.held_since(replace(ENDED, held=HELD)) == at(0)
    assert lag.held_since(FIRING) is None


def test_it_waits_from_when_we_heard_of_it_not_from_when_the_provider_dates_it() -> None:
    fires = record(None, firing(0), at(7)).row
    ended = record(fires, resolved(5), at(9)).row
    assert lag.since(replace(fires, due_at=at(60))) == at(7)
    assert lag.since(replace(with_issue(ended), due_at=at(60))) == at(9)


def test_what_is_not_due_waits_for_nothing() -> None:
    assert lag.since(FIRING) is None
