"""What CloudWatch's answers mean for a row, to the minute and to the letter."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.alert import AlertEvent
from chalicelib.conditions import alarm_state
from chalicelib.conditions.alarm_state import DELETED, LEFT, LONGEST_NAME, Alarm
from chalicelib.conditions.row import AlertState
from tests.unit.builders import at, firing, resolved, row_of

PREFIX = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"
ARN = f"{PREFIX}queue"
TOMBSTONE = row_of(resolved(1))


def of(alarm_id: str | None = ARN, **fields: Any) -> AlertState:
    identity = {"account_id": "123456789012", "region": "us-east-1", "alarm_id": alarm_id}
    return row_of(firing(0, identity=identity, **fields))


def alert_of(row: AlertState) -> AlertEvent:
    assert row.spec.alert
    return row.spec.alert


def alarms(*, ok: bool) -> dict[str, Alarm]:
    return {ARN: Alarm(ARN, ok=ok, since=at(7), reason="Threshold not crossed")}


def test_an_alarm_that_is_ok_has_ended_when_and_why_it_says() -> None:
    row = of()
    end = alert_of(row).ended(at(7), "Threshold not crossed", recovered=True)
    assert alarm_state.learned(row, alarms(ok=True), None, at(9)) == end
    assert alarm_state.learned(row, alarms(ok=False), at(0), at(90)) is None
    assert alarm_state.learned(TOMBSTONE, alarms(ok=True), at(0), at(90)) is None


@pytest.mark.parametrize(("missed", "gone"), [(None, False), (at(4.1), False), (at(4), True), (at(0), True)])
def test_an_alarm_that_was_missing_for_five_minutes_was_deleted(
    missed: datetime | None, *, gone: bool
) -> None:
    row = of()
    deleted = alert_of(row).ended(at(9), "The alarm was deleted", recovered=False)
    assert alarm_state.learned(row, {}, missed, at(9)) == (deleted if gone else None)
    left = alert_of(row).ended(at(9), "This series is no longer in ALARM", recovered=True)
    assert alarm_state.left(row, missed, at(9)) == (left if gone else None)
    assert alarm_state.left(TOMBSTONE, missed, at(9)) is None


@pytest.mark.parametrize(("length", "asked"), [(LONGEST_NAME, True), (LONGEST_NAME + 1, False)])
def test_an_alarm_whose_name_is_too_long_is_not_asked_for_and_so_never_missing(
    length: int, *, asked: bool
) -> None:
    name = "q" * length
    row = of(PREFIX + name)
    assert list(alarm_state.names(row)) == ([name] if asked else [])
    assert alarm_state.missing(row, {}) == (PREFIX + name if asked else None)
    assert (alarm_state.learned(row, {}, at(0), at(9)) is not None) is asked


def test_an_alarm_that_is_listed_is_not_missing() -> None:
    assert alarm_state.missing(of(), alarms(ok=False)) is None
    assert alarm_state.missing(of(f"{ARN} 0a1b"), {}) is None


@pytest.mark.parametrize(
    ("alarm_id", "names"),
    [
        (ARN, ["queue"]),
        (f"{PREFIX}q", ["q"]),
        (f"{ARN} a b", ["queue a b", "queue a"]),
        (f'{ARN} {{"Host": "a b"}}', ['queue {"Host": "a b"}', "queue"]),
        (f"{ARN} {{a b", ["queue {a b", "queue {a"]),
        (f"{ARN} {{1}}", ["queue {1}", "queue"]),
        (f"{ARN} [1] {{2}}", ["queue [1] {2}", "queue [1]"]),
        ("queue", []),
        ("queue a", []),
        (None, []),
    ],
)
def test_every_name_that_an_alarm_may_have_is_asked_for(alarm_id: str | None, names: list[str]) -> None:
    assert list(alarm_state.names(of(alarm_id))) == names


@pytest.mark.parametrize(
    ("alarm_id", "sent", "arn"),
    [
        (ARN, None, ARN),
        (f"{ARN} a", None, None),
        (None, None, None),
        (f"{ARN} a b", {"AlarmArn": ARN}, ARN),
        (f"{ARN} a b", {"resources": [ARN, "other"], "AlarmArn": "other"}, ARN),
        (f"{ARN} a b", {"resources": [], "AlarmArn": ARN}, ARN),
        (f"{ARN} a b", {"resources": ARN}, None),
        (f"{ARN} a b", {"resources": [7]}, None),
        (f"{ARN} a b", {"AlarmArn": f"{ARN} a b"}, f"{ARN} a b"),
        (f"{ARN}-2 a b", {"AlarmArn": ARN}, None),
        (f"{ARN}-2", {"AlarmArn": ARN}, f"{ARN}-2"),
    ],
)
def test_the_arn_that_was_sent_separates_an_alarm_from_its_contributor(
    alarm_id: str | None, sent: dict[str, Any] | None, arn: str | None
) -> None:
    assert alarm_state.arn_of(of(alarm_id, raw_provider=sent)) == arn


def test_a_row_that_never_fired_has_no_alarm() -> None:
    assert (alarm_state.arn_of(TOMBSTONE), alarm_state.alarm_id_of(TOMBSTONE)) == (None, "")
    assert list(alarm_state.names(TOMBSTONE)) == []
    assert alarm_state.place_of(TOMBSTONE) is None


@pytest.mark.parametrize(
    ("reason", "occurred", "dated"),
    [
        (DELETED, 3, at(5) + timedelta(milliseconds=1)),
        (LEFT, 5, at(5) + timedelta(milliseconds=1)),
        (DELETED, 5.1, at(5.1)),
        ("Threshold not crossed", 3, at(3)),
    ],
)
def test_what_we_wrongly_ended_fires_right_after_that_end(
    reason: str, occurred: float, dated: datetime
) -> None:
    row = row_of(firing(0), resolved(5, reason=reason))
    again = firing(occurred)
    assert alarm_state.returned(row, again) == again.model_copy(update={"occurred_at": dated})


def test_what_fires_is_dated_as_it_is() -> None:
    row, again = row_of(firing(9)), firing(3)
    assert alarm_state.returned(row, again) == again
    assert alarm_state.returned(TOMBSTONE, again) == again
