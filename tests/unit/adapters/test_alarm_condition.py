"""What a CloudWatch alarm compares, in words, however little of it is known."""

from typing import Any

import pytest

from chalicelib.adapters.alarm_condition import Asked, of_sns, reason_data


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
