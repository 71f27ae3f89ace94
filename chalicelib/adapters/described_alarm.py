"""An alarm as DescribeAlarms returns it -> the message that SNS would have delivered. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-notification-schemas.html
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.adapters import fields

Described = Mapping[str, Any]

AS_THEY_ARE = (
    *("AlarmName", "AlarmDescription", "AlarmArn", "AlarmRule"),
    *("OKActions", "AlarmActions", "InsufficientDataActions"),
)
OF_TRIGGER = (
    *("MetricName", "Namespace", "Unit", "Period", "EvaluationPeriods", "DatapointsToAlarm", "Threshold"),
    *("ComparisonOperator", "ThresholdMetricId", "TreatMissingData", "EvaluateLowSampleCountPercentile"),
)


def message(
    alarm: Described, tags: Mapping[str, str], contributor: Described | None = None
) -> dict[str, Any]:
    """Write what SNS would have sent when this alarm, or one of its contributors, went to ALARM."""
    changed = contributor if contributor and contributor.get("StateTransitionedTimestamp") else alarm
    sent = {name: alarm[name] for name in AS_THEY_ARE if name in alarm} | {
        "AWSAccountId": str(alarm["AlarmArn"]).split(":")[4],
        "NewStateValue": alarm["StateValue"],
        "NewStateReason": (contributor or alarm).get("StateReason", ""),
        "StateChangeTime": time(changed.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]),
    }
    if "AlarmRule" in alarm:
        sent["TriggeringChildren"] = _children(alarm.get("StateReasonData"))
    elif trigger := _trigger(alarm):
        sent["Trigger"] = trigger
    if tags:
        sent["AlarmTags"] = [{"key": key, "value": value} for key, value in tags.items()]
    if contributor:
        sent["AlarmContributorAttributes"] = dict(contributor.get("ContributorAttributes") or {})
        sent["AlarmContributorId"] = contributor["ContributorId"]
    return sent


def has_contributors(alarm: Described) -> bool:
    """Whether an alarm watches several series: PromQL, or a query that groups."""
    queries = [fields.line(entry, "Expression") for entry in fields.mappings(alarm.get("Metrics"))]
    return (
        "EvaluationCriteria" in alarm or of_log(alarm) or any("GROUP BY" in text.upper() for text in queries)
    )


def of_log(alarm: Described) -> bool:
    """Whether it is a log alarm that groups, which reports only its contributors."""
    asked = fields.mapping(alarm.get("ScheduledQueryConfiguration"))
    return " by " in fields.line(asked, "AggregationExpression").lower()


def time(moment: datetime) -> str:
    """Write a time as CloudWatch does: `2026-11-23T03:10:04.677+0000`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0000"


def _trigger(alarm: Described) -> dict[str, Any]:
    trigger = {name: alarm[name] for name in OF_TRIGGER if name in alarm}
    if "Statistic" in alarm:
        trigger |= {"StatisticType": "Statistic", "Statistic": str(alarm["Statistic"]).upper()}
    if "ExtendedStatistic" in alarm:
        trigger |= {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": alarm["ExtendedStatistic"]}
    if "MetricName" in alarm:
        trigger["Dimensions"] = _dimensions(alarm.get("Dimensions"))
    if alarm.get("Metrics"):
        trigger["Metrics"] = [_entry(entry) for entry in alarm["Metrics"]]
    return trigger


def _entry(entry: Described) -> dict[str, Any]:
    stat = entry.get("MetricStat")
    if not stat:
        return dict(entry)
    metric = stat["Metric"] | {"Dimensions": _dimensions(stat["Metric"].get("Dimensions"))}
    return {**entry, "MetricStat": {**stat, "Metric": metric}}


def _dimensions(dimensions: object) -> list[dict[str, str]]:
    return [{"value": each["Value"], "name": each["Name"]} for each in fields.mappings(dimensions)]


def _children(reason_data: object) -> list[dict[str, Any]]:
    """Read which alarms triggered a composite alarm; what cannot be read is left out."""
    try:
        triggering = json.loads(str(reason_data))["triggeringAlarms"]
        return [{"Arn": str(each["arn"])} for each in triggering]
    except (ValueError, KeyError, TypeError):
        return []
