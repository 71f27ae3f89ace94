"""The webhook edge: how a sender is answered, what the topic gets, and what nobody ever sees."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters import envelope, registry, source
from chalicelib.errors import ConfigurationError, TopicUnavailable
from chalicelib.webhook.alerts import AlertWebhook
from chalicelib.webhook.http import MOST_BYTES, HttpAnswer, Posted
from chalicelib.webhook.refusals import Refusals
from tests.twins.clock import START, ManualClock
from tests.twins.telemetry import Recorder

TOKEN = "token-of-grafana"
OTHER = "token-of-normalized"
NEW = "token-after-rotating"
ALERT = {"status": "firing", "labels": {"alertname": "Queue too long"}, "fingerprint": "fac0861a85de433a"}


@dataclass
class MemoryTopic:
    """What was published; `away` is what an unavailable topic raises."""

    published: list[tuple[dict[str, Any], dict[str, str]]] = field(default_factory=list)
    away: TopicUnavailable | None = None

    def publish(self, bodies: list[str], attributes: dict[str, str]) -> None:
        if self.away:
            raise self.away
        self.published += [(json.loads(body), attributes) for body in bodies]


@dataclass
class MemorySecret:
    """A secret as it was when last read, and as it is."""

    kept: dict[str, Any]
    current: dict[str, Any]
    away: bool = False
    reads: list[bool] = field(default_factory=list)

    def read(self, *, fresh: bool = False) -> dict[str, Any]:
        self.reads.append(fresh)
        if self.away:
            raise ConfigurationError("secret alerting-local-webhook-secrets", ["AccessDeniedException"])
        if fresh:
            self.kept = self.current
        return self.kept


class Edge:
    """The webhook on working twins."""

    def __init__(self) -> None:
        tokens = {"grafana_webhook_token": TOKEN, "normalized_webhook_token": OTHER}
        self.topic = MemoryTopic()
        self.secret = MemorySecret(tokens, tokens)
        self.telemetry = Recorder()
        self._ingest = AlertWebhook(
            self.topic, self.secret, ManualClock().now, self.telemetry, Refusals(self.telemetry)
        )

    def post(
        self,
        body: object,
        *,
        source: str = "grafana",
        token: str = TOKEN,
        headers: dict[str, str] | None = None,
    ) -> HttpAnswer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        presented = {f"x-{source}-token": token} if headers is None else headers
        return self._ingest.accept(Posted(source, presented, content, "request-1", START))

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [payload for payload, _ in self.topic.published]

    @property
    def told(self) -> str:
        """Everything in logs and metrics, with errors as tracebacks would show them."""
        causes = [str(cause) for _, error in self.telemetry.problems for cause in chain(error)]
        return repr((self.telemetry.events, self.telemetry.counts, causes))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


@pytest.fixture
def edge() -> Edge:
    return Edge()


def test_a_group_becomes_one_message_an_alert_stamped_with_source_request_and_time(edge: Edge) -> None:
    second = ALERT | {"fingerprint": "00000000000000aa"}
    answer = edge.post({"receiver": "r", "message": "a long dump", "alerts": [ALERT, second]})
    assert answer == HttpAnswer(202, {"accepted": 2})
    assert edge.payloads == [{"receiver": "r", "alerts": [ALERT]}, {"receiver": "r", "alerts": [second]}]
    stamps = [attributes for _, attributes in edge.topic.published]
    stamped = {
        "source": "grafana",
        "correlation_id": "request-1",
        "received_at": envelope.milliseconds(START),
    }
    assert stamps == [stamped] * 2


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("sent", "found_as"),
    [
        (PARENT, TRACE),
        (f"cc-{TRACE}-00f067aa0ba902b7-01-what-a-later-version-adds", TRACE),
        (PARENT.upper(), "request-1"),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", "request-1"),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", "request-1"),
        (f"00-{TRACE}-{'0' * 16}-01", "request-1"),
        (f"x {PARENT}", "request-1"),
        ("", "request-1"),
    ],
)
def test_a_request_that_is_part_of_a_trace_is_found_by_the_traces_id(
    edge: Edge, sent: str, found_as: str
) -> None:
    edge.post({"alerts": [ALERT]}, headers={"x-grafana-token": TOKEN, "traceparent": sent})
    assert [attributes["correlation_id"] for _, attributes in edge.topic.published] == [found_as]
    assert edge.telemetry.events[-1][1]["correlation_id"] == found_as


def test_what_was_accepted_is_one_log_line_and_one_count_by_source(edge: Edge) -> None:
    edge.post({"alerts": [ALERT, ALERT]})
    expected = {"source": "grafana", "alerts": 2, "correlation_id": "request-1"}
    assert edge.telemetry.events == [("WEBHOOK_ACCEPTED", expected)]
    assert edge.telemetry.counts == [("AlertsReceived", 2, {"source": "grafana"})]


def test_a_group_without_alerts_is_accepted_and_publishes_nothing(edge: Edge) -> None:
    assert edge.post({"alerts": []}) == HttpAnswer(202, {"accepted": 0})
    assert edge.topic.published == []


def test_a_poisoned_alert_does_not_take_its_group_along(edge: Edge) -> None:
    poison: list[Any] = [ALERT, "not an alert", None, 7, {"labels": 3}]
    assert edge.post({"alerts": poison}).status == 202
    assert [payload["alerts"] for payload in edge.payloads] == [[each] for each in poison]


def test_an_alert_too_large_for_the_topic_is_cut_and_stays_the_same_condition(edge: Edge) -> None:
    edge.post({"alerts": [ALERT | {"annotations": {"description": "\U0001f525" * 300_000}}]})
    (payload,) = edge.payloads
    assert len(json.dumps(payload, separators=(",", ":")).encode()) <= source.MOST_BYTES
    (kept,) = payload["alerts"]
    assert {name: kept[name] for name in ALERT} == ALERT


def test_an_emitter_of_its_own_may_post_one_alert_or_a_list(edge: Edge) -> None:
    assert edge.post({"title": "one"}, source="normalized", token=OTHER).status == 202
    assert edge.post([{"title": "two"}, {"title": "three"}], source="normalized", token=OTHER).status == 202
    assert edge.payloads == [{"title": "one"}, {"title": "two"}, {"title": "three"}]


REFUSALS: dict[str, tuple[dict[str, Any], int, str]] = {
    "unknown source": ({"body": {}, "source": "nagios"}, 404, "UNKNOWN_SOURCE"),
    "cloudwatch has no webhook": ({"body": {}, "source": "cloudwatch"}, 404, "UNKNOWN_SOURCE"),
    "the canary has no webhook": ({"body": {}, "source": "canary"}, 404, "UNKNOWN_SOURCE"),
    "no token": ({"body": {"alerts": []}, "headers": {}}, 401, "UNAUTHORIZED"),
    "wrong token": ({"body": {"alerts": []}, "token": "wrong"}, 401, "UNAUTHORIZED"),
    "another source's token": ({"body": {"alerts": []}, "token": OTHER}, 401, "UNAUTHORIZED"),
    "source without credentials": ({"body": {}, "source": "alertmanager"}, 401, "UNAUTHORIZED"),
    "empty": ({"body": b""}, 400, "NOT_JSON"),
    "no JSON": ({"body": b"status=firing"}, 400, "NOT_JSON"),
    "no UTF-8": ({"body": b'{"alerts": "\xff\xfe"}'}, 400, "NOT_JSON"),
    "NaN": ({"body": b'{"alerts": [NaN]}'}, 400, "NOT_JSON"),
    "a number that is infinite": ({"body": b'{"alerts": [1e999]}'}, 400, "NOT_JSON"),
    "a key twice": ({"body": b'{"alerts": [], "alerts": []}'}, 400, "NOT_JSON"),
    "nested without end": ({"body": b"[" * 100_000}, 400, "NOT_JSON"),
    "a number without end": ({"body": b"1" * 10_000}, 400, "NOT_JSON"),
    "a list": ({"body": [ALERT]}, 400, "NOT_AN_OBJECT"),
    "a text": ({"body": "firing", "source": "normalized", "token": OTHER}, 400, "NOT_AN_OBJECT"),
    "no alerts": ({"body": {"title": "firing"}}, 400, "NO_ALERTS"),
    "alerts no list": ({"body": {"alerts": ALERT}}, 400, "NO_ALERTS"),
    "legacy alerting": ({"body": {"ruleName": "Queue", "evalMatches": []}}, 400, "LEGACY_ALERTING"),
    "too large": ({"body": b" " * (MOST_BYTES + 1)}, 413, "TOO_LARGE"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_not_taken_is_answered_counted_and_publishes_nothing(edge: Edge, case: str) -> None:
    request, status, reason = REFUSALS[case]
    answer = edge.post(**request)
    assert (answer.status, list(answer.body)) == (status, ["error"])
    assert edge.topic.published == []
    (event,) = edge.telemetry.named("WEBHOOK_REFUSED")
    assert (event["status"], event["reason"]) == (status, reason)
    refused = ("WebhookRefused", 1, {"source": event["source"], "reason": reason})
    trusted: list[Any] = [("AlertsNotTaken", 1, {})] if status == 400 else []
    assert edge.telemetry.counts == [*trusted, refused]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"alerts": [1e999]}', "a number that is infinite or NaN"),
        (b'{"alerts": [], "alerts": []}', "an object has a duplicate key"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"secret": "\xff"}', "it is not text"),
        (b'{"secret"', "line 1 column 10"),
    ],
)
def test_a_known_sender_is_told_why_its_body_is_no_json_and_nothing_of_it_is_repeated(
    edge: Edge, body: bytes, why: str
) -> None:
    answer = edge.post(body)
    assert why in answer.body["error"]
    assert "secret" not in answer.body["error"]


def test_an_unauthorized_sender_is_told_nothing_about_why(edge: Edge) -> None:
    wrong = edge.post({"alerts": []}, token="wrong")
    unsigned = edge.post({"alerts": []}, headers={})
    of_nobody = edge.post({}, source="alertmanager")
    assert wrong == unsigned == of_nobody == HttpAnswer(401, {"error": "unauthorized"})


def test_the_sender_is_authenticated_before_the_body_is_read(edge: Edge) -> None:
    assert edge.post(b"no JSON at all", token="wrong").status == 401


def test_whoever_presents_nothing_is_refused_without_a_look_at_the_secret(edge: Edge) -> None:
    edge.secret.away = True
    assert edge.post(b"no JSON", headers={"user-agent": "scanner", "x-grafana-token": ""}).status == 401
    assert edge.post(b" " * (MOST_BYTES + 1)).status == 413
    assert edge.post({}, source="nagios").status == 404
    assert edge.secret.reads == []


def test_the_size_is_checked_before_the_token_and_a_body_at_the_limit_is_read(edge: Edge) -> None:
    assert edge.post(b" " * (MOST_BYTES + 1), token="wrong").status == 413
    assert edge.post(b'{"alerts":[]}'.ljust(MOST_BYTES)).status == 202


def test_the_name_of_an_unknown_source_is_neither_logged_nor_counted(edge: Edge) -> None:
    answer = edge.post({}, source="bogus-7f3a")
    assert "bogus-7f3a" not in edge.told
    assert "bogus-7f3a" not in str(answer.body)


def test_the_secret_is_read_anew_only_when_a_token_does_not_match(edge: Edge) -> None:
    edge.post({"alerts": []})
    assert edge.secret.reads == [False]
    edge.post({"alerts": []}, token="wrong")
    assert edge.secret.reads == [False, False, True]


def test_a_token_set_a_moment_ago_opens_at_once(edge: Edge) -> None:
    edge.secret.current = {"grafana_webhook_token": NEW}
    assert edge.post({"alerts": [ALERT]}, token=NEW) == HttpAnswer(202, {"accepted": 1})
    assert edge.post({"alerts": [ALERT]}).status == 401


def test_without_its_secret_the_webhook_asks_for_another_try_and_tells_its_own_people_why(edge: Edge) -> None:
    edge.secret.away = True
    answer = edge.post({"alerts": [ALERT]})
    assert answer.status == 503
    assert "alerting-local-webhook-secrets" not in str(answer.body)
    ((name, error),) = edge.telemetry.problems
    assert name == "WEBHOOK_NOT_CONFIGURED"
    assert "AccessDeniedException" in str(error)


def test_a_credential_that_cannot_be_used_is_a_fault_of_ours_not_the_senders(edge: Edge) -> None:
    edge.secret.kept = edge.secret.current = {"grafana_webhook_token": TOKEN, "grafana_hmac_secret": 12345}
    assert edge.post({"alerts": [ALERT]}).status == 503
    assert [name for name, _ in edge.telemetry.problems] == ["WEBHOOK_NOT_CONFIGURED"]


def test_a_credential_that_was_corrected_a_moment_ago_works_at_once(edge: Edge) -> None:
    edge.secret.kept = {"grafana_webhook_token": ""}
    assert edge.post({"alerts": [ALERT]}).status == 202


def test_a_topic_that_does_not_take_everything_makes_the_sender_try_again(edge: Edge) -> None:
    edge.topic.away = TopicUnavailable("the topic did not take 1 of 10 messages")
    assert edge.post({"alerts": [ALERT]}).status == 503
    assert [name for name, _ in edge.telemetry.problems] == ["TOPIC_UNAVAILABLE"]
    by = {"source": "grafana", "reason": "TOPIC_UNAVAILABLE"}
    assert edge.telemetry.counts == [("WebhookRefused", 1, by)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(
    body=st.binary() | JSON | st.fixed_dictionaries({"alerts": st.lists(JSON, max_size=4)}),
    source=st.sampled_from([*registry.webhooks(), "nagios"]),
    token=st.sampled_from([TOKEN, OTHER, NEW, "wrong"]),
    away=st.sampled_from(["nothing", "secret", "topic"]),
)
def test_whatever_happens_the_answer_is_one_of_the_agreed_and_no_secret_is_in_it_or_in_the_logs(
    body: object, source: str, token: str, away: str
) -> None:
    edge = Edge()
    edge.secret.away = away == "secret"
    edge.topic.away = TopicUnavailable("away") if away == "topic" else None
    answer = edge.post(body, source=source, token=token)
    assert answer.status in {202, 400, 401, 404, 413, 503}
    assert (answer.status == 202) >= bool(edge.topic.published)
    for secret in (TOKEN, OTHER, NEW):
        assert secret not in json.dumps(dict(answer.body)) + edge.told
