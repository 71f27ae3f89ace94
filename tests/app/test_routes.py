"""The routes: how each sender is answered, what the queue gets, and that no secret leaves."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib import __version__
from chalicelib.adapters import registry
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from chalicelib.wiring import webhook as wired
from tests.app import served
from tests.app.stage import TOKENS, TOPIC, Context, Stage, start, wire_anew
from tests.unit.builders import at

ALERT = {"status": "firing", "labels": {"alertname": "Queue too long"}, "fingerprint": "fac0861a85de433a"}
GROUP = {"receiver": "alerting", "status": "firing", "alerts": [ALERT, ALERT | {"status": "resolved"}]}
GRAFANA: dict[str, str] = {"X_Grafana_Token": "token-of-grafana"}
SECRETS = [
    f"{word}-of-{source}" for source in registry.webhooks() for word in ("token", "next-token", "hmac")
]

PRIVATE = [*SECRETS, "token-of-east", "token-of-west", "guess-of-somebody"]


def signed(body: bytes) -> dict[str, str]:
    """A normalized alert's token and signature."""
    signature = hmac.new(b"hmac-of-normalized", body, hashlib.sha256).hexdigest()
    return {"X_Normalized_Token": "token-of-normalized", "X_Normalized_Alerting_Signature": signature}


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with mock_aws():
        yield start(monkeypatch)


def test_a_group_is_accepted_and_each_alert_is_a_message_with_its_source(stage: Stage) -> None:
    answer = stage.post("grafana", GROUP, **GRAFANA)
    assert (answer.status_code, answer.json_body) == (202, {"accepted": 2})
    messages = stage.received()
    assert [json.loads(message["Body"])["alerts"] for message in messages] == [
        [one] for one in GROUP["alerts"]
    ]
    stamps = [{name: each["StringValue"] for name, each in m["MessageAttributes"].items()} for m in messages]
    assert [stamp["source"] for stamp in stamps] == ["grafana", "grafana"]
    assert len({stamp["correlation_id"] for stamp in stamps}) == 1


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "text/plain",
        "*/*",
        "application/octet-stream",
        "?",
        None,
    ],
)
def test_any_content_type_is_taken(stage: Stage, content_type: str | None) -> None:
    named = {"Content_Type": content_type} if content_type else {}
    assert stage.post("grafana", GROUP, **GRAFANA, **named).status_code == 202


@pytest.mark.parametrize("source", ["grafana", "Grafana"])
@pytest.mark.parametrize("header", ["X_Grafana_Token", "x_grafana_token"])
def test_case_matters_neither_in_the_path_nor_in_header_names(stage: Stage, source: str, header: str) -> None:
    assert stage.post(source, GROUP, **{header: "token-of-grafana"}).status_code == 202


@pytest.mark.parametrize("source", registry.webhooks())
def test_each_source_has_its_own_token(stage: Stage, source: str) -> None:
    body = json.dumps(SOURCES[source].template(Example(at(0)))).encode()
    signature = {"X_Normalized_Alerting_Signature": signed(body)["X_Normalized_Alerting_Signature"]}
    for owner in registry.webhooks():
        answer = stage.post(source, body, Authorization=f"Bearer token-of-{owner}", **signature)
        assert answer.status_code == (202 if owner == source else 401)


def test_a_signature_is_of_the_bytes_as_they_were_sent(stage: Stage) -> None:
    body = '{ "title":  "\u00e9" }'.encode()
    assert stage.post("normalized", body, **signed(body)).status_code == 202
    assert stage.post("normalized", body, **signed(body + b" ")).status_code == 401
    assert stage.post("normalized", body, X_Normalized_Token="token-of-normalized").status_code == 401


REFUSALS: dict[str, tuple[str, object, dict[str, str], int, str]] = {
    "no token": ("grafana", GROUP, {}, 401, "unauthorized"),
    "wrong token": ("grafana", GROUP, {"X_Grafana_Token": "wrong"}, 401, "unauthorized"),
    "token in the wrong header": ("grafana", GROUP, {"X_Api_Key": "token-of-grafana"}, 401, "unauthorized"),
    "unknown source": ("nagios", GROUP, GRAFANA, 404, ", ".join(registry.webhooks())),
    "empty": ("grafana", b"", GRAFANA, 400, "not valid JSON"),
    "no JSON": ("grafana", b"\xff{", GRAFANA, 400, "not valid JSON"),
    "no object": ("grafana", [GROUP], GRAFANA, 400, "not an object"),
    "no alerts": ("grafana", {"title": "x"}, GRAFANA, 400, "`alerts`"),
    "legacy": ("grafana", {"ruleId": 1, "ruleName": "x"}, GRAFANA, 400, "legacy"),
    "too large": ("grafana", b" " * (6 * 1024 * 1024 + 1), GRAFANA, 413, "larger than"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_is_one_sentence_with_its_status_and_queues_nothing(stage: Stage, case: str) -> None:
    source, body, headers, status, sentence = REFUSALS[case]
    answer = stage.post(source, body, **headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json_body) == ["error"]
    assert sentence in answer.json_body["error"]
    assert stage.received() == []


def test_an_unauthorized_sender_is_told_nothing_about_why(stage: Stage) -> None:
    answers = [
        stage.post("grafana", GROUP).body,
        stage.post("grafana", b"no JSON", X_Grafana_Token="wrong").body,
        stage.post("grafana", GROUP, X_Grafana_Token="token-of-alertmanager").body,
    ]
    assert set(answers) == {b'{"error":"unauthorized"}'}


def without_topic(stage: Stage) -> None:
    stage.client("sns").delete_topic(TopicArn=TOPIC)


def without_secret(stage: Stage) -> None:
    stage.client("secretsmanager").delete_secret(
        SecretId="alerting-local-webhook-secrets", ForceDeleteWithoutRecovery=True
    )


def with_a_secret_that_is_no_object(stage: Stage) -> None:
    stage.client("secretsmanager").put_secret_value(
        SecretId="alerting-local-webhook-secrets", SecretString='["token-of-grafana"]'
    )


def in_good_health(stage: Stage) -> None:
    pass


FAILURES = [without_topic, without_secret, with_a_secret_that_is_no_object]


@pytest.mark.parametrize("failure", FAILURES)
def test_what_fails_on_our_side_asks_the_sender_to_try_again(
    stage: Stage, failure: Callable[[Stage], None]
) -> None:
    failure(stage)
    answer = stage.post("grafana", GROUP, **GRAFANA)
    assert (answer.status_code, list(answer.json_body)) == (503, ["error"])
    assert '"level":"ERROR"' in stage.logs.getvalue()


def test_an_error_that_nobody_expected_is_answered_with_500_and_named_in_the_log(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is the API's alarm that tells of it, and not the function's: the function has not failed."""
    monkeypatch.setattr(wired, "ingest", lambda place: {}[place])
    answer = stage.post("grafana", GROUP, **GRAFANA)
    assert (answer.status_code, list(answer.json_body)) == (500, ["error"])
    assert '"WEBHOOK_FAILED"' in stage.logs.getvalue()
    assert "KeyError" in stage.logs.getvalue()


def test_the_secret_may_change_while_the_function_lives(stage: Stage) -> None:
    assert stage.post("grafana", GROUP, **GRAFANA).status_code == 202
    stage.client("secretsmanager").put_secret_value(
        SecretId="alerting-local-webhook-secrets", SecretString='{"grafana_webhook_token": "rotated"}'
    )
    assert stage.post("grafana", GROUP, X_Grafana_Token="rotated").status_code == 202
    assert stage.post("grafana", GROUP, **GRAFANA).status_code == 401


EAST = {"name": "east", "source": "alertmanager", "token": "token-of-east", "teams": ["dev-infra"]}
WEST = {"name": "west", "source": "alertmanager", "token": "token-of-west", "requests_per_minute": 1}


def let_in(stage: Stage, *senders: dict[str, Any]) -> None:
    stage.client("secretsmanager").put_secret_value(
        SecretId="alerting-local-webhook-secrets", SecretString=json.dumps(TOKENS | {"senders": senders})
    )


def test_a_sender_is_named_in_the_message_and_the_log_and_is_revoked_alone(stage: Stage) -> None:
    let_in(stage, EAST, WEST)
    assert stage.post("alertmanager", GROUP, Authorization="Bearer token-of-east").status_code == 202
    message, _ = stage.received()
    told = json.loads(message["MessageAttributes"]["sender"]["StringValue"])
    assert told == {"name": "east", "teams": ["dev-infra"]}
    assert '"sender":"east"' in stage.logs.getvalue()
    let_in(stage, WEST)
    read_again(stage)
    assert stage.post("alertmanager", GROUP, Authorization="Bearer token-of-east").status_code == 401
    assert stage.post("alertmanager", GROUP, Authorization="Bearer token-of-west").status_code == 202


def read_again(stage: Stage) -> None:
    """Have the function read its secret again, as it does within five minutes."""
    assert stage.post("alertmanager", GROUP, Authorization="Bearer wrong").status_code == 401


def test_a_sender_that_posts_too_often_is_told_when_to_come_again(stage: Stage) -> None:
    let_in(stage, WEST)
    answers = [stage.post("alertmanager", GROUP, Authorization="Bearer token-of-west") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 429]
    assert 1 <= int(answers[1].headers["Retry-After"]) <= 60
    assert "west may make 1 request a minute" in answers[1].json_body["error"]


@pytest.mark.parametrize("failure", [in_good_health, *FAILURES])
def test_no_secret_and_no_payload_is_in_any_answer_log_or_metric(
    stage: Stage, failure: Callable[[Stage], None], capsys: pytest.CaptureFixture[str]
) -> None:
    let_in(stage, EAST, WEST | {"hmac": "hmac-of-nobody"})
    failure(stage)
    text = {"annotations": {"description": "payload-for-nobody"}}
    bodies: list[object] = [
        {"alerts": [ALERT | text]},
        {"ruleName": "payload-for-nobody"},
        [text],
        b"payload-for-nobody",
    ]
    answers = []
    for source in ("grafana", "normalized", "nagios"):
        for body in bodies:
            for secret in PRIVATE:
                presented = {f"X_{source}_Token": secret, "Authorization": f"Bearer {secret}"}
                answers.append(stage.post(source, body, **presented).body.decode())
    everything = "".join(answers) + stage.logs.getvalue() + "".join(capsys.readouterr())
    assert "WEBHOOK_REFUSED" in everything
    for private in (*PRIVATE, "hmac-of-nobody", "payload-for-nobody"):
        assert private not in everything


def test_health_says_version_and_stage_and_nothing_more(stage: Stage) -> None:
    answer = stage.http.get("/health")
    assert (answer.status_code, answer.json_body) == (200, {"version": __version__, "stage": "local"})


def test_the_earlier_address_takes_an_emitters_alert_by_the_header_that_its_secret_names(
    stage: Stage,
) -> None:
    held = json.dumps(TOKENS | {"x-queue-checker-signature": "token-of-the-checker"})
    stage.client("secretsmanager").put_secret_value(
        SecretId="alerting-local-webhook-secrets", SecretString=held
    )
    alert = {"schema_version": 1, "source": "queue-checker", "state": "FIRING", "team": "GPU queue"}
    named = {"X-Queue-Checker-Signature": "token-of-the-checker"}
    answer = stage.http.post("/external-alerts-webhook", headers=named, body=json.dumps(alert).encode())
    assert (answer.status_code, answer.json_body) == (200, {"accepted": 1})
    assert [json.loads(message["Body"]) for message in stage.received()] == [alert]


def test_the_webhook_is_posted_to(stage: Stage) -> None:
    assert stage.http.get("/webhooks/grafana").status_code == 405


def test_a_request_was_received_when_api_gateway_says_so(stage: Stage) -> None:
    """The clock of the machine that a function runs on may be minutes off."""
    event = {
        "requestContext": {
            "httpMethod": "POST",
            "resourcePath": "/webhooks/{source}",
            "identity": {},
            "requestTimeEpoch": 1_780_315_200_123,
        },
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "pathParameters": {"source": "grafana"},
        "headers": {"X-Grafana-Token": "token-of-grafana"},
        "isBase64Encoded": False,
        "body": json.dumps(GROUP),
    }
    assert served.api_handler(event, Context(aws_request_id="request-8"))["statusCode"] == 202
    times = {message["MessageAttributes"]["received_at"]["StringValue"] for message in stage.received()}
    assert times == {"1780315200123"}


def test_on_aws_topic_and_secret_are_where_the_function_is(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = {
        "requestContext": {"httpMethod": "POST", "resourcePath": "/webhooks/{source}", "identity": {}},
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "pathParameters": {"source": "grafana"},
        "headers": {"X-Grafana-Token": "token-of-grafana"},
        "isBase64Encoded": False,
        "body": json.dumps(GROUP),
    }
    assert served.api_handler(event, Context(aws_request_id="request-7"))["statusCode"] == 202
    ids = {message["MessageAttributes"]["correlation_id"]["StringValue"] for message in stage.received()}
    assert ids == {"request-7"}
    elsewhere = Context(invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:alerting-local")
    assert served.api_handler(event, elsewhere)["statusCode"] == 503
    wire_anew(monkeypatch)  # which forgets that the secret is missing
    boto3.client("sns", region_name="eu-west-1").create_topic(Name="alerting-local-alerts")
    boto3.client("secretsmanager", region_name="eu-west-1").create_secret(
        Name="alerting-local-webhook-secrets", SecretString='{"grafana_webhook_token": "token-of-grafana"}'
    )
    assert served.api_handler(event, elsewhere)["statusCode"] == 202
