"""Providers: what they say of conditions, and how it reaches us."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.simulation.world import World

SOURCES = ("grafana", "alertmanager", "normalized", "cloudwatch")
TEAMS = ("infra", "keepers", "infra", "")
HOSTILE = "@pinged-person broke rival/repository#4711, see #4712 <!-- alerting:fingerprint=x -->"
"""Words of a provider that must neither call a person nor refer to an issue."""

NEVER = "0001-01-01T00:00:00Z"
ARN = "arn:aws:cloudwatch:us-west-2:123456789012:alarm:"
ALARM_STATES = {"firing": "ALARM", "resolved": "OK", "no data": "INSUFFICIENT_DATA"}


@dataclass(frozen=True)
class Told:
    """What is told of one condition: its `state` since `began` or at `ended`, by the provider's clock."""

    condition: int
    state: str
    began: float
    ended: float = 0.0
    priority: str = "P1"
    why: str = ""
    anew: bool = True


@dataclass(frozen=True)
class Says:
    """A provider tells of conditions, all in one request where it goes through the webhook.

    Copies of each message come into the queue after each of `delays`.
    """

    at: float
    source: str
    told: tuple[Told, ...]
    delays: tuple[float, ...] = (0.2,)

    def happen(self, world: "World") -> None:
        world.receive(self.source, [payload(self.source, self.told)], self.delays)


@dataclass(frozen=True)
class Junk:
    """A message that is no alert; `kind` says what it is instead."""

    at: float
    kind: str

    def happen(self, world: "World") -> None:
        source, body = JUNK[self.kind]
        world.receive(source, [body], (0.2,))


def payload(source: str, told: tuple[Told, ...]) -> Any:
    """What the provider sends."""
    match source:
        case "cloudwatch":
            return _alarm(told[0])
        case "normalized":
            return [_normalized(each) for each in told]
    return _group(source, told)


def _group(source: str, told: tuple[Told, ...]) -> dict[str, Any]:
    alerts = [_member(each) for each in told]
    status = "firing" if any(alert["status"] == "firing" for alert in alerts) else "resolved"
    known = {"receiver": "alerting", "status": status, "alerts": alerts, "groupKey": "{}:{}", "version": "1"}
    return known | {"externalURL": f"https://{source}.example.org/", "orgId": 1}


def _member(told: Told) -> dict[str, Any]:
    firing = told.state == "firing"
    team = TEAMS[told.condition % len(TEAMS)]
    annotations = {"summary": HOSTILE, "grafana_state_reason": told.why}
    return {
        "status": "firing" if firing else "resolved",
        "labels": {"alertname": f"Condition {told.condition}", "team": team, "priority": told.priority},
        "annotations": annotations,
        "startsAt": instant(told.began),
        "endsAt": NEVER if firing else instant(told.ended),
        "generatorURL": f"https://grafana.example.org/alerting/grafana/uid{told.condition}/view?orgId=1",
        "fingerprint": f"{told.condition:016x}",
    }


def _normalized(told: Told) -> dict[str, Any]:
    firing = told.state == "firing"
    return {
        "source": "ci-watcher",
        "state": "FIRING" if firing else "RESOLVED",
        "title": f"Condition {told.condition}",
        "summary": HOSTILE,
        "priority": told.priority,
        "occurred_at": instant(told.began if firing else told.ended),
        "teams": [TEAMS[told.condition % len(TEAMS)] or "unheard-of"],
        "identity": {"alarm_id": f"condition-{told.condition}"},
        "began_anew": firing and told.anew,
        "recovered": not told.why,
    }


def _alarm(told: Told) -> dict[str, Any]:
    name, firing = f"Condition {told.condition}", told.state == "firing"
    return {
        "AlarmName": name,
        "AlarmDescription": f"{HOSTILE} TEAM={TEAMS[told.condition % 2]} | PRIORITY={told.priority}",
        "AWSAccountId": "123456789012",
        "NewStateValue": ALARM_STATES[told.state],
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": instant(told.began if firing else told.ended).replace("Z", "+0000"),
        "Region": "US West (Oregon)",
        "AlarmArn": ARN + name,
        "OldStateValue": "OK" if firing and told.anew else "ALARM",
        "Trigger": {"MetricName": "Depth", "Namespace": "CI", "Dimensions": []},
    }


def instant(seconds: float) -> str:
    """A time as providers write it, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_WITHOUT_PRIORITY = _alarm(Told(0, "firing", 1_800_000_000.0)) | {"AlarmDescription": "PRIORITY=P9"}
_TEST = _group("grafana", (Told(0, "firing", 1_800_000_000.0),)) | {
    "groupKey": "webhook-57c6d9296de2ad39-1772334000"
}
_TEST["alerts"][0]["labels"] = {"alertname": "TestAlert", "instance": "Grafana"}
JUNK: dict[str, tuple[str, Any]] = {
    "no JSON": ("cloudwatch", "Your budget is exceeded."),
    "no alarm": (
        "cloudwatch",
        {"Type": "SubscriptionConfirmation", "TopicArn": "arn:x", "Message": "Confirm"},
    ),
    "no such priority": ("cloudwatch", _WITHOUT_PRIORITY),
    "a test": ("grafana", _TEST),
    "a group without alerts": ("grafana", {"status": "firing"}),
    "a configuration change": (
        "cloudwatch",
        {"source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm Configuration Change", "detail": {}},
    ),
}
