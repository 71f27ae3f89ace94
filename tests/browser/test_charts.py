"""Every kind of chart in Mermaid itself: it takes what we write, and shows as many bars and lines."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from selenium.webdriver import Chrome

from chalicelib import render
from chalicelib.alert import Priority
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.readings import Reading
from chalicelib.conditions.row import Status
from chalicelib.conditions.series import Series
from chalicelib.render import board as boards
from chalicelib.render.days import Day
from tests.browser.chromium import HOW_TO_INSTALL, chromium, installed
from tests.browser.mermaid import HOW_TO_INSTALL_MERMAID, SCRIPT, drawn
from tests.unit.rows import BEGAN, alert, at, episode, routing, row

pytestmark = [
    pytest.mark.skipif(not installed(), reason=HOW_TO_INSTALL),
    pytest.mark.skipif(not SCRIPT.exists(), reason=HOW_TO_INSTALL_MERMAID),
]

QUEUE = Series(BEGAN, timedelta(minutes=5), (*[2.0] * 30, None, 4.0, 30.0, 90.0, 104.0, 118.0), 50.0)
SERIES = {
    "threshold": (QUEUE, 1),
    "no threshold": (replace(QUEUE, threshold=None), 0),
    "band": (replace(QUEUE, threshold=None, lower=(10.0,) * 36, upper=(None, *[60.0] * 35)), 2),
    "zero": (replace(QUEUE, values=(0.0,) * 36), 1),
    "below zero": (replace(QUEUE, values=(-5.0, -80.0, 3.0), threshold=-20.0), 1),
    "small": (replace(QUEUE, values=(1.2e-7, 3.4e-9), threshold=1e-8), 1),
    "large": (replace(QUEUE, values=(9.9e14, 1.0), threshold=5e14), 1),
    "bytes of days": (
        replace(QUEUE, step=timedelta(days=1), values=(3.1e9, 5e9) * 6, threshold=4e9, unit="Bytes"),
        1,
    ),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as running:
        yield running


def chart(body: str) -> str:
    (source,) = re.findall(r"```mermaid\n(.*?)\n```", body, re.DOTALL)
    return str(source)


@pytest.mark.parametrize("kind", SERIES)
def test_a_metric_is_drawn_with_what_it_is_compared_with(browser: Chrome, kind: str) -> None:
    series, lines = SERIES[kind]
    state = row(status=Status(enrichment=Enrichment(BEGAN, BEGAN, series)))
    found = drawn(browser, chart(render.body(state, routing(), at(14))))
    assert "error" not in found
    assert (found["bars"], found["lines"]) == (len(series.values), lines)
    assert all(height >= 0 for height in found["heights"])
    assert any("up to 03:10 UTC" in text for text in found["texts"])


def test_the_highest_value_is_the_highest_bar(browser: Chrome) -> None:
    state = row(status=Status(enrichment=Enrichment(BEGAN, BEGAN, QUEUE)))
    heights = drawn(browser, chart(render.body(state, routing(), at(14))))["heights"]
    assert max(heights) == heights[-1] > heights[-2] > heights[0]
    assert heights[30] == min(heights)


def test_earlier_firings_are_drawn_with_a_name_for_each_bar(browser: Chrome) -> None:
    days = [episode(-day * 1440, -day * 1440 + 9) for day in (9, 8, 8, 6, 3)]
    state = row(episodes=tuple(days), status=Status(told=BEGAN))
    found = drawn(browser, chart(render.body(state, routing(), at(14))))
    assert found["bars"] == 10
    assert {"14", "23"} <= set(found["texts"])


def test_the_values_of_reports_are_drawn(browser: Chrome) -> None:
    readings = tuple(Reading(at(240 * number), float(number)) for number in range(5))
    measured = alert(measurement={"value": "4", "threshold": "2.5"})
    found = drawn(browser, chart(render.body(row(fires=measured, readings=readings), routing(), at(999))))
    assert (found["bars"], found["lines"]) == (5, 1)
    assert "reports" in found["texts"]


def test_the_board_is_drawn_with_a_bar_for_each_day_and_priority(browser: Chrome) -> None:
    days = [Day(date(2026, 11, day), {Priority.P0: day % 2, Priority.P3: 1}) for day in range(1, 15)]
    board = boards.page(boards.Board(open=(row(),), days=days), routing(), at(14))
    found = drawn(browser, chart(board))
    assert found["bars"] == 2 * len(days)
    assert {"01", "14"} <= set(found["texts"])


def test_mermaid_does_refuse(browser: Chrome) -> None:
    """Otherwise the tests above could not fail."""
    assert "error" in drawn(browser, "xychart-beta\n    bar [a, b]")
