"""The values of reports: a line of blocks, and a chart where the source sent no image."""

from chalicelib import render
from chalicelib.conditions.readings import Reading
from tests.unit.rows import alert, at, routing, row

VALUES = tuple(Reading(at(240 * number), value) for number, value in enumerate((22.0, 40.0, 93.5)))


def body(readings: tuple[Reading, ...] = VALUES, **fields: object) -> str:
    return render.body(row(fires=alert(**fields), readings=readings), routing(), at(500))


def test_the_first_lines_show_how_the_values_went() -> None:
    assert "`▁▃█` 22 to 93.5 in 3 reports since 03:10 UTC\n" in body()
    told = body(measurement={"value": "93.5", "threshold": "90"})
    assert "**93.5**, threshold 90 · `▁▃█` 22 to 93.5 in 3 reports" in told


def test_the_chart_has_the_threshold_that_the_author_names() -> None:
    told = body(measurement={"value": "93.5 %", "threshold": "90 %"})
    assert "The values of 3 reports since 03:10 UTC. The line is the threshold, 90." in told
    assert 'x-axis "reports" ["1", "2", "3"]\n' in told
    assert "    bar [22, 40, 93.5]\n    line [90, 90, 90]\n" in told
    assert "line [" not in body()


def test_an_image_of_the_source_takes_the_charts_place() -> None:
    told = body(links={"image_url": "https://grafana.example.org/panel.png"})
    assert "mermaid" not in told
    assert "![Panel]" in told
    assert "`▁▃█`" in told


def test_two_values_are_no_picture_and_a_team_without_details_gets_none() -> None:
    for told in (body(VALUES[:2]), body(teams=("terse",))):
        assert "█" not in told
        assert "mermaid" not in told
