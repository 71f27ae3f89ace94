"""What GetMetricData is asked for an alarm: exactly the metrics that the alarm compares."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters import texts
from chalicelib.adapters.alarm_metrics import LONGEST_NAME, Watched, watched
from chalicelib.adapters.described_alarm import message
from tests.unit.adapters.test_whole import members, replaced

SAMPLES = Path(__file__).parents[2] / "samples" / "cloudwatch"
SHAPE = (
    boto3.client("cloudwatch", region_name="us-east-1").meta.service_model.operation_model("GetMetricData")
).input_shape


def sample(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))["payload"]
    return payload


def asked(payload: dict[str, Any]) -> Watched:
    found = watched(payload)
    assert found
    return found


def taken(found: Watched) -> bool:
    """Whether AWS's description of the call allows it."""
    call = {"MetricDataQueries": list(found.queries), "StartTime": 0, "EndTime": 1}
    assert SHAPE
    return not ParamValidator().validate(call, SHAPE).has_errors()


def test_a_metric_alarm_of_sns() -> None:
    found = asked(sample("metric-piped-description"))
    (query,) = found.queries
    trigger = sample("metric-piped-description")["Trigger"]
    assert query["MetricStat"] == {
        "Metric": {
            "Namespace": trigger["Namespace"],
            "MetricName": trigger["MetricName"],
            "Dimensions": [{"Name": each["name"], "Value": each["value"]} for each in trigger["Dimensions"]],
        },
        "Period": trigger["Period"],
        "Stat": "Maximum",
    }
    assert (found.threshold, found.falling, found.period.total_seconds()) == (
        trigger["Threshold"],
        False,
        trigger["Period"],
    )


@pytest.mark.parametrize(
    ("statistic", "stat"),
    [
        ({"Statistic": "AVERAGE"}, "Average"),
        ({"Statistic": "SAMPLECOUNT"}, "SampleCount"),
        ({"StatisticType": "ExtendedStatistic", "ExtendedStatistic": "p99.9"}, "p99.9"),
        ({"StatisticType": "ExtendedStatistic", "ExtendedStatistic": "TM(10%:90%)"}, "TM(10%:90%)"),
    ],
)
def test_a_statistic_is_written_as_the_call_takes_it(statistic: dict[str, str], stat: str) -> None:
    payload = sample("metric-piped-description")
    trigger = {name: value for name, value in payload["Trigger"].items() if "Statistic" not in name}
    (query,) = asked(payload | {"Trigger": trigger | statistic | {"Unit": "Count"}}).queries
    assert (query["MetricStat"]["Stat"], query["MetricStat"]["Unit"]) == (stat, "Count")


def test_metric_math_is_asked_with_its_parts_and_only_the_result_is_returned() -> None:
    found = asked(sample("metric-math"))
    assert [(query["Id"], query["ReturnData"]) for query in found.queries] == [
        ("e1", True),
        ("failed", False),
        ("started", False),
    ]
    assert found.queries[0]["Expression"] == "100*failed/started"
    assert (found.compared, found.band, found.threshold) == ("e1", "", 2.5)


def test_of_a_long_expression_the_row_keeps_little_and_the_call_has_all() -> None:
    long = "SUM(METRICS())" + " + 0" * 1000
    returned = {"Id": "e1", "Expression": long, "Period": 60, "ReturnData": True}
    payload = sample("metric-piped-description")
    found = asked(payload | {"Trigger": {**payload["Trigger"], "Metrics": [returned]}})
    assert found.queries[0]["Expression"] == long
    assert len(found.name) <= LONGEST_NAME


def test_event_bridge_says_the_same_as_sns() -> None:
    by_event = asked(sample("eventbridge-metric-math"))
    assert [query["Id"] for query in by_event.queries] == ["e1", "failed"]
    assert by_event.queries[1] == asked(sample("metric-math")).queries[1]
    assert by_event.compared == "e1"


def test_an_anomaly_is_compared_with_its_band() -> None:
    found = asked(sample("anomaly-detection"))
    assert (found.compared, found.band, found.threshold) == ("m1", "ad1", None)
    assert all(query["ReturnData"] for query in found.queries)


def test_a_metric_of_another_account_names_it() -> None:
    payload = sample("metric-math")
    payload["Trigger"]["Metrics"][1]["AccountId"] = "222233334444"
    assert asked(payload).queries[1]["AccountId"] == "222233334444"


def test_a_query_over_many_metrics_is_asked_with_the_alarms_period_unless_it_groups() -> None:
    payload, select = sample("metric-math"), 'SELECT MAX(Depth) FROM SCHEMA("CI", Pool)'
    payload["Trigger"]["Metrics"] = [{"Id": "q1", "Expression": select, "ReturnData": True}]
    (query,) = asked(payload).queries
    assert (query["Expression"], query["Period"]) == (select, payload["Trigger"]["Period"])
    payload["Trigger"]["Metrics"][0]["Expression"] += " group by Pool"
    assert watched(payload) is None


def test_an_alarm_on_low_values_is_known_from_both_messages() -> None:
    payload = sample("metric-piped-description")
    payload["Trigger"]["ComparisonOperator"] = "LessThanThreshold"
    assert asked(payload).falling
    event = sample("eventbridge-state-change")
    event["detail"]["state"]["reason"] = "1 datapoint [3.0] was less than or equal to the threshold (90.0)."
    assert asked(event).falling
    assert asked(event).threshold == 90


def test_an_alarm_that_was_found_by_a_look_is_asked_as_its_message_would_be() -> None:
    described = {
        "AlarmName": "queue",
        "AlarmArn": "arn:aws:cloudwatch:us-west-2:123456789012:alarm:queue",
        "StateValue": "ALARM",
        "StateUpdatedTimestamp": datetime(2026, 11, 23, 3, 10, tzinfo=UTC),
        "MetricName": "QueuedJobs",
        "Namespace": "CI/Runners",
        "Statistic": "SampleCount",
        "Dimensions": [{"Name": "Pool", "Value": "x64"}],
        "Period": 60,
        "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    (query,) = asked(message(described, {})).queries
    assert query["MetricStat"]["Stat"] == "SampleCount"
    assert query["MetricStat"]["Metric"]["Dimensions"] == described["Dimensions"]


@pytest.mark.parametrize(
    "name",
    [
        "composite",
        "eventbridge-composite-tagged",
        "log-alarm-tagged",
        "promql-alarm-resolved",
        "contributor-sns",
        "contributor-eventbridge",
        "contributor-with-id-only",
        "eventbridge-configuration-change",
    ],
)
def test_what_is_not_one_series_of_a_metric_is_not_asked_for(name: str) -> None:
    assert watched(sample(name)) is None


def queries(number: int = 2, *, shown: int = 1, period: object = 60) -> dict[str, Any]:
    """A message about this many metrics, of which the first few are shown."""
    stat = {"Metric": {"MetricName": "Depth", "Namespace": "CI"}, "Period": period, "Stat": "Sum"}
    metrics = [{"Id": f"m{n}", "MetricStat": stat, "ReturnData": n < shown} for n in range(number)]
    payload = sample("metric-math")
    return payload | {"Trigger": {**payload["Trigger"], "Metrics": metrics}}


def with_bands(number: int) -> dict[str, Any]:
    payload = queries()
    band = {"Expression": "ANOMALY_DETECTION_BAND(m0, 2)", "ReturnData": True}
    payload["Trigger"]["Metrics"] += [band | {"Id": f"ad{n}"} for n in range(number)]
    return payload


@pytest.mark.parametrize(
    ("payload", "is_asked"),
    [
        (queries(20), True),
        (queries(21), False),
        (queries(period=86_400), True),
        (queries(period=86_401), False),
        (queries(period=1), True),
        (queries(period=0), False),
        (queries(period=-60), False),
        (queries(period=True), False),
        (queries(period="60"), False),
        (queries(shown=0), False),
        (queries(shown=2), False),
        (with_bands(1), True),
        (with_bands(2), False),
    ],
)
def test_one_series_of_up_to_twenty_metrics_and_a_day_is_asked_for(
    payload: dict[str, Any], *, is_asked: bool
) -> None:
    assert (watched(payload) is not None) is is_asked


def test_what_is_not_an_alarm_is_not_asked_for() -> None:
    assert watched({}) is None
    assert (
        watched({"AlarmName": "x", "NewStateValue": "ALARM", "Trigger": {"Metrics": [{"Id": "a"}]}}) is None
    )


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_that_is_asked_for_is_a_valid_call(path: Path) -> None:
    payload = json.loads(path.read_text(encoding="utf-8"))["payload"]
    found = watched(payload) if isinstance(payload, dict) else None
    assert found is None or taken(found)


VARIED = ("metric-piped-description", "metric-math", "eventbridge-metric-math", "anomaly-detection")
GOLDEN = Path(__file__).parents[1] / "golden" / "alarm_metrics.json"


def written(payload: dict[str, Any]) -> dict[str, Any] | None:
    found = watched(payload)
    return {**asdict(found), "period": found.period.total_seconds()} if found else None


def differing(payload: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any] | None:
    found = written(payload)
    return found and {name: value for name, value in found.items() if value != usual[name]}


def varied(payload: dict[str, Any]) -> dict[str, Any]:
    """Read a message with each member of its metrics removed, and replaced by something else."""
    usual = written(payload)
    assert usual
    paths = [path for path in members(payload) if {"Trigger", "configuration"} & {*path}]
    return {
        change: {
            "/".join(map(str, path)): differing(replaced(payload, path, *other), usual) for path in paths
        }
        for change, other in (("without", ()), ("with ? in place of", ("?",)), ("with 7 in place of", (7,)))
    }


def golden() -> dict[str, Any]:
    names = [path.stem for path in sorted(SAMPLES.glob("*.json"))]
    sent = {name: sample(name) for name in names}
    read = {name: written(each) for name, each in sent.items() if isinstance(each, dict)}
    return json.loads(json.dumps({"samples": read, "varied": {name: varied(sent[name]) for name in VARIED}}))  # type: ignore[no-any-return]


def test_what_is_asked_for_each_alarm_is_as_recorded() -> None:
    """`python -m tests.unit.adapters.test_alarm_metrics` records it again; read the difference first."""
    assert golden() == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_what_a_row_keeps_of_a_message_is_asked_as_the_message_is() -> None:
    payload = sample("metric-math")
    assert watched(texts.keep(payload, 20_000)) == watched(payload)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Id", "MetricStat", "Metric", "Period", "Stat", "Dimensions", "ReturnData", "Unit"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(metrics=JSON, field=JSON, name=st.sampled_from(["Period", "Dimensions", "Statistic", "MetricName"]))
def test_whatever_a_message_holds_the_call_is_valid_or_not_made(metrics: Any, field: Any, name: str) -> None:
    payload = sample("metric-piped-description")
    for trigger in ({"Metrics": metrics}, payload["Trigger"] | {name: field}):
        found = watched(payload | {"Trigger": trigger})
        assert found is None or (taken(found) and found.period > timedelta())


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
