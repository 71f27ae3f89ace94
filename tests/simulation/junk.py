"""Messages that are no alert: each must be rejected or ignored, and counted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.simulation.providers import payload
from tests.simulation.providers.alarms import Alarm, message
from tests.simulation.providers.alerts import Alert, Labels

if TYPE_CHECKING:
    from tests.simulation.world import World

NOBODYS = 4000
"""A condition that no provider has."""

_AT = 1_800_000_000.0
_WITHOUT_PRIORITY = message((f"Condition {NOBODYS}", ""), Alarm("ALARM", _AT), "OK", 0.0) | {
    "AlarmDescription": "PRIORITY=P9"
}
_TEST = payload.group("grafana", [Alert(Labels(NOBODYS), _AT, 0.0)], 0.0, together=True) | {
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


@dataclass(frozen=True)
class Junk:
    """A message that is not an alert; `kind` says what it is instead."""

    at: float
    kind: str

    def happen(self, world: "World") -> None:
        source, body = JUNK[self.kind]
        if source == "cloudwatch":
            world.publish(body)
        else:
            world.post(source, body)
