"""What Grafana, Alertmanager, CloudWatch and an emitter of one's own send, as they send it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx

from tests.local.patience import HTTP_SECONDS

ACCOUNT = "123456789012"
BUILDER = "builder-7.example.org:9100"
REGION = "us-west-2"
REASONS = {
    "ALARM": "Threshold Crossed: 3 out of the last 3 datapoints were greater than the threshold.",
    "OK": "Threshold Crossed: 3 out of the last 3 datapoints were not greater than the threshold.",
}
NEVER = "0001-01-01T00:00:00Z"
GRAFANA = "https://grafana.example.org"
FOLDER = "CI"


def instant(moment: datetime) -> str:
    """A time as Grafana writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class GrafanaAlert:
    """One alert of a Grafana group; resolved once `ended` is set."""

    name: str
    priority: str
    team: str
    summary: str
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    value: float = 1.0
    image_url: str = ""

    @property
    def title(self) -> str:
        """How its issue is called, but for the priority."""
        told = [value for value in self.labels.values() if value not in self.name]
        return f"{self.name} [{', '.join([*told, f'folder {FOLDER}'])}]"

    def payload(self, began: datetime, ended: datetime | None = None) -> dict[str, Any]:
        """The alert as an entry of the webhook's `alerts`."""
        labels = {"alertname": self.name, "grafana_folder": FOLDER, "team": self.team, **self.labels}
        fingerprint = sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:16]
        uid = f"rule-{sha256(self.name.encode()).hexdigest()[:9]}"
        alert = {
            "status": "resolved" if ended else "firing",
            "labels": labels,
            "annotations": {"summary": self.summary, "priority": self.priority, **self.annotations},
            "startsAt": instant(began),
            "endsAt": instant(ended) if ended else NEVER,
            "generatorURL": f"{GRAFANA}/alerting/grafana/{uid}/view?orgId=1",
            "fingerprint": fingerprint,
            "silenceURL": f"{GRAFANA}/alerting/silence/new?matcher=__alert_rule_uid__%3D{uid}&orgId=1",
            "dashboardURL": f"{GRAFANA}/d/ci-overview?orgId=1",
            "panelURL": f"{GRAFANA}/d/ci-overview?orgId=1&viewPanel=2",
            "values": {"B": self.value, "C": 1},
            "valueString": f"[ var='B' labels={{}} value={self.value} ], [ var='C' labels={{}} value=1 ]",
            "orgId": 1,
        }
        return {**alert, "imageURL": self.image_url} if self.image_url else alert


def grafana_group(alerts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A webhook body of Grafana 11 around these alerts."""
    status = "firing" if any(alert["status"] == "firing" for alert in alerts) else "resolved"
    return {
        "receiver": "alerting",
        "status": status,
        "orgId": 1,
        "alerts": list(alerts),
        "groupLabels": {"grafana_folder": FOLDER},
        "commonLabels": {"grafana_folder": FOLDER},
        "commonAnnotations": {},
        "externalURL": f"{GRAFANA}/",
        "version": "1",
        "groupKey": '{}:{grafana_folder="' + FOLDER + '"}',
        "truncatedAlerts": 0,
        "title": f"[{status.upper()}:{len(alerts)}] {FOLDER}",
        "state": "alerting" if status == "firing" else "ok",
        "message": "**Firing**\n\n" + "\n".join(alert["annotations"]["summary"] for alert in alerts),
    }


def alertmanager_group(
    name: str, *, priority: str, team: str, summary: str, began: datetime, ended: datetime | None = None
) -> dict[str, Any]:
    """A webhook body of Prometheus Alertmanager with one alert."""
    labels = {"alertname": name, "instance": BUILDER, "job": "node", "team": team}
    annotations = {"summary": summary, "priority": priority}
    alert = {
        "status": "resolved" if ended else "firing",
        "labels": labels,
        "annotations": annotations,
        "startsAt": instant(began),
        "endsAt": instant(ended) if ended else NEVER,
        "generatorURL": "https://prometheus.example.org/graph?g0.expr=up",
        "fingerprint": sha256(name.encode()).hexdigest()[:16],
    }
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{name}"}}',
        "truncatedAlerts": 0,
        "status": alert["status"],
        "receiver": "alerting",
        "groupLabels": {"alertname": name},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": "https://alertmanager.example.org",
        "alerts": [alert],
    }


def normalized(
    title: str, *, priority: str, team: str, summary: str, at: datetime, state: str = "FIRING"
) -> dict[str, Any]:
    """An alert in the canonical schema, as one's own script sends it."""
    return {
        "schema_version": 1,
        "source": "backup-script",
        "state": state,
        "title": title,
        "summary": summary,
        "priority": priority,
        "occurred_at": instant(at),
        "teams": [team],
        "identity": {"alarm_id": title.lower().replace(" ", "-")},
        "links": {"source_url": "https://backups.example.org/runs"},
    }


def cloudwatch(
    name: str,
    description: str,
    at: datetime,
    *,
    state: str = "ALARM",
    before: str = "OK",
    reason: str | None = None,
    trigger: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What CloudWatch publishes when an alarm changes state; without a trigger it is a composite alarm's."""
    known = {
        "AlarmName": name,
        "AlarmDescription": description,
        "AWSAccountId": ACCOUNT,
        "NewStateValue": state,
        "NewStateReason": reason or REASONS[state],
        "StateChangeTime": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000",
        "Region": "US West (Oregon)",
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}",
        "OldStateValue": before,
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
    }
    return known | more | ({"Trigger": trigger} if trigger else {})


def metric_trigger(metric: str, namespace: str, threshold: float, **dimensions: str) -> dict[str, Any]:
    """The trigger of a metric alarm."""
    return {
        "MetricName": metric,
        "Namespace": namespace,
        "StatisticType": "Statistic",
        "Statistic": "AVERAGE",
        "Unit": None,
        "Dimensions": [{"value": value, "name": name} for name, value in dimensions.items()],
        "Period": 300,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": threshold,
        "TreatMissingData": "missing",
        "EvaluateLowSampleCountPercentile": "",
    }


def anomaly_trigger(metric: str, namespace: str, **dimensions: str) -> dict[str, Any]:
    """The trigger of an anomaly-detection alarm: a band instead of a threshold."""
    stat = {
        "Metric": {
            "Dimensions": [{"value": value, "name": name} for name, value in dimensions.items()],
            "MetricName": metric,
            "Namespace": namespace,
        },
        "Period": 300,
        "Stat": "p90",
    }
    return {
        "Period": 300,
        "EvaluationPeriods": 2,
        "ComparisonOperator": "GreaterThanUpperThreshold",
        "ThresholdMetricId": "ad1",
        "TreatMissingData": "ignore",
        "EvaluateLowSampleCountPercentile": "",
        "Metrics": [
            {"Id": "m1", "MetricStat": stat, "ReturnData": True},
            {
                "Expression": "ANOMALY_DETECTION_BAND(m1, 2)",
                "Id": "ad1",
                "Label": f"{metric} (expected)",
                "ReturnData": True,
            },
        ],
    }


def metric_data(trigger: dict[str, Any], until: datetime, values: Sequence[float]) -> dict[str, Any]:
    """What PutMetricData takes to have the metric of a trigger measured every five minutes."""
    stat = next((each["MetricStat"] for each in trigger.get("Metrics", [])), {"Metric": trigger})
    metric = stat["Metric"]
    dimensions = [{"Name": each["name"], "Value": each["value"]} for each in metric["Dimensions"]]
    first = until - timedelta(minutes=5 * len(values))
    data = [
        {
            "MetricName": metric["MetricName"],
            "Dimensions": dimensions,
            "Timestamp": first + timedelta(minutes=5 * place),
            "Value": value,
        }
        for place, value in enumerate(values)
    ]
    return {"Namespace": metric["Namespace"], "MetricData": data}


def eventbridge(
    name: str, description: str, at: datetime, *, state: str = "ALARM", before: str = "OK"
) -> dict[str, Any]:
    """The same change of state as EventBridge tells it."""
    arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"
    when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
    return {
        "version": "0",
        "id": sha256(f"{name}{when}".encode()).hexdigest()[:32],
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": ACCOUNT,
        "time": instant(at),
        "region": REGION,
        "resources": [arn],
        "detail": {
            "alarmName": name,
            "configuration": {"description": description, "metrics": []},
            "previousState": {"value": before, "reason": "", "timestamp": when},
            "state": {"value": state, "reason": f"Threshold Crossed: now {state}", "timestamp": when},
        },
    }


def post(url: str, source: str, token: str, body: dict[str, Any]) -> httpx.Response:
    """Post to the webhook as the source does."""
    headers = {f"X-{source.capitalize()}-Token": token, "Content-Type": "application/json"}
    content = json.dumps(body, separators=(",", ":")).encode()
    return httpx.post(
        f"{url}/webhooks/{source}", content=content, headers=headers, timeout=HTTP_SECONDS, trust_env=False
    )
