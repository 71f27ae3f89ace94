"""The list of metrics is what the code emits, by the same dimensions, and nothing else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.telemetry.metrics import METRICS, Metric, Unit

SOURCES = sorted((Path(__file__).parents[3] / "chalicelib").rglob("*.py"))
Emitted = tuple[str, str, frozenset[str]]


def emissions() -> Iterator[Emitted]:
    """Every call of a telemetry's `count` or `measure`, with the metric and the dimensions that it names."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Attribute(owner, "count" | "measure" as how), [first, *_], keywords):
                    if ast.unparse(owner).lstrip("_").endswith("telemetry") or path.name == "powertools.py":
                        yield how, ast.unparse(first), frozenset(str(keyword.arg) for keyword in keywords)


def named(emitted: Emitted) -> list[tuple[str, frozenset[str]]]:
    """A metric's name is a literal; only the canary passes on one of two."""
    _, first, dimensions = emitted
    names = ("CanaryOpened", "CanaryClosed") if first == "name" else (ast.literal_eval(first),)
    return [(name, dimensions) for name in names]


def test_the_code_emits_the_listed_metrics_by_the_listed_dimensions_and_no_other() -> None:
    emitted = {each for emission in emissions() for each in named(emission)}
    assert emitted == {(metric.name, frozenset(metric.dimensions)) for metric in METRICS}


def test_counts_are_added_up_and_everything_else_is_measured() -> None:
    counted = {name for each in emissions() if each[0] == "count" for name, _ in named(each)}
    gauges = {"BudgetLeft", "BreakerOpen", "DueRows", "OpenIssues", "UrgentWithoutBudget"}
    assert counted == {metric.name for metric in METRICS if metric.unit is Unit.COUNT} - gauges


def test_no_metric_is_listed_twice_and_each_says_what_it_is_for() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(metric.purpose for metric in METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_no_metric_is_by_anything_that_has_no_bounds(metric: Metric) -> None:
    bounded = {"source", "reason", "priority", "action", "team", "outcome", "event"}
    assert set(metric.dimensions) <= bounded
