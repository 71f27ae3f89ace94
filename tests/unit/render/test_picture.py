"""The picture of a metric: a line of blocks in the first lines, a chart in a fold, and nothing that acts."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import render
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.series import Series
from chalicelib.quantities import scale
from chalicelib.render import chart
from tests.unit.markup import HOSTILE
from tests.unit.render.test_render_any import harmless
from tests.unit.rows import BEGAN, alert, at, routing, row

STEP = timedelta(minutes=5)
RISING = (2.0, 2.0, None, 4.0, 30.0, 118.0)
SERIES = Series(BEGAN, STEP, RISING * 6, 50.0, name="Maximum of QueuedJobs")
HOSTILE_UNITS = HOSTILE | st.sampled_from(["Bytes", "Seconds", "Percent", "Count/Second"])

NUMBER = r"-?\d+(?:\.\d+)?"
LIST = rf"\[{NUMBER}(?:, {NUMBER})*\]"
CHART = re.compile(
    rf"""```mermaid
%%\{{init: \{{"themeVariables": \{{"xyChart": \{{"plotColorPalette": "\#\w+(?:, \#\w+)*"\}}\}}\}}\}}%%
xychart-beta
    x-axis "(?:hours|days) up to \d\d:\d\d UTC" -{NUMBER} --> 0
    y-axis {NUMBER} --> {NUMBER}
    bar {LIST}
(?:    line {LIST}
)*```"""
)


def shown(series: Series | None = SERIES, **fields: object) -> AlertState:
    known = Enrichment(BEGAN, BEGAN, series)
    return row(fires=alert(**fields), status=Status(enrichment=known))


def body(state: AlertState) -> str:
    return render.body(state, routing(), at(20))


def test_the_first_lines_show_the_metric_and_its_spread() -> None:
    measured = {"value": "118", "threshold": "50"}
    first = body(shown(measurement=measured)).partition("[")[0]
    line = f"**118**, threshold 50 · `{'▁▁·▁▂█' * 6}` 2 to 118 in the 3 hours before 03:10 UTC"
    assert f"{line}\n" in first


def test_without_figures_the_threshold_is_said_next_to_the_blocks() -> None:
    assert "█` 2 to 118 in the 3 hours before 03:10 UTC, threshold 50\n" in body(shown())


def test_the_chart_is_folded_and_names_what_it_shows() -> None:
    said = body(shown(replace(SERIES, unit="Seconds")))
    folded = said.partition("<summary>Chart of what was measured</summary>")[2].partition("</details>")[0]
    assert "Maximum of QueuedJobs in s, in the 3 hours before 03:10 UTC." in folded
    assert "The line is the threshold, 50 s." in folded
    assert "Nothing was measured for 30 minutes of it." in folded
    assert CHART.search(folded)
    assert "line [50, 50," in folded


def test_a_band_is_two_lines() -> None:
    band = replace(SERIES, threshold=None, lower=(20.0,) * 36, upper=(None, *(80.0,) * 35))
    said = body(shown(band))
    assert "The lines are the band that CloudWatch expects." in said
    assert re.findall(r"line \[(\d+), \d", said) == ["80", "20"]
    assert CHART.search(said)


def test_numbers_are_scaled_to_a_unit_that_people_read() -> None:
    series = replace(SERIES, values=(1024.0**3, 2.5 * 1024**3), threshold=2.0 * 1024**3, unit="Bytes")
    said = body(shown(series))
    assert "1 GiB to 2.5 GiB" in said
    assert "in GiB" in said
    assert "bar [1, 2.5]" in said
    assert "line [2, 2]" in said


@pytest.mark.parametrize(
    ("values", "line"),
    [((0.0, 0.0), "▁▁"), ((None, 5.0), "·▁"), ((1e308, -1e308), "█▁"), ((1.0, 2.0, 3.0), "▁▅█")],
)
def test_blocks_are_scaled_between_the_lowest_and_the_highest(
    values: tuple[float | None, ...], line: str
) -> None:
    assert chart.blocks(values) == line


def test_a_team_without_details_gets_no_picture() -> None:
    said = body(shown(teams=("terse",)))
    assert "█" not in said
    assert "mermaid" not in said


def test_what_was_looked_up_for_another_episode_is_not_shown() -> None:
    state = shown()
    old = Enrichment(BEGAN - timedelta(hours=1), BEGAN, SERIES)
    assert "█" not in body(replace(state, status=Status(enrichment=old)))
    assert "█" not in body(shown(None))


def test_numbers_that_no_axis_holds_are_not_drawn() -> None:
    assert "mermaid" not in body(shown(replace(SERIES, values=(1e300, 1.0))))


NUMBERS = st.none() | st.floats(-1e18, 1e18) | st.floats(-1e-6, 1e-6)


@given(
    st.lists(NUMBERS, min_size=1, max_size=36).filter(lambda each: any(n is not None for n in each)),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    HOSTILE,
    HOSTILE_UNITS,
)
def test_no_text_of_a_providers_is_in_a_chart(
    values: list[float | None], threshold: float | None, name: str, unit: str
) -> None:
    series = Series(BEGAN, STEP, tuple(values), threshold, unit=unit, name=name)
    said = body(shown(series))
    assert said.count("```mermaid") == len(CHART.findall(said))
    assert harmless(said, {"@org/day"})


@given(st.floats(-1e18, 1e18), HOSTILE_UNITS)
def test_a_scale_is_a_number(value: float, unit: str) -> None:
    factor, _ = scale(value, unit)
    assert factor > 0
