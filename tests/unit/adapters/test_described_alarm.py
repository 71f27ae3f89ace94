"""An alarm as DescribeAlarms gives it becomes the alert that its SNS message would have become."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.adapters import described_alarm
from chalicelib.alert import AlertEvent
from tests.unit.adapters.test_adapters import one, payload
from tests.unit.messages import FALLBACK

SAMPLES = (
    *("metric-piped-description", "metric-math", "anomaly-detection", "composite", "metric-china"),
    *("metric-name-with-colons", "contributor-sns", "contributor-unicode", "description-wins-over-tags"),
)
NAMES = {"MetricName", "Namespace", "Period", "EvaluationPeriods", "DatapointsToAlarm", "Threshold"} | {
    *("ComparisonOperator", "ThresholdMetricId", "TreatMissingData")
}


def described(sent: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str], dict[str, Any] | None]:
    """Return the alarm behind an SNS message, with its tags and its contributor, as AWS describes it."""
    trigger = sent.get("Trigger", {})
    changed = datetime.fromisoformat(sent["StateChangeTime"])
    alarm = {name: sent[name] for name in described_alarm.AS_THEY_ARE if sent.get(name) is not None}
    alarm |= {name: value for name, value in trigger.items() if name in NAMES and value is not None}
    alarm |= {
        "StateValue": sent["NewStateValue"],
        "StateReason": sent["NewStateReason"],
        "StateUpdatedTimestamp": datetime(2026, 1, 1, tzinfo=UTC),
        "StateTransitionedTimestamp": changed,
    }
    if "Statistic" in trigger:
        alarm["Statistic"] = trigger["Statistic"].capitalize()
    if "MetricName" in trigger:
        alarm["Dimensions"] = _dimensions(trigger.get("Dimensions", []))
    if "Metrics" in trigger:
        alarm["Metrics"] = [_entry(entry) for entry in trigger["Metrics"]]
    if "TriggeringChildren" in sent:
        children = [{"arn": child["Arn"], "state": {}} for child in sent["TriggeringChildren"]]
        alarm["StateReasonData"] = json.dumps({"triggeringAlarms": children})
    listed = sent.get("AlarmTags", {})
    tags = listed if isinstance(listed, dict) else {tag["key"]: tag["value"] for tag in listed}
    if not (attributes := sent.get("AlarmContributorAttributes")):
        return alarm, tags, None
    alarm |= {"StateReason": "1 out of 1 time series evaluated to ALARM", "StateTransitionedTimestamp": None}
    return alarm, tags, {
        "ContributorId": "6d442278dba546f6",
        "ContributorAttributes": attributes,
        "StateReason": sent["NewStateReason"],
        "StateTransitionedTimestamp": changed,
    }  # fmt: skip


def _dimensions(pairs: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"Name": pair["name"], "Value": pair["value"]} for pair in pairs]


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    if "MetricStat" not in entry:
        return entry
    metric = entry["MetricStat"]["Metric"]
    told = metric | {"Dimensions": _dimensions(metric.get("Dimensions", []))}
    return entry | {"MetricStat": entry["MetricStat"] | {"Metric": told}}


def compared(alert: AlertEvent) -> dict[str, Any]:
    """Leave out what only SNS knows: the payload itself, and the previous state."""
    return alert.model_dump(exclude={"raw_provider", "began_anew"}) | {"fingerprint": alert.fingerprint}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_described_alarm_gives_the_alert_of_its_message(name: str) -> None:
    sent = payload(f"cloudwatch/{name}") | {"NewStateValue": "ALARM"}
    built = described_alarm.message(*described(sent))
    assert compared(one("cloudwatch", built, FALLBACK)) == compared(one("cloudwatch", sent, FALLBACK))
    assert json.loads(json.dumps(built)) == built, "it is kept as JSON"


def test_a_metric_may_have_no_dimensions() -> None:
    alarm, tags, _ = described(payload("cloudwatch/metric-piped-description"))
    del alarm["Dimensions"]
    assert described_alarm.message(alarm, tags)["Trigger"]["Dimensions"] == []
    query = {"Id": "m1", "MetricStat": {"Metric": {"MetricName": "Latency"}, "Period": 60, "Stat": "p99"}}
    (entry,) = described_alarm.message(alarm | {"Metrics": [query]}, tags)["Trigger"]["Metrics"]
    assert entry["MetricStat"]["Metric"]["Dimensions"] == []


@pytest.mark.parametrize("reason_data", [None, "", "{", "[]", '{"triggeringAlarms": [{}]}'])
def test_what_triggered_a_composite_alarm_is_left_out_where_it_cannot_be_read(
    reason_data: str | None,
) -> None:
    alarm, tags, _ = described(payload("cloudwatch/composite"))
    built = described_alarm.message(alarm | {"StateReasonData": reason_data}, tags)
    assert built["TriggeringChildren"] == []
    assert "Triggered by" not in one("cloudwatch", built, FALLBACK).labels


@pytest.mark.parametrize(
    ("fields", "several"),
    [
        ({}, False),
        ({"Metrics": [{"Expression": "SELECT MAX(cpu) FROM fleet"}]}, False),
        ({"Metrics": [{"Expression": "SELECT MAX(cpu) FROM fleet GROUP BY Host"}]}, True),
        ({"EvaluationCriteria": {"PromQLCriteria": {"Query": "up == 0"}}}, True),
        ({"ScheduledQueryConfiguration": {"AggregationExpression": "count(*)"}}, False),
        ({"ScheduledQueryConfiguration": {"AggregationExpression": "count(*) BY service"}}, True),
    ],
)
def test_an_alarm_on_several_series_is_known_by_its_query(fields: dict[str, Any], *, several: bool) -> None:
    assert described_alarm.has_contributors(fields) is several


def test_a_percentile_is_written_as_in_the_message() -> None:
    alarm, tags, _ = described(payload("cloudwatch/metric-piped-description"))
    del alarm["Statistic"]
    built = described_alarm.message(alarm | {"ExtendedStatistic": "p99"}, tags)
    trigger = built["Trigger"]
    assert (trigger["StatisticType"], trigger["ExtendedStatistic"]) == ("ExtendedStatistic", "p99")
