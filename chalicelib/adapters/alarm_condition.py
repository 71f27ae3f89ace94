"""A CloudWatch alarm's condition in words, and what it measured. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import quantities
from chalicelib.adapters import fields, texts

OPERATORS = {
    "GreaterThanThreshold": "above",
    "GreaterThanOrEqualToThreshold": "at least",
    "LessThanThreshold": "below",
    "LessThanOrEqualToThreshold": "at most",
    "GreaterThanUpperThreshold": "above the expected band",
    "LessThanLowerThreshold": "below the expected band",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside the expected band",
}
BAND = "ANOMALY_DETECTION_BAND"
STATISTICS = {"SAMPLECOUNT": "Sample count"}
SPANS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))

_NUMBER = r"([-+]?\d{1,310}(?:\.\d{1,30})?(?:[eE][-+]?\d{1,3})?)"
_VALUE = re.compile(rf"datapoints? \[{_NUMBER}")
_BOUND = re.compile(rf"(?:upper|lower) thresholds? \[{_NUMBER}")
_THRESHOLD = re.compile(rf"the threshold \({_NUMBER}\)")
_COMPARED = re.compile(r"(greater|less) than (or equal to )?the threshold")
_IN_WORDS = {
    ("greater", ""): "above",
    ("greater", "or equal to "): "at least",
    ("less", ""): "below",
    ("less", "or equal to "): "at most",
}

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is watched, such as `p99 of Latency`, and what makes the alarm fire, if the message says so."""

    what: str = ""
    operator: str = ""
    threshold: float | None = None
    unit: str = ""
    lasting: str = ""

    @property
    def words(self) -> str:
        """Write `p99 of Latency above 2 s for 5 of 5 minutes`; empty if the message says too little."""
        if not self.what and self.threshold is None:
            return ""
        limit = "" if self.threshold is None else quantities.configured(self.threshold, self.unit)
        operator = self.operator or ("against a threshold of" if limit else "")
        if not limit and operator in _IN_WORDS.values():
            operator = ""
        return " ".join(filter(None, [self.what, operator, limit, self.lasting]))

    def measured(self, reason: object, data: Object) -> tuple[str, str | None] | None:
        """Write the latest measurement and the threshold; None if the message has no value."""
        text = fields.title(reason, fields.MAX_RAW)
        value, bound = _found(_VALUE, text), _found(_BOUND, text)
        value = _newest(data) if value is None else value
        threshold = bound if self.threshold is None else self.threshold
        if value is None:
            return None
        if threshold is None:
            return quantities.quantity(value, self.unit), None
        return quantities.against(value, threshold, self.unit)


def of_sns(trigger: Object) -> Asked:
    """Read the trigger in SNS's JSON."""
    main = _main(trigger.get("Metrics"))
    period = _whole(trigger.get("Period")) or _whole(_stat(main).get("Period"))
    periods = _whole(trigger.get("EvaluationPeriods"))
    operator = fields.line(trigger, "ComparisonOperator")
    return Asked(
        what=_what(main) if main else _watched(trigger, fields.line(trigger, "MetricName")),
        operator=OPERATORS.get(operator, operator),
        threshold=_number(trigger.get("Threshold")),
        unit=fields.word(trigger.get("Unit")) or fields.word(_stat(main).get("Unit")),
        lasting=_lasting(period, periods, _whole(trigger.get("DatapointsToAlarm")) or periods),
    )


def of_event(configuration: Object, reason: object, data: Object) -> Asked:
    """Read EventBridge's event, which has the threshold in the reason's data, but no operator."""
    main = _main(configuration.get("metrics"))
    text = fields.title(reason, fields.MAX_RAW)
    compared = _COMPARED.search(text)
    return Asked(
        what=_what(main),
        operator=_IN_WORDS[compared[1], compared[2] or ""] if compared else "",
        threshold=_number(data.get("threshold")) if "threshold" in data else _found(_THRESHOLD, text),
        unit=fields.word(_stat(main).get("unit")) or fields.word(data.get("unit")),
        lasting=_lasting(_whole(data.get("period")) or _whole(_stat(main).get("period")), 0, 0),
    )


def reason_data(value: object) -> Object:
    """Read a reason's data, which is JSON in a string; empty if it is not valid."""
    return fields.mapping(texts.parsed(value) if isinstance(value, str) else None)


def _main(metrics: object) -> Object:
    """Find the metric that is compared: the one that returns data and is not a band."""
    for entry in fields.mappings(metrics):
        told = entry.get("ReturnData", entry.get("returnData"))
        if str(told).lower() != "false" and not _either(entry, "Expression").startswith(BAND):
            return entry
    return {}


def _what(entry: Object) -> str:
    stat = _stat(entry)
    metric = fields.mapping(stat.get("Metric", stat.get("metric")))
    name = fields.line(metric, "MetricName") or fields.line(metric, "name")
    if name:
        return _watched({"Statistic": _either(stat, "Stat")}, name)
    return _either(entry, "Label") or _either(entry, "Expression")


def _watched(trigger: Object, name: str) -> str:
    statistic = fields.line(trigger, "ExtendedStatistic") or fields.line(trigger, "Statistic")
    if statistic.isupper():
        statistic = STATISTICS.get(statistic, statistic.capitalize())
    return f"{statistic} of {name}" if statistic and name else name


def _lasting(period: int, periods: int, datapoints: int) -> str:
    """Write `for 5 of 5 minutes`, `for 1 day`; without the number of periods `over 1 minute`."""
    if not period:
        return f"for {datapoints} of {periods} periods" if periods else ""
    seconds, name = next(span for span in SPANS if period % span[0] == 0)
    each = period // seconds
    if not periods:
        return f"over {quantities.counted(each, name)}"
    least = f"{datapoints * each:,} of " if periods > 1 else ""
    return f"for {least}{quantities.counted(periods * each, name)}"


def _newest(data: Object) -> float | None:
    """Find the newest value in a reason's data; a list without times has the newest last."""
    dated = [
        each
        for each in fields.mappings(data.get("evaluatedDatapoints"))
        if _number(each.get("value")) is not None
    ]
    if dated:
        return _number(max(dated, key=lambda each: fields.line(each, "timestamp"))["value"])
    recent = data.get("recentDatapoints")
    return _number(recent[-1]) if isinstance(recent, list) and recent else None


def _found(pattern: re.Pattern[str], text: str) -> float | None:
    found = pattern.search(text)
    return float(found[1]) if found else None


def _stat(entry: Object) -> Object:
    return fields.mapping(entry.get("MetricStat", entry.get("metricStat")))


def _either(entry: Object, name: str) -> str:
    """Read a field that SNS writes with a capital letter and EventBridge without."""
    return fields.line(entry, name) or fields.line(entry, name[0].lower() + name[1:])


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e300 else None


def _whole(value: object) -> int:
    return value if isinstance(value, int) and value in range(10**9) else 0
