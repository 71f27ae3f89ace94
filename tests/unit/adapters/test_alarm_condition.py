"""What a CloudWatch alarm compares, in words, however little of it is told."""

import pytest

from chalicelib.adapters.alarm_condition import Asked, of_sns, reason_data


def test_an_operator_without_a_threshold_says_nothing() -> None:
    assert Asked(what="p99 of Latency", operator="above").words == "p99 of Latency"


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
