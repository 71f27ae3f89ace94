"""The address of the earlier pipeline: its senders keep path, header and body."""

import json
from typing import Any

import pytest

from chalicelib.webhook.alerts import AlertWebhook
from chalicelib.webhook.external_alerts import ExternalAlerts
from chalicelib.webhook.http import MOST_BYTES, HttpAnswer, Posted
from chalicelib.webhook.refusals import Refusals
from tests.twins.clock import START, ManualClock
from tests.twins.telemetry import Recorder
from tests.unit.webhook.test_alerts import ALERT, MemorySecret, MemoryTopic

SECRET = {
    "x-grafana-token": "token-of-grafana",
    "X-Queue-Checker-Signature": ["token-of-the-checker", "next-token-of-the-checker"],
    "grafana_webhook_token": "token-of-a-webhook",
}
CHECKER = {"x-queue-checker-signature": "token-of-the-checker"}
GROUP = {"receiver": "alerting", "alerts": [ALERT, ALERT | {"fingerprint": "00000000000000aa"}]}
CANONICAL = {"schema_version": 1, "source": "queue-checker", "state": "FIRING", "team": "gpu"}


class Edge:
    """The earlier address on working twins."""

    def __init__(self, secret: dict[str, Any] | None = None) -> None:
        held = SECRET if secret is None else secret
        self.topic, self.telemetry = MemoryTopic(), Recorder()
        refusals = Refusals(self.telemetry)
        secrets = MemorySecret(held, held)
        alerts = AlertWebhook(self.topic, secrets, ManualClock().now, self.telemetry, refusals)
        self._edge = ExternalAlerts(alerts)

    def post(self, body: object, headers: dict[str, str]) -> HttpAnswer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._edge.accept(Posted("external", headers, content, "request-1", START))

    @property
    def published(self) -> list[tuple[str, dict[str, Any]]]:
        return [(attributes["source"], payload) for payload, attributes in self.topic.published]


@pytest.mark.parametrize(
    "headers",
    [
        CHECKER,
        {"x-grafana-token": "token-of-grafana"},
        {"x-queue-checker-signature": SECRET["X-Queue-Checker-Signature"][1]},
    ],
)
def test_any_header_that_the_secret_names_lets_its_token_in(headers: dict[str, str]) -> None:
    edge = Edge()
    assert edge.post(CANONICAL, headers) == HttpAnswer(200, {"accepted": 1})
    assert edge.published == [("normalized", CANONICAL)]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-grafana-token": ""},
        {"x-grafana-token": "token-of-the-checker"},
        {"x-grafana-token": "token-of-a-webhook"},
        {"grafana_webhook_token": "token-of-a-webhook"},
        {"x-other": "token-of-grafana"},
    ],
)
def test_nothing_else_does(headers: dict[str, str]) -> None:
    edge = Edge()
    assert edge.post(CANONICAL, headers).status == 401
    assert edge.published == []


def test_without_such_a_header_in_the_secret_the_address_is_shut() -> None:
    edge = Edge({"grafana_webhook_token": "token-of-a-webhook"})
    assert edge.post(CANONICAL, {"x-grafana-token": "token-of-a-webhook"}).status == 401


@pytest.mark.parametrize("unusable", ["", " ", 7, [], ["a", ""]])
def test_a_token_that_cannot_be_used_shuts_it_and_says_so_in_the_log(unusable: object) -> None:
    edge = Edge({"x-grafana-token": unusable})
    assert edge.post(CANONICAL, {"x-grafana-token": "a"}).status == 503
    assert edge.telemetry.problems[0][0] == "WEBHOOK_NOT_CONFIGURED"


def test_a_group_of_grafana_is_known_by_its_looks() -> None:
    edge = Edge()
    assert edge.post(GROUP, CHECKER) == HttpAnswer(200, {"accepted": 2})
    assert [source for source, _ in edge.published] == ["grafana", "grafana"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"some": "thing"}, 400), (b"{", 400), (b"x" * (MOST_BYTES + 1), 413), ("a text", 400)],
)
def test_what_was_never_posted_there_is_refused_and_counted(body: object, status: int) -> None:
    edge = Edge()
    assert edge.post(body, CHECKER).status == status
    assert edge.telemetry.counts[-1][0] == "WebhookRefused"
    assert edge.published == []


@pytest.mark.parametrize("body", [{"some": "thing"}, b"{", "a text"])
def test_what_a_trusted_sender_lost_is_counted_for_the_alarm(body: object) -> None:
    edge = Edge()
    edge.post(body, CHECKER)
    assert ("AlertsNotTaken", 1, {}) in edge.telemetry.counts
    stranger = Edge()
    stranger.post(body, {})
    assert "AlertsNotTaken" not in [name for name, *_ in stranger.telemetry.counts]


@pytest.mark.parametrize("name", ["x-sender_webhook_token", "x-sender_hmac_secret"])
def test_what_another_webhook_is_opened_by_is_no_header(name: str) -> None:
    assert Edge({name: "a"}).post(CANONICAL, {name: "a"}).status == 401
