"""Payloads to start from, one for each kind of sender, firing since now."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

NEVER = "0001-01-01T00:00:00Z"


def _instant(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def _member(now: datetime, **more: Any) -> dict[str, Any]:
    """An alert of a group, as Grafana and Alertmanager both write it."""
    return {
        "status": "firing",
        "labels": {"alertname": "RunnerQueueTooLong", "team": "ci-runners", "pool": "linux-x64"},
        "annotations": {
            "priority": "P1",
            "summary": "118 jobs have waited for more than 10 minutes",
            "runbook_url": "https://example.org/runbooks/queue",
        },
        "startsAt": _instant(now),
        "endsAt": NEVER,
        "fingerprint": "c6eadffa33fcdf37",
        **more,
    }


def _grafana(now: datetime) -> dict[str, Any]:
    rule = "https://grafana.example.org/alerting/grafana/queue/view?orgId=1"
    return {
        "receiver": "alerting",
        "status": "firing",
        "orgId": 1,
        "alerts": [_member(now, generatorURL=rule, values={"B": 118}, orgId=1)],
        "externalURL": "https://grafana.example.org/",
        "version": "1",
        "groupKey": '{}:{alertname="RunnerQueueTooLong"}',
    }


def _alertmanager(now: datetime) -> dict[str, Any]:
    return {
        "version": "4",
        "groupKey": '{}:{alertname="RunnerQueueTooLong"}',
        "status": "firing",
        "receiver": "alerting",
        "externalURL": "https://alertmanager.example.org",
        "alerts": [_member(now, generatorURL="https://prometheus.example.org/graph?g0.expr=queue")],
    }


def _cloudwatch(now: datetime) -> dict[str, Any]:
    return {
        "AlarmName": "runner-queue-too-long",
        "AlarmArn": "arn:aws:cloudwatch:us-west-2:123456789012:alarm:runner-queue-too-long",
        "AlarmDescription": "TEAM=ci-runners | PRIORITY=P1 | RUNBOOK=https://example.org/runbooks/queue\n"
        "SUMMARY=118 jobs wait for a runner",
        "AWSAccountId": "123456789012",
        "Region": "US West (Oregon)",
        "OldStateValue": "OK",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed: 1 datapoint [118.0] was greater than the threshold (50.0).",
        "StateChangeTime": now.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "Trigger": {
            "MetricName": "QueuedJobs",
            "Namespace": "CI/Runners",
            "Statistic": "AVERAGE",
            "Dimensions": [{"name": "Pool", "value": "linux-x64"}],
            "Period": 300,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 50.0,
        },
    }


def _normalized(now: datetime) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "source": "backup-script",
        "state": "FIRING",
        "title": "Nightly backup is late",
        "summary": "No backup has finished since 02:00",
        "priority": "P2",
        "teams": ["storage"],
        "occurred_at": _instant(now),
        "identity": {"alarm_id": "nightly-backup"},
        "links": {"runbook_url": "https://example.org/runbooks/backup"},
    }


TEMPLATES: Mapping[str, Callable[[datetime], dict[str, Any]]] = MappingProxyType(
    {
        "grafana": _grafana,
        "cloudwatch": _cloudwatch,
        "alertmanager": _alertmanager,
        "normalized": _normalized,
    }
)
