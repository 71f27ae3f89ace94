"""The newest values that reports bring in this episode are kept, each with the time when it came."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.alert import AlertEvent, Measurement
from chalicelib.conditions import readings
from chalicelib.conditions.readings import MOST, Reading
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.store import codec
from tests.unit.builders import at, firing, resolved

ROOM = 3_000
"""Bytes that readings may take in a row."""


def reported(minutes: float, value: str, **fields: object) -> AlertEvent:
    """A report of Grafana's: each has the start of the firing, not its own time."""
    return firing(0, source="grafana", measurement=Measurement(value=value), **fields)


def after(*values: str) -> AlertState:
    state: AlertState | None = None
    for number, value in enumerate(values):
        state = record(state, reported(number, value), at(240 * number)).row
    assert state
    return state


def test_each_report_adds_its_value() -> None:
    kept = after("22", "93", "1,204.5").spec.readings
    assert kept == (Reading(at(0), 22.0), Reading(at(240), 93.0), Reading(at(480), 1204.5))


def test_a_copy_of_a_report_adds_nothing() -> None:
    state = after("22")
    assert record(state, reported(0, "22"), at(0.2)).row.spec.readings == state.spec.readings


def test_a_new_episode_begins_anew() -> None:
    state = after("22", "93")
    state = record(state, resolved(300, source="grafana"), at(300)).row
    again = firing(310, source="grafana", measurement=Measurement(value="40"))
    assert record(state, again, at(310)).row.spec.readings == (Reading(at(310), 40.0),)


def test_only_the_newest_are_kept_and_take_little_of_a_row() -> None:
    state = after(*(f"{number}.123456789012345" for number in range(MOST + 9)))
    kept = state.spec.readings
    assert len(kept) == MOST
    assert int(kept[0].value) == 9
    plain = len(codec.spec(after("no number"))["spec"]["S"])
    assert len(codec.spec(state)["spec"]["S"]) - plain < ROOM


def test_a_row_without_values_is_written_as_before() -> None:
    assert "readings" not in codec.spec(after("no number"))["spec"]["S"]


def test_readings_are_read_back() -> None:
    state = after("22", "93")
    item = codec.spec(state) | codec.status(state) | {"fingerprint": {"S": state.fingerprint}}
    written = {name: value for name, value in item.items() if value} | {"revision": {"N": "1"}}
    assert codec.row(written).spec == state.spec


@pytest.mark.parametrize(
    ("text", "value"),
    [("118", 118.0), ("-0.5", -0.5), ("12,000", 12000.0), ("93.4 %", 93.4), ("93%", 93.0), ("+3", 3.0)],
)
def test_a_plain_number_is_read(text: str, value: float) -> None:
    assert readings.number(text) == value


@pytest.mark.parametrize("text", ["", "1.4 GiB", "1.2k", "12,5", "NaN", "Inf", "1e9", "1 2", "%", "9" * 16])
def test_what_has_a_unit_or_is_no_number_is_not(text: str) -> None:
    """A unit may change with the size, so that 1.4 GiB would stand below 900 MiB."""
    assert readings.number(text) is None


@pytest.mark.parametrize(
    ("reason", "value"),
    [
        ("B = 93.4", 93.4),
        ("B = 93.4, C = 1", 93.4),
        ("A = 7, B = 93.4, C = 1", None),
        ("B = 1, C = 1", None),
        ("B (device=sda) = 93.4", None),
        ("B = 1.4 GiB", None),
        ("Evaluation failed", None),
        (None, None),
    ],
)
def test_of_grafanas_values_the_one_that_is_not_a_condition_counts(
    reason: str | None, value: float | None
) -> None:
    found = readings.added((), firing(0, source="grafana", reason=reason), at(0))
    assert [each.value for each in found] == ([] if value is None else [value])


def test_a_source_that_never_repeats_keeps_none() -> None:
    alarm = firing(0, source="cloudwatch", measurement=Measurement(value="118"))
    assert readings.added((), alarm, at(0)) == ()


@given(st.lists(st.integers(0, 99), max_size=60))
def test_readings_are_in_the_order_of_time_whatever_order_they_came_in(minutes: list[int]) -> None:
    kept: tuple[Reading, ...] = ()
    for minute in minutes:
        kept = readings.added(kept, reported(minute, str(minute)), at(minute))
    assert kept == tuple(Reading(at(minute), float(minute)) for minute in sorted(set(minutes)))[-MOST:]
    assert all(later.at - earlier.at > timedelta() for earlier, later in pairwise(kept))
