"""A series shows whole periods, in few points, and keeps the worst value of each."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.row import Status
from chalicelib.conditions.series import FEWEST, MOST, SHORTEST, Series, window
from chalicelib.store import codec
from tests.unit.rows import row

NOW = datetime(2026, 11, 23, 3, 10, 33, tzinfo=UTC)
ROOM = 4_000
"""Bytes that a series may take in a row, a hundredth of what DynamoDB allows for an item."""


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


@pytest.mark.parametrize(
    ("period", "step", "points"),
    [
        (10, 300, 36),
        (60, 300, 36),
        (120, 360, 30),
        (300, 300, 36),
        (900, 900, 12),
        (3600, 3600, 12),
        (86400, 86400, 12),
    ],
)
def test_three_hours_or_a_dozen_periods_are_shown(period: int, step: int, points: int) -> None:
    shown = window(seconds(period), NOW)
    assert (shown.step, shown.points) == (seconds(step), points)
    assert shown.until - shown.start == seconds(step * points) >= SHORTEST


@given(st.integers(1, 86_400), st.integers(1_600_000_000, 4_000_000_000))
def test_a_window_has_few_points_of_whole_periods_and_ends_with_the_last_whole_one(
    period: int, epoch: int
) -> None:
    now, length = datetime.fromtimestamp(epoch, UTC), seconds(period)
    shown = window(length, now)
    assert FEWEST <= shown.points <= MOST
    assert shown.step % length == timedelta()
    assert timedelta() <= now - shown.until < length
    assert int(shown.until.timestamp()) % period == 0


def test_of_several_values_in_a_step_the_worst_is_kept_and_of_none_nothing() -> None:
    shown = window(seconds(60), NOW)
    points = [
        (shown.start + seconds(60 * minute), float(minute)) for minute in range(180) if minute // 5 != 3
    ]
    values = shown.reduced(points, max)
    assert values[:5] == (4.0, 9.0, 14.0, None, 24.0)
    assert values[-1] == 179.0
    assert shown.reduced(points, min)[:2] == (0.0, 5.0)


def test_what_is_outside_or_no_number_is_left_out() -> None:
    shown = window(seconds(300), NOW)
    points = [(shown.start - seconds(1), 1.0), (shown.until, 2.0), (shown.start, float("nan"))]
    assert set(shown.reduced(points, max)) == {None}


def test_a_series_of_the_longest_numbers_takes_little_of_a_row_and_is_read_back() -> None:
    shown = window(seconds(300), NOW)
    points = [(shown.start + shown.step * place, -1.23456789012345e-300) for place in range(shown.points)]
    values = shown.reduced(points, max)
    series = Series(
        shown.until, shown.step, values, -1.234e-300, values, values, "Bytes/Second", "p99 of Latency"
    )
    kept = row(status=Status(enrichment=Enrichment(NOW, NOW, series)))
    without = row(status=Status(enrichment=Enrichment(NOW, NOW)))
    sizes = [len(codec.status(each)["status"]["S"]) for each in (kept, without)]
    assert len(values) <= MOST
    assert sizes[0] - sizes[1] < ROOM
    item = codec.spec(kept) | codec.status(kept) | {"fingerprint": {"S": kept.fingerprint}}
    written = {name: value for name, value in item.items() if value} | {"revision": {"N": "1"}}
    assert codec.row(written).status == kept.status
