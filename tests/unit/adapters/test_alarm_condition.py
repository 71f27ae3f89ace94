"""What a CloudWatch alarm compares, in words, however little of it is known."""

from typing import Any

import pytest

from chalicelib.adapters.alarm_condition import Asked, of_event, of_sns, reason_data


def test_an_operator_without_a_threshold_says_nothing() -> None:
    assert Asked(what="p99 of Latency", operator="above").words == "p99 of Latency"


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        ({"Period": 300, "EvaluationPeriods": 3}, "for 15 of 15 minutes"),
        ({"Period": 300, "EvaluationPeriods": 3, "DatapointsToAlarm": 2}, "for 10 of 15 minutes"),
        ({"Period": 10**9 - 1, "EvaluationPeriods": 1}, "for 999,999,999 seconds"),
        ({"Period": 10**9, "EvaluationPeriods": 1}, "for 1 of 1 periods"),
        ({"Period": -60, "EvaluationPeriods": 1}, "for 1 of 1 periods"),
        ({"Period": "60", "EvaluationPeriods": 1}, "for 1 of 1 periods"),
        ({"Metrics": [{"MetricStat": {"Period": 60}}], "EvaluationPeriods": 5}, "for 5 of 5 minutes"),
        ({"Metrics": [{"MetricStat": {"Period": 60, "Unit": "Seconds"}}]}, "over 1 minute"),
    ],
)
def test_how_long_it_lasts_is_said_as_far_as_it_can_be_read(trigger: dict[str, Any], words: str) -> None:
    assert of_sns(trigger).lasting == words


LATENCY = {"metric": {"name": "Latency"}, "stat": "p99", "period": 300, "unit": "Seconds"}
BY_METRIC = {"metrics": [{"id": "m1", "metricStat": LATENCY}]}
CROSSED = "1 datapoint [3.0] was {} the threshold (2.5)."


@pytest.mark.parametrize(
    ("configuration", "reason", "data", "asked"),
    [
        ({}, None, {}, Asked()),
        (BY_METRIC, "", {}, Asked("p99 of Latency", "", None, "Seconds", "over 5 minutes")),
        (
            BY_METRIC,
            CROSSED.format("greater than"),
            {"period": 60, "unit": "Percent", "threshold": 7},
            Asked("p99 of Latency", "above", 7.0, "Seconds", "over 1 minute"),
        ),
        ({}, CROSSED.format("less than"), {"unit": "Percent"}, Asked("", "below", 2.5, "Percent", "")),
        ({}, CROSSED.format("greater than or equal to"), {}, Asked("", "at least", 2.5, "", "")),
        (
            {},
            CROSSED.format("less than or equal to"),
            {"period": 1},
            Asked("", "at most", 2.5, "", "over 1 second"),
        ),
        ({}, CROSSED.format("near"), {"threshold": None}, Asked()),
        ({"metrics": [{"id": "e1", "label": "Failed", "expression": "a/b"}]}, None, {}, Asked("Failed")),
        ({"metrics": [{"id": "e1", "expression": "a/b"}]}, None, {}, Asked("a/b")),
        ({"metrics": [{"id": "e1", "expression": "a/b", "returnData": False}]}, None, {}, Asked()),
        ({"metrics": [{"id": "b", "expression": "ANOMALY_DETECTION_BAND(m1)"}]}, None, {}, Asked()),
    ],
)
def test_what_an_event_says_of_its_condition(
    configuration: dict[str, Any], reason: object, data: dict[str, Any], asked: Asked
) -> None:
    assert of_event(configuration, reason, data) == asked


@pytest.mark.parametrize(
    ("trigger", "asked"),
    [
        ({}, Asked()),
        (
            {
                "MetricName": "Calls",
                "Statistic": "SUM",
                "Unit": "Count",
                "ComparisonOperator": "LessThanThreshold",
            },
            Asked("Sum of Calls", "below", None, "Count", ""),
        ),
        (
            {"MetricName": "Calls", "ExtendedStatistic": "p99", "Statistic": "SUM", "Threshold": 2},
            Asked("p99 of Calls", "", 2.0, "", ""),
        ),
        ({"MetricName": "Calls", "Statistic": "SAMPLECOUNT"}, Asked("Sample count of Calls")),
        ({"MetricName": "Calls", "ComparisonOperator": "Odd"}, Asked("Calls", "Odd")),
        (
            {
                "Metrics": [
                    {"MetricStat": {"Metric": {"MetricName": "Calls"}, "Stat": "Sum", "Unit": "Count"}}
                ]
            },
            Asked("Sum of Calls", "", None, "Count", ""),
        ),
        ({"MetricName": "Calls", "Metrics": [{"Label": "Failed", "Expression": "a/b"}]}, Asked("Failed")),
    ],
)
def test_what_a_message_says_of_its_condition(trigger: dict[str, Any], asked: Asked) -> None:
    assert of_sns(trigger) == asked


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(), ""),
        (Asked(lasting="for 1 minute"), ""),
        (Asked(what="Latency", lasting="for 1 minute"), "Latency for 1 minute"),
        (Asked(threshold=2.0), "against a threshold of 2"),
        (Asked("Latency", "above", 2.5, "Seconds", "for 1 day"), "Latency above 2.5 s for 1 day"),
        (Asked("Latency", "above the expected band"), "Latency above the expected band"),
        (Asked("Latency", "at least"), "Latency"),
    ],
)
def test_a_condition_in_words(asked: Asked, words: str) -> None:
    assert asked.words == words


@pytest.mark.parametrize(
    ("asked", "reason", "data", "measured"),
    [
        (Asked(), None, {}, None),
        (Asked(unit="Seconds"), "1 datapoint [3.0]", {}, ("3 s", None)),
        (Asked(unit="Seconds", threshold=2.0), "2 datapoints [3.0, 4.0]", {}, ("3 s", "2 s")),
        (Asked(threshold=2.0), "1 datapoint [3.0] and upper thresholds [9.5]", {}, ("3", "2")),
        (Asked(), "1 datapoint [3.0] and upper thresholds [9.5]", {}, ("3", "9.5")),
        (Asked(threshold=2.0), "", {"recentDatapoints": [1, 7]}, ("7", "2")),
        (Asked(), "1 datapoint [3.0]", {"recentDatapoints": [1, 7]}, ("3", None)),
        (
            Asked(),
            "",
            {"evaluatedDatapoints": [{"timestamp": "2", "value": 5}, {"timestamp": "1", "value": 6}]},
            ("5", None),
        ),
        (Asked(), "", {"recentDatapoints": []}, None),
    ],
)
def test_what_was_measured_is_the_newest_value_in_the_alarms_unit(
    asked: Asked, reason: object, data: dict[str, Any], measured: tuple[str, str | None] | None
) -> None:
    assert asked.measured(reason, data) == measured


@pytest.mark.parametrize(("written", "read"), [(9e299, 9e299), (1e300, None), (-1e300, None), ("1", None)])
def test_a_threshold_is_a_number_that_can_be_written(written: object, read: float | None) -> None:
    assert of_sns({"Threshold": written}).threshold == read


@pytest.mark.parametrize("value", ["{", "[" * 100_000, "[1]", '"text"', None, 7])
def test_data_of_a_reason_that_is_no_object_is_empty(value: object) -> None:
    assert reason_data(value) == {}


def test_of_several_metrics_the_one_that_is_compared_is_named() -> None:
    latency = {"Id": "m1", "MetricStat": {"Stat": "p99", "Metric": {"MetricName": "Latency"}}}
    band = {"Id": "b", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}
    hidden = {
        "Id": "m2",
        "ReturnData": False,
        "MetricStat": {"Stat": "Sum", "Metric": {"MetricName": "Calls"}},
    }
    assert of_sns({"Metrics": [hidden, band, latency]}).what == "p99 of Latency"
    assert of_sns({"Metrics": [hidden, band]}).what == ""
