"""The metrics that an alarm compares, as GetMetricData takes them. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalicelib.adapters import fields, texts
from chalicelib.adapters.alarm import StateChange, read
from chalicelib.adapters.alarm_condition import BAND, STATISTICS
from chalicelib.errors import Rejected

MOST_QUERIES = 20
"""PutMetricAlarm accepts no more (`MetricDataQuery`, above)."""

LONGEST_PERIOD = 86_400
LONGEST_NAME = 300
"""How much of the measured expression a row keeps, in code points: some have thousands."""

FALLING = ("below", "at most")
ONLY = "m1"
"""The name of the metric of an alarm that has only one."""

Object = Mapping[str, Any]
Query = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Watched:
    """What to ask for; `compared` and `band` name the queries whose results are shown.

    `falling` says that the alarm is about low values.
    """

    queries: tuple[Query, ...]
    compared: str
    band: str
    period: timedelta
    threshold: float | None
    falling: bool
    name: str
    unit: str


def watched(payload: Object) -> Watched | None:
    """Read what an alarm watches; None if that is not one series of a metric.

    So composite, log and PromQL alarms have none, nor do contributors: if a query groups, no message says
    which of the series is theirs.
    """
    try:
        change = read(payload)
    except Rejected:
        return None
    if not isinstance(change, StateChange) or change.contributor:
        return None
    queries = _queries(payload)
    if any("GROUP BY" in fields.line(query, "Expression").upper() for query in queries):
        return None
    if not 0 < len(queries) <= MOST_QUERIES or not all(map(_complete, queries)):
        return None
    period = max(map(_period, queries))
    shown = [query["Id"] for query in queries if query["ReturnData"] and not _is_band(query)]
    bands = [query["Id"] for query in queries if query["ReturnData"] and _is_band(query)]
    if len(shown) != 1 or len(bands) > 1 or not 0 < period <= LONGEST_PERIOD:
        return None
    return Watched(
        queries=tuple(queries),
        compared=shown[0],
        band=next(iter(bands), ""),
        period=timedelta(seconds=period),
        threshold=None if bands else change.asked.threshold,
        falling=change.asked.operator.startswith(FALLING),
        name=texts.cut(change.asked.what, LONGEST_NAME),
        unit=change.asked.unit,
    )


def _queries(payload: Object) -> list[Query]:
    trigger = fields.mapping(payload.get("Trigger"))
    configuration = fields.mapping(fields.mapping(payload.get("detail")).get("configuration"))
    entries = list(fields.mappings(trigger.get("Metrics") or configuration.get("metrics")))
    if not entries and trigger.get("MetricName"):
        return [{"Id": ONLY, "MetricStat": _only(trigger), "ReturnData": True}]
    return [_query(entry, _whole(trigger.get("Period"))) for entry in entries]


def _only(trigger: Object) -> Query:
    """Read the only metric of SNS's message, which writes the statistic in capitals."""
    statistic = fields.line(trigger, "Statistic")
    named = STATISTICS.get(statistic, statistic).title().replace(" ", "")
    stat = {"Stat": fields.line(trigger, "ExtendedStatistic") or named}
    return _stat({**stat, "Metric": trigger, "Period": trigger.get("Period"), "Unit": trigger.get("Unit")})


def _query(entry: Object, usual: int) -> Query:
    """Read an entry in either form: SNS capitalises names, EventBridge does not.

    A Metrics Insights query needs its own period, which is the alarm's `usual` one.
    """
    told = _capital(entry)
    shown = str(told.get("ReturnData")).lower() != "false"
    query: Query = {"Id": fields.line(told, "Id"), "ReturnData": shown}
    if stat := fields.mapping(told.get("MetricStat")):
        query["MetricStat"] = _stat(_capital(stat))
    else:
        query["Expression"] = fields.line(told, "Expression")
        insights = usual if query["Expression"].lstrip().upper().startswith("SELECT") else 0
        if period := _whole(told.get("Period")) or insights:
            query["Period"] = period
    if account := fields.line(told, "AccountId"):
        query["AccountId"] = account
    return query


def _stat(stat: Object) -> Query:
    metric = _capital(fields.mapping(stat.get("Metric")))
    query: Query = {
        "Metric": {
            "Namespace": fields.line(metric, "Namespace"),
            "MetricName": fields.line(metric, "MetricName") or fields.line(metric, "Name"),
            "Dimensions": _dimensions(metric.get("Dimensions")),
        },
        "Period": _whole(stat.get("Period")),
        "Stat": fields.line(stat, "Stat"),
    }
    return query | ({"Unit": unit} if (unit := fields.line(stat, "Unit")) else {})


def _dimensions(told: object) -> list[dict[str, str]]:
    if isinstance(told, Mapping):
        return [{"Name": name, "Value": value} for name, value in fields.strings(told).items()]
    pairs = [_capital(each) for each in fields.mappings(told)]
    return [{"Name": fields.line(pair, "Name"), "Value": fields.line(pair, "Value")} for pair in pairs]


def _capital(entry: Object) -> Object:
    return {name[:1].upper() + name[1:]: value for name, value in entry.items()}


def _period(query: Query) -> int:
    period: int = query.get("MetricStat", query).get("Period", 0)
    return period


def _is_band(query: Query) -> bool:
    return fields.line(query, "Expression").startswith(BAND)


def _complete(query: Query) -> bool:
    """Whether nothing is missing that the call needs: parts that were cut from a message are not guessed."""
    stat = query.get("MetricStat")
    if stat is None:
        return bool(query["Id"] and query["Expression"])
    metric = stat["Metric"]
    named = all(each["Name"] and each["Value"] for each in metric["Dimensions"])
    return bool(query["Id"] and metric["Namespace"] and metric["MetricName"] and stat["Stat"]) and named


def _whole(value: object) -> int:
    return max(0, value) if isinstance(value, int) and value is not True else 0
