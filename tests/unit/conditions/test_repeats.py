"""Repeats: how often a source repeats itself is learned from the gaps between its messages."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters.registry import SOURCES
from chalicelib.conditions.record import record
from chalicelib.conditions.repeats import every, learned, stale_at
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.spec import Spec
from tests.unit.builders import REPEATING, at, firing, resolved

HOUR = 60


def heard(*minutes: float, source: str = "alertmanager", row: AlertState | None = None) -> Spec:
    """The spec after the same alert was received at these minutes, always with its first start."""
    began = row.spec.episode if row and row.spec.episode else at(minutes[0])
    for minute in minutes:
        alert = firing(0, source=source, occurred_at=began)
        row = record(row, alert, at(minute)).row
    assert row
    return row.spec


@pytest.mark.parametrize("source", REPEATING)
def test_one_that_is_never_repeated_is_stale_after_three_intervals_of_the_default(source: str) -> None:
    usual = SOURCES[source].repeats
    assert usual
    assert stale_at(heard(0, source=source), None) == at(0) + 3 * usual


@pytest.mark.parametrize(
    ("gaps", "hours"),
    [
        ([4, 4, 4], 4),
        ([4.08, 4.08], 4.08),  # the next flush after the interval
        ([24], 12),  # a first long gap teaches what was tolerated
        ([24, 24], 24),
        ([1] * 12, 1),
        ([0.5] * 24, 1),  # not shorter than an hour
        ([5 / 60] * 12, 3.5),  # a lively group for an hour
        ([4, *[5 / 60] * 12, 4], 4),
        ([240, *[4] * 10], 4),  # ten days of silence are forgotten within two
    ],
)
def test_the_largest_gap_counts_and_is_slowly_forgotten(gaps: list[float], hours: float) -> None:
    minutes = [0.0]
    for gap in gaps:
        minutes.append(minutes[-1] + gap * HOUR)
    found = every(heard(*minutes))
    assert found
    assert abs(found - timedelta(hours=hours)) < timedelta(minutes=1)


def test_a_lively_group_that_falls_quiet_is_not_stale_before_its_next_repeat() -> None:
    lively = [minute * 5 for minute in range(4 * 12)]
    fell_quiet = lively[-1]
    due = stale_at(heard(*lively), None)
    assert due
    assert due > at(fell_quiet + 5 * HOUR)


def test_what_was_learned_holds_for_the_next_episode() -> None:
    row = record(None, firing(0, source="grafana"), at(0)).row
    row = replace(row, spec=heard(8 * HOUR, source="grafana", row=row))
    row = record(row, resolved(9 * HOUR, source="grafana"), at(9 * HOUR)).row
    row = record(row, firing(20 * HOUR, source="grafana"), at(20 * HOUR)).row
    assert stale_at(row.spec, None) == at((20 + 24) * HOUR)


def test_an_emitter_is_expected_to_repeat_once_it_has_repeated_three_times() -> None:
    assert stale_at(heard(0, 120, 240, source="backups"), None) is None
    assert stale_at(heard(0, 120, 240, 360, source="backups"), None) == at(360 + 3 * 120)


def test_cloudwatch_is_never_expected_to_repeat() -> None:
    assert stale_at(heard(0, 120, 240, 360, 480, source="cloudwatch"), None) is None


def test_a_message_that_was_sent_before_the_newest_teaches_nothing() -> None:
    assert heard(0, 300, 240).repeats_every == heard(0, 300).repeats_every


def test_where_a_time_is_set_it_counts_for_sources_known_to_repeat() -> None:
    day = timedelta(days=1)
    assert stale_at(heard(0, 600), day) == at(600 + 24 * HOUR)
    assert stale_at(heard(0, 120, 240, 360, source="backups"), day) is None
    assert stale_at(heard(0), timedelta()) is None


@pytest.mark.parametrize(
    ("source", "known", "gap", "every_"),
    [
        ("grafana", None, 0, None),  # at the same moment: it teaches nothing
        ("grafana", 300, 0, 300),
        ("backups", None, 0, None),
        ("backups", None, 90, 90),
        ("backups", None, 30, 60),
        ("grafana", None, 90, 195),
        ("grafana", 300, 100, 250),
        ("grafana", 300, 2000, 900),
        ("cloudwatch", 300, 90, 300),
    ],
)
def test_a_gap_teaches_how_often_it_is_repeated(
    source: str, known: float | None, gap: float, every_: float | None
) -> None:
    before = None if known is None else timedelta(minutes=known)
    spec = replace(heard(0, source=source), repeats_every=before)
    expected = None if every_ is None else timedelta(minutes=every_)
    assert learned(spec, firing(0, source=source), at(gap)) == expected
