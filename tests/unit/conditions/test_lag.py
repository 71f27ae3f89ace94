"""Lag: a row waits from when we learned what the provider says until its issue shows it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.conditions import lag
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState, Intent, Status, Verb
from chalicelib.labels import FLAPPING_LABEL, RESOLVED_LABEL
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


@pytest.mark.parametrize(("age", "over"), [(lag.LONG, False), (lag.LONG + timedelta(seconds=1), True)])
def test_it_is_long_over_ninety_days_after_its_issue_was_closed(age: timedelta, *, over: bool) -> None:
    row = with_issue(ENDED, closed_at=at(9))
    assert lag.long_over(row, at(9) + age) is over
    others = (
        ENDED,
        with_issue(ENDED),
        with_issue(ENDED, closed_at=at(9), muted=True),
        with_issue(FIRING, closed_at=at(9)),
        replace(row, due_at=at(9)),
        replace(row, intent=Intent(Verb.CHANGE, at(1), 1, at(1), "org/infra")),
    )
    assert not any(lag.long_over(other, at(9) + 2 * lag.LONG) for other in others)


BEATS = row_of(resolved(0, kind="heartbeat"))


@pytest.mark.parametrize(
    ("row", "waits"),
    [
        (replace(BEATS, due_at=at(9)), True),
        (with_issue(BEATS, closed_at=at(1)), True),
        (with_issue(BEATS, labels=(RESOLVED_LABEL,)), True),
        (replace(with_issue(BEATS), due_at=at(9)), False),
        (replace(FIRING, due_at=at(9)), False),
        (replace(FIRING, due_at=at(9), status=Status(mirror_at=at(9))), True),
        (replace(FIRING, due_at=at(9), status=Status(mirror_at=at(8))), False),
        (replace(BEATS, intent=Intent(Verb.CHANGE, at(1), 1, at(1), "org/infra")), False),
    ],
)
def test_what_is_due_for_a_mirror_or_the_next_heartbeat_only_waits(row: AlertState, *, waits: bool) -> None:
    assert lag.only_waits(row) is waits


def test_news_is_late_until_it_is_shown() -> None:
    news = replace(row_of(firing(3, kind="notification")), due_at=at(9))
    assert lag.since(news) == at(3)
    assert lag.since(replace(news, status=Status(told=at(3)))) is None
    assert lag.since(replace(news, status=Status(told=at(2)))) == at(3)


@pytest.mark.parametrize("fields", [{"closed_by": PERSON}, {"closed_by": US, "state_reason": "completed"}])
def test_what_was_closed_otherwise_than_as_not_planned_is_late(fields: dict[str, Any]) -> None:
    assert lag.since(replace(with_issue(FIRING, **CLOSED, **fields), due_at=at(9))) == at(0)


def test_a_held_row_has_been_in_its_state_since_its_end_if_it_never_fired() -> None:
    assert lag.held_since(replace(TOMBSTONE, held=HELD)) == at(5)
