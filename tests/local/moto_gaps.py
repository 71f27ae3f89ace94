"""Where moto falls short of AWS, and deploying for real would notice.

- It imports OpenAPI 3 only; Chalice writes Swagger 2, which differs in nothing that moto reads.
- It polls the queue of an event source mapping itself, and runs functions in Docker; here a mapping is
  kept as made, and whoever wants its function run does so.
- It finds an event source mapping by its function's ARN alone, and not by the name, which AWS takes too.
- It rewrites a queue's policies, with blanks, and forgets which queues may use it as their DLQ; AWS gives
  both back as they came. Terraform, which writes no blanks, would wait and find changes for ever.
- It describes alarms in one answer of metric and composite ones, whatever is asked of their state together
  with their types, and takes a name of any length; it knows neither contributors nor mute rules. Here what
  AWS documents is done: pages of at most a hundred, filters that go together, and a refusal of the whole
  request for a name above 255 characters.
- Of metric math it knows only names, of statistics only the simple ones. Here an anomaly's band is half the
  average below and above it, as two series under one name, and a percentile is the value at its rank.
- It knows no saved queries of Logs Insights; here they are kept as made.
- It reads no conditions, so that a bucket that refuses whoever comes without TLS refuses everybody; here a
  bucket's policy is kept as made, and not judged.
"""

import json
from functools import partial
from types import SimpleNamespace
from typing import Any

from moto.apigateway import responses as moto_apigateway
from moto.awslambda import models as moto_lambda
from moto.cloudwatch import models as moto_metrics
from moto.cloudwatch import responses as moto_cloudwatch
from moto.cloudwatch.exceptions import ValidationError
from moto.core.responses import ActionResult
from moto.iam.access_control import PermissionResult
from moto.logs import responses as moto_logs
from moto.s3 import models as moto_s3
from moto.sqs import models as moto_sqs

MOST_ALARMS, LONGEST_ALARM_NAME = 100, 255

BAND = "ANOMALY_DETECTION_BAND("

simple_statistic = moto_metrics.Statistics.get_statistics_for_type
event_source_mappings = moto_lambda.LambdaBackend.list_event_source_mappings
metric_data = moto_metrics.CloudWatchBackend.get_metric_data
read_document = moto_apigateway.deserialize_body
tight_json = SimpleNamespace(loads=json.loads, dumps=partial(json.dumps, separators=(",", ":")))


def bridge() -> None:
    """Bridge the gaps, in this process."""
    _replace(moto_apigateway, "deserialize_body", _as_openapi)
    alarms = moto_cloudwatch.CloudWatchResponse
    _replace(alarms, "describe_alarms", _describe_alarms)
    _replace(alarms, "describe_alarm_contributors", lambda _: ActionResult({"AlarmContributors": []}))
    _replace(alarms, "list_alarm_mute_rules", lambda _: ActionResult({"AlarmMuteRuleSummaries": []}))
    _replace(moto_metrics.Statistics, "get_statistics_for_type", _statistic)
    _replace(moto_metrics.CloudWatchBackend, "get_metric_data", _metric_data)
    _replace(moto_lambda.LambdaBackend, "list_event_source_mappings", _event_source_mappings)
    logs = moto_logs.LogsResponse
    _replace(logs, "put_query_definition", _put_query_definition)
    _replace(logs, "describe_query_definitions", _describe_query_definitions)
    _replace(logs, "delete_query_definition", _delete_query_definition)
    _replace(moto_s3.FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)
    _replace(moto_sqs, "json", tight_json)
    if "RedriveAllowPolicy" not in moto_sqs.Queue.BASE_ATTRIBUTES:
        moto_sqs.Queue.BASE_ATTRIBUTES.append("RedriveAllowPolicy")
    _replace(moto_sqs.Queue, "redrive_allow_policy", None)
    _replace(moto_sqs.Queue, "lambda_event_source_mappings", property(lambda _: {}, lambda *_: None))


def _replace(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def _as_openapi(body: str) -> Any:
    document = read_document(body)
    if document.pop("swagger", None):
        document["openapi"] = "3.0.0"
        document["info"].setdefault("description", "")
    return document


def _event_source_mappings(backend: Any, source: str, function: str) -> list[Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html, by a name or an ARN."""
    found = event_source_mappings(backend, source, "")
    name = (function or "").rpartition(":")[2]
    return [each for each in found if name in ("", each.function_name.rpartition(":")[2])]


def _describe_alarms(call: Any) -> ActionResult:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html"""
    names, types = call._get_param("AlarmNames", []), call._get_param("AlarmTypes", ["MetricAlarm"])
    if len(names) > MOST_ALARMS or any(len(name) > LONGEST_ALARM_NAME for name in names):
        raise ValidationError("1 validation error detected: a name of an alarm is too long, or they are many")
    state, begin = call._get_param("StateValue"), int(call._get_param("NextToken") or 0)
    end = begin + int(call._get_param("MaxRecords") or MOST_ALARMS)
    found = [
        alarm
        for alarm in sorted(call.cloudwatch_backend.describe_alarms(), key=lambda alarm: alarm.name)
        if (not names or alarm.name in names)
        and (not state or alarm.state_value == state)
        and ("MetricAlarm" if alarm.rule is None else "CompositeAlarm") in types
    ]
    page = {
        "MetricAlarms": [alarm for alarm in found[begin:end] if alarm.rule is None],
        "CompositeAlarms": [alarm for alarm in found[begin:end] if alarm.rule is not None],
    }
    return ActionResult(page | ({"NextToken": str(end)} if end < len(found) else {}))


def _saved(call: Any) -> dict[str, dict[str, Any]]:
    """The saved queries of an account and region, by their ids."""
    saved: dict[str, dict[str, Any]] = vars(call.logs_backend).setdefault("query_definitions", {})
    return saved


def _put_query_definition(call: Any) -> ActionResult:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html"""
    names = ("name", "queryString", "logGroupNames")
    key = call._get_param("queryDefinitionId") or f"query-{len(_saved(call)) + 1}"
    kept = {name: call._get_param(name) for name in names}
    _saved(call)[key] = kept | {"queryDefinitionId": key}
    return ActionResult({"queryDefinitionId": key})


def _describe_query_definitions(call: Any) -> ActionResult:
    prefix = call._get_param("queryDefinitionNamePrefix") or ""
    return ActionResult(
        {"queryDefinitions": [each for each in _saved(call).values() if each["name"].startswith(prefix)]}
    )


def _delete_query_definition(call: Any) -> ActionResult:
    return ActionResult({"success": _saved(call).pop(call._get_param("queryDefinitionId"), None) is not None})


def _statistic(statistics: Any, stat: str) -> Any:
    rank, values = stat.removeprefix("p"), sorted(statistics.metric_single_values_list)
    if not rank.replace(".", "", 1).isdigit() or not values:
        return simple_statistic(statistics, stat)
    return values[min(int(len(values) * float(rank) / 100), len(values) - 1)]


def _metric_data(
    backend: Any, queries: list[dict[str, Any]], *args: Any, **kwargs: Any
) -> list[dict[str, Any]]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html"""
    asked = [query for query in queries if not query.get("Expression", "").startswith(BAND)]
    found: list[dict[str, Any]] = metric_data(backend, asked, *args, **kwargs)
    for query in (query for query in queries if query not in asked):
        of = query["Expression"].removeprefix(BAND).partition(",")[0]
        series = next(each for each in found if each["id"] == of)
        average = sum(series["values"]) / max(len(series["values"]), 1)
        for share in (1.5, 0.5):
            found += [series | {"id": query["Id"], "values": [average * share] * len(series["values"])}]
    return found
