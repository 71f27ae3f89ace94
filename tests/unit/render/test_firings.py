"""Earlier firings are counted by hour or by day, this one included, next to their list."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import render
from chalicelib.conditions.row import Status
from tests.unit.rows import BEGAN, at, episode, routing, row

HOUR, DAY = 60, 24 * 60


def folded(*began: float) -> str:
    """The fold of a row that fires for the first time since those minutes."""
    episodes = tuple(episode(each, each + 1) for each in sorted(began))
    state = row(episodes=episodes, status=Status(told=BEGAN))
    said = render.body(state, routing(), at(20)).partition("<summary>Earlier firings")[2]
    return said.partition("</details>")[0]


def test_firings_of_some_days_are_counted_by_day() -> None:
    said = folded(-9 * DAY, -9 * DAY + 30, -4 * DAY, -4 * DAY + 9)
    assert "`█···" in said
    assert "5 firings, by day, from 2026-11-14 to 2026-11-23\n" in said
    assert 'x-axis ["14", "15", "16", "17", "18", "19", "20", "21", "22", "23"]' in said
    assert "bar [2, 0, 0, 0, 0, 2, 0, 0, 0, 1]" in said
    assert said.count("- fired") == 4


def test_firings_of_some_hours_are_counted_by_hour() -> None:
    said = folded(-5 * HOUR, -4 * HOUR, -4 * HOUR + 20, -4 * HOUR + 30)
    assert "by hour, from 22:00 UTC (2026-11-22) to 03:00 UTC (2026-11-23)\n" in said
    assert 'x-axis ["22", "23", "00", "01", "02", "03"]' in said
    assert "bar [1, 3, 0, 0, 0, 1]" in said


@pytest.mark.parametrize("began", [(), (-DAY,), (-20, -40), (-DAY, -9, -6), (-9, -8, -7, -6)])
def test_too_few_firings_or_hours_are_only_listed(began: tuple[float, ...]) -> None:
    said = folded(*began)
    assert "mermaid" not in said
    assert said.count("- fired") == len(began)


@given(st.lists(st.integers(-400 * DAY, -3), min_size=3, max_size=20, unique=True))
def test_a_chart_has_one_bar_for_each_name_and_counts_what_it_says(began: list[int]) -> None:
    said = folded(*map(float, began))
    names, bars = re.search(r"x-axis \[(.*)\]", said), re.search(r"bar \[(.*)\]", said)
    if not names or not bars:
        assert "mermaid" not in said
        return
    labels, counts = names[1].split(", "), [int(each) for each in bars[1].split(", ")]
    assert len(set(labels)) == len(labels) == len(counts) <= 28
    assert f"{sum(counts)} firings" in said
    assert sum(counts) <= len(began) + 1
