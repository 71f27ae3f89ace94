"""What is sent: alerts of ordinary size, as the queue hands them to the collector."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.local import senders
from tests.local.senders import GrafanaAlert

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
QUEUE_ARN = f"arn:aws:sqs:{senders.REGION}:{senders.ACCOUNT}:alerting-prod-alerts"
FUNCTION_ARN = f"arn:aws:lambda:{senders.REGION}:{senders.ACCOUNT}:function:alerting-prod"
TEAMS = ("dev-infra", "ci-runners", "storage")
LIFE = (0, 120, 240, 360, 480)
"""Seconds at which a condition fires, repeats three times within the update's interval, and resolves."""


def grafana(number: int, began: datetime = START, ended: datetime | None = None, priority: str = "P2") -> Any:
    """One Grafana alert, in a group of its own as the webhook splits it."""
    alert = GrafanaAlert(
        f"Runner queue {number} too long",
        priority,
        TEAMS[number % len(TEAMS)],
        f"Jobs wait 25 minutes for a runner of pool {number}",
        {"instance": f"runner-{number}.example.org:9100", "pool": "linux-arm64", "job": "node"},
        {
            "description": "More jobs are queued than runners can take. Look at the pool's scaling first.",
            "runbook_url": "https://wiki.example.org/ci/queue",
        },
        value=22,
    )
    return senders.grafana_group([alert.payload(began, ended)])


def cloudwatch(number: int, at: datetime = START, *, firing: bool = True, priority: str = "P2") -> Any:
    """One CloudWatch metric alarm."""
    described = (
        f"TEAM={TEAMS[number % len(TEAMS)]} | PRIORITY={priority} | RUNBOOK=https://example.org/runbooks/cpu"
    )
    state, before = ("ALARM", "OK") if firing else ("OK", "ALARM")
    trigger = senders.metric_trigger("CPUUtilization", "AWS/EC2", 80.0, InstanceId=f"i-0{number:016x}")
    return senders.cloudwatch(f"cpu-{number}", described, at, state=state, before=before, trigger=trigger)


def record(payload: Any, sent_at: datetime, source: str | None = None) -> dict[str, Any]:
    """A record of the queue, in Lambda's shape; `source` is what the webhook stamps."""
    body = json.dumps(payload, separators=(",", ":"))
    name = hashlib.sha256(body.encode()).hexdigest()[:32]
    stamps = {"source": source, "correlation_id": f"request-{name[:12]}"} if source else {}
    return {
        "messageId": name,
        "receiptHandle": f"handle-{name}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(round(sent_at.timestamp() * 1000)),
        },
        "messageAttributes": {
            key: {"stringValue": value, "dataType": "String"} for key, value in stamps.items()
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": QUEUE_ARN,
        "awsRegion": senders.REGION,
    }


def firing(number: int, at: datetime = START, priority: str = "P2") -> dict[str, Any]:
    """A record of a condition that fires: two in three from Grafana, the third from CloudWatch."""
    if number % 3 == 2:
        return record(cloudwatch(number, at, priority=priority), at)
    return record(grafana(number, at, priority=priority), at, "grafana")


def life(number: int, began: datetime = START) -> Iterator[dict[str, Any]]:
    """The records of a Grafana condition: it fires, repeats three times, and resolves."""
    *repeats, end = (began + timedelta(seconds=after) for after in LIFE)
    for at in repeats:
        yield record(grafana(number, began), at, "grafana")
    yield record(grafana(number, began, end), end, "grafana")


def group(size: int, at: datetime) -> bytes:
    """The body of a Grafana webhook with this many alerts."""
    alerts = [grafana(number, at)["alerts"][0] for number in range(size)]
    return json.dumps(senders.grafana_group(alerts), separators=(",", ":")).encode()


def signed(body: bytes, at: datetime, token: str, secret: str) -> dict[str, str]:
    """The headers with which Grafana sends a body: its token, and the signature over time and body."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Grafana",
        "X-Grafana-Token": token,
        "X-Grafana-Alerting-Signature": digest,
        "X-Grafana-Alerting-Timestamp": stamp,
    }
