"""What a CloudWatch alarm watches, as labels for people."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters import fields, texts

OPERATORS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": ">=",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
    "GreaterThanUpperThreshold": "above the expected band",
    "LessThanLowerThreshold": "below the expected band",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside the expected band",
}
BAND = "ANOMALY_DETECTION_BAND"


@dataclass(frozen=True, slots=True)
class AlarmMetric:
    """A metric that an alarm watches."""

    name: str
    namespace: str
    dimensions: Mapping[str, str]


def of_sns(payload: Mapping[str, Any]) -> dict[str, str]:
    """Read the trigger of SNS's JSON, or the rule of a composite alarm."""
    trigger = _object(payload.get("Trigger"))
    entries = list(_objects(trigger.get("Metrics")))
    watched = [_object(_object(entry.get("MetricStat")).get("Metric")) for entry in entries]
    metrics = [
        AlarmMetric(_text(metric, "MetricName"), _text(metric, "Namespace"), _pairs(metric.get("Dimensions")))
        for metric in (trigger, *watched)
    ]
    return _labels(
        metrics,
        threshold=_threshold(trigger),
        expressions=[_text(entry, "Expression") for entry in entries],
        rule=_text(payload, "AlarmRule"),
        children=[_child(child) for child in _objects(payload.get("TriggeringChildren"))],
    )


def of_event(configuration: Mapping[str, Any]) -> dict[str, str]:
    """Read the configuration of EventBridge's event, which tells no threshold."""
    entries = list(_objects(configuration.get("metrics")))
    watched = [_object(_object(entry.get("metricStat")).get("metric")) for entry in entries]
    metrics = [
        AlarmMetric(
            _text(metric, "name"), _text(metric, "namespace"), fields.strings(metric.get("dimensions"))
        )
        for metric in watched
    ]
    expressions = [_text(entry, "expression") for entry in entries]
    return _labels(metrics, expressions=expressions, rule=_text(configuration, "alarmRule"))


def _labels(
    metrics: list[AlarmMetric],
    *,
    expressions: list[str],
    rule: str,
    threshold: str = "",
    children: Iterable[str] = (),
) -> dict[str, str]:
    dimensions: dict[str, list[str]] = {}
    for name, value in (pair for metric in metrics for pair in metric.dimensions.items()):
        dimensions.setdefault(name, []).append(value)
    ours = {
        "Metric": _joined(metric.name for metric in metrics),
        "Namespace": _joined(metric.namespace for metric in metrics),
        "Threshold": threshold,
        "Expression": _joined(text for text in expressions if not text.startswith(BAND)),
        "AlarmRule": rule,
        "Triggered by": _joined(children),
    }
    told = {name: value for name, value in ours.items() if value}
    return told | {name: _joined(values) for name, values in dimensions.items() if name not in told}


def _threshold(trigger: Mapping[str, Any]) -> str:
    """Write `> 80 in 2 of 3 periods of 5 minutes`, as far as it is told."""
    operator, value = _text(trigger, "ComparisonOperator"), trigger.get("Threshold")
    words = [OPERATORS.get(operator, operator)]
    if isinstance(value, int | float):
        words.append(fields.number(value))
    periods, datapoints = trigger.get("EvaluationPeriods"), trigger.get("DatapointsToAlarm")
    if isinstance(periods, int):
        words.append(f"in {datapoints if isinstance(datapoints, int) else periods} of {periods} periods")
    if isinstance(trigger.get("Period"), int):
        words.append(f"of {_duration(trigger['Period'])}")
    return " ".join(filter(None, words))


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if rest or not minutes:
        return f"{seconds} s"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _child(child: Mapping[str, Any]) -> str:
    """Name an alarm of a composite one by the end of its ARN."""
    return _text(child, "Arn").rpartition(":alarm:")[2]


def _pairs(dimensions: object) -> dict[str, str]:
    return {_text(pair, "name"): _text(pair, "value") for pair in _objects(dimensions)}


def _joined(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value))


def _text(value: Mapping[str, Any], name: str) -> str:
    return texts.line(value[name]) if isinstance(value.get(name), str) else ""


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else iter(())
