"""What a CloudWatch alarm watches, as labels for people, and the lines of a log alarm."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters import fields, texts
from chalicelib.adapters.alarm_condition import BAND, Asked

_OF_AN_ARN = re.compile(r"arn:[\w-]{1,50}:cloudwatch:[\w-]{1,50}:\w{1,50}:alarm:", re.ASCII)


MOST_LOG_LINES = 20


@dataclass(frozen=True, slots=True)
class AlarmMetric:
    """A metric that an alarm watches."""

    name: str
    namespace: str
    dimensions: Mapping[str, str]


def of_sns(payload: Mapping[str, Any], asked: Asked) -> dict[str, str]:
    """Read the trigger in SNS's JSON, or the rule of a composite alarm."""
    trigger = fields.mapping(payload.get("Trigger"))
    entries = list(fields.mappings(trigger.get("Metrics")))
    watched = [fields.mapping(fields.mapping(entry.get("MetricStat")).get("Metric")) for entry in entries]
    metrics = [
        AlarmMetric(
            fields.line(metric, "MetricName"),
            fields.line(metric, "Namespace"),
            _pairs(metric.get("Dimensions")),
        )
        for metric in (trigger, *watched)
    ]
    return _labels(
        metrics,
        asked=asked,
        expressions=[fields.line(entry, "Expression") for entry in entries],
        rule=fields.line(payload, "AlarmRule"),
        children=[_child(child, "Arn") for child in fields.mappings(payload.get("TriggeringChildren"))],
    )


def of_event(configuration: Mapping[str, Any], asked: Asked, data: Mapping[str, Any]) -> dict[str, str]:
    """Read the configuration in EventBridge's event, and the data of the state's reason."""
    entries = list(fields.mappings(configuration.get("metrics")))
    watched = [fields.mapping(fields.mapping(entry.get("metricStat")).get("metric")) for entry in entries]
    metrics = [
        AlarmMetric(
            fields.line(metric, "name"),
            fields.line(metric, "namespace"),
            fields.strings(metric.get("dimensions")),
        )
        for metric in watched
    ]
    expressions = [fields.line(entry, "expression") for entry in entries]
    return _labels(
        metrics,
        asked=asked,
        expressions=expressions,
        rule=fields.line(configuration, "alarmRule"),
        children=[_child(child, "arn") for child in fields.mappings(data.get("triggeringAlarms"))],
    )


def log_lines(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Read the lines that a log alarm sends (`ActionLogLineCount`); AWS does not document the member."""
    found = (value for name, value in message.items() if "loglines" in name.casefold())
    lines = next((value for value in found if isinstance(value, list)), [])
    return tuple(filter(None, (texts.line(_logged(line)) for line in lines[:MOST_LOG_LINES])))


def _logged(line: object) -> str:
    if isinstance(line, Mapping):
        pairs = fields.lowered(fields.strings(line))
        return pairs.get("message") or pairs.get("@message") or ", ".join(pairs.values())
    return line if isinstance(line, str) else ""


def _labels(
    metrics: list[AlarmMetric],
    *,
    asked: Asked,
    expressions: list[str],
    rule: str,
    children: Iterable[str],
) -> dict[str, str]:
    dimensions: dict[str, list[str]] = {}
    for name, value in (pair for metric in metrics for pair in metric.dimensions.items()):
        dimensions.setdefault(name, []).append(value)
    ours = {
        "Metric": _joined(metric.name for metric in metrics),
        "Namespace": _joined(metric.namespace for metric in metrics),
        "Condition": asked.words,
        "Expression": _joined(text for text in expressions if not text.startswith(BAND)),
        "AlarmRule": _OF_AN_ARN.sub("", rule),
        "Triggered by": _joined(children),
    }
    told = {name: value for name, value in ours.items() if value}
    return told | {name: _joined(values) for name, values in dimensions.items() if name not in told}


def _child(child: Mapping[str, Any], name: str) -> str:
    """Name an alarm of a composite one by the end of its ARN."""
    return fields.line(child, name).rpartition(":alarm:")[2]


def _pairs(dimensions: object) -> dict[str, str]:
    return {fields.line(pair, "name"): fields.line(pair, "value") for pair in fields.mappings(dimensions)}


def _joined(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value))
