"""Publishing: whatever a group's size, what fires is published first, and repeats bring in the rest."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.adapters.registry import SOURCES
from chalicelib.webhook.alerts import AlertWebhook
from chalicelib.webhook.http import HttpAnswer, Posted
from chalicelib.webhook.publishing import AT_ONCE, TIME, in_order
from chalicelib.webhook.refusals import Refusals
from tests.twins.clock import ManualClock
from tests.twins.telemetry import Recorder

TOKEN = "token-of-alertmanager"
FIRING = [{"status": "firing", "fingerprint": f"f{n}"} for n in range(3000)]
ENDED = [{"status": "resolved", "fingerprint": f"e{n}"} for n in range(3000)]


class Secret:
    def read(self, *, fresh: bool = False) -> dict[str, Any]:
        return {"alertmanager_webhook_token": TOKEN}


@dataclass
class Webhook:
    """The webhook, on a topic that takes `seconds` for ten alerts."""

    seconds: float = 0.01
    clock: ManualClock = field(default_factory=ManualClock)
    telemetry: Recorder = field(default_factory=Recorder)
    published: list[str] = field(default_factory=list)
    requests: int = 0

    def publish(self, bodies: list[str], attributes: dict[str, str]) -> None:
        self.clock.sleep(self.seconds * -(-len(bodies) // 10))
        self.published += [json.loads(body)["alerts"][0]["fingerprint"] for body in bodies]

    def post(self, **group: object) -> HttpAnswer:
        self.requests += 1
        ingest = AlertWebhook(self, Secret(), self.clock.now, self.telemetry, Refusals(self.telemetry))
        headers, body = {"authorization": f"Bearer {TOKEN}"}, json.dumps(group).encode()
        return ingest.accept(
            Posted("alertmanager", headers, body, f"request-{self.requests}", self.clock.now())
        )

    def counted(self, name: str) -> float:
        return sum(number for counted, number, _ in self.telemetry.counts if counted == name)


def names(alerts: list[dict[str, str]]) -> set[str]:
    return {alert["fingerprint"] for alert in alerts}


def test_a_group_of_thousands_gets_in_whole_and_what_fires_is_first() -> None:
    webhook = Webhook()
    assert webhook.post(alerts=ENDED + FIRING) == HttpAnswer(202, {"accepted": 6000})
    assert set(webhook.published[:3000]) == names(FIRING)
    assert set(webhook.published[3000:]) == names(ENDED)
    assert (webhook.counted("AlertsReceived"), webhook.counted("AlertsNotTaken")) == (6000, 0)


def test_what_there_is_no_time_for_is_asked_for_again_counted_and_logged() -> None:
    webhook = Webhook(seconds=0.1)
    answer = webhook.post(alerts=ENDED + FIRING)
    taken = len(webhook.published)
    assert answer == HttpAnswer(
        503, {"error": f"{6000 - taken} of 6000 alerts could not be queued; send them again"}
    )
    assert TIME.total_seconds() < taken / 100 <= TIME.total_seconds() + AT_ONCE / 100
    assert set(webhook.published) <= names(FIRING)
    assert webhook.counted("AlertsReceived") == taken
    assert webhook.counted("AlertsNotTaken") == 6000 - taken
    assert webhook.telemetry.named("ALERTS_NOT_TAKEN")[0]["left"] == 6000 - taken


def test_repeats_of_a_group_that_is_too_large_reach_all_that_fires() -> None:
    webhook = Webhook(seconds=0.1)
    statuses = {webhook.post(alerts=ENDED + FIRING).status for _ in range(12)}
    assert statuses == {503}
    assert set(webhook.published) == names(FIRING)


def test_however_slow_the_topic_some_of_it_gets_in() -> None:
    webhook = Webhook(seconds=60)
    assert webhook.post(alerts=ENDED + FIRING).status == 503
    assert len(webhook.published) == AT_ONCE


@pytest.mark.parametrize("request_id", ["request-1", "another"])
def test_a_group_of_usual_size_keeps_its_order(request_id: str) -> None:
    some = [{"alerts": [each]} for each in [FIRING[0], ENDED[0], FIRING[1]]]
    assert in_order(some, SOURCES["grafana"].ended, request_id) == [some[0], some[2], some[1]]


def test_alerts_that_the_sender_cut_off_are_counted_and_logged() -> None:
    webhook = Webhook()
    assert webhook.post(alerts=FIRING[:2], truncatedAlerts=40) == HttpAnswer(202, {"accepted": 2})
    assert webhook.counted("AlertsNotTaken") == 40
    assert webhook.telemetry.named("ALERTS_NOT_TAKEN")[0]["cut_off"] == 40
