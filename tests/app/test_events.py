"""The route of GitHub's events: how GitHub is answered, and what the queue gets."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.app.served import Answer
from tests.app.stage import HOOK_SECRET, TOKENS, TOPIC, Stage, start, wire_anew
from tests.unit.webhook.test_hints import BOT, event


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with mock_aws():
        yield start(monkeypatch)


def post(
    stage: Stage, payload: Any, *, name: str = "issues", secret: str = HOOK_SECRET, body: bytes | None = None
) -> Answer:
    """Deliver as GitHub does."""
    content = json.dumps(payload).encode() if body is None else body
    headers = {
        "X-GitHub-Event": name,
        "X-GitHub-Delivery": "guid-1",
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest(),
        "Content-Type": "application/json",
    }
    return stage.http.post("/github/events", headers=headers, body=content)


def test_what_a_person_did_is_handed_to_the_queue_in_few_words(stage: Stage) -> None:
    answer = post(stage, event(issue={"number": 7, "user": BOT, "body": "x" * 300_000}))
    assert (answer.status_code, answer.json_body) == (202, {"accepted": 1})
    (message,) = stage.received()
    assert json.loads(message["Body"]) == {
        "event": "issues",
        "action": "closed",
        "repository": "org/infra",
        "issue": 7,
        "sender": "mona",
        "delivery": "guid-1",
    }
    assert message["MessageAttributes"]["source"]["StringValue"] == "github"


@pytest.mark.parametrize(
    ("name", "payload"), [("ping", {"zen": "x"}), ("issues", event(sender=BOT)), ("new", event())]
)
def test_what_changes_nothing_is_acknowledged(stage: Stage, name: str, payload: dict[str, Any]) -> None:
    answer = post(stage, payload, name=name)
    assert (answer.status_code, answer.json_body) == (202, {"accepted": 0})
    assert stage.received() == []


def test_githubs_own_example_of_a_signature_is_taken(stage: Stage) -> None:
    stage.client("secretsmanager").put_secret_value(
        SecretId="alerting-local-webhook-secrets",
        SecretString=json.dumps({"github_webhook_secret": "It's a Secret to Everybody"}),
    )
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    answer = stage.http.post(
        "/github/events", headers={"X-Hub-Signature-256": signature}, body=b"Hello, World!"
    )
    assert answer.status_code == 400
    assert answer.json_body["error"].startswith("the body is not valid JSON")


@pytest.mark.parametrize("secret", ["wrong", ""])
def test_a_wrong_signature_is_refused_without_a_word_why(stage: Stage, secret: str) -> None:
    answer = post(stage, event(), secret=secret)
    assert (answer.status_code, answer.json_body) == (401, {"error": "unauthorized"})
    assert stage.http.post("/github/events", body=json.dumps(event()).encode()).status_code == 401
    assert stage.received() == []


@pytest.mark.parametrize(
    "signature", [None, "", "sha256=", "sha1=" + "0" * 40, "sha256=" + "0" * 63, "SHA256=" + "0" * 64]
)
def test_what_is_no_signature_is_refused_without_a_look_at_any_secret(
    stage: Stage, signature: str | None
) -> None:
    for name in ("webhook-secrets", "alerting-app-secrets"):
        secret_id = f"alerting-local-{name}"
        stage.client("secretsmanager").delete_secret(SecretId=secret_id, ForceDeleteWithoutRecovery=True)
    headers = {} if signature is None else {"X-Hub-Signature-256": signature}
    assert stage.http.post("/github/events", headers=headers, body=b"{").status_code == 401
    shaped = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
    assert stage.http.post("/github/events", headers=shaped, body=b"{").status_code == 503


@pytest.mark.parametrize(("body", "status"), [(b"[]", 400), (b"{", 400), (b" " * (6 * 1024 * 1024 + 1), 413)])
def test_what_is_no_event_is_refused(stage: Stage, body: bytes, status: int) -> None:
    assert post(stage, None, body=body).status_code == status


def test_without_a_secret_nothing_is_taken_and_the_log_says_what_is_missing(stage: Stage) -> None:
    hold(stage, {})
    assert post(stage, event()).status_code == 503
    assert "github_webhook_secret must be a string" in stage.logs.getvalue()


@pytest.mark.parametrize("signing", ["", "  ", None, 7, [HOOK_SECRET]])
def test_a_secret_that_is_no_text_or_empty_opens_to_nobody(stage: Stage, signing: object) -> None:
    hold(stage, {"github_webhook_secret": signing}, {"github_webhook_secret": HOOK_SECRET})
    assert post(stage, event(), secret="").status_code == 503
    assert post(stage, event()).status_code == 503


def test_where_the_role_may_still_read_it_the_former_place_serves_until_there_is_a_new_one(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(stage, TOKENS | {"github_webhook_secret": "new"}, {"github_webhook_secret": HOOK_SECRET})
    assert post(stage, event(), secret="new").status_code == 202
    assert post(stage, event()).status_code == 401
    wire_anew(monkeypatch)
    hold(stage, {"grafana_webhook_token": "token"}, {"github_webhook_secret": HOOK_SECRET})
    assert post(stage, event()).status_code == 202
    assert post(stage, event(), secret="new").status_code == 401


def hold(stage: Stage, senders: dict[str, Any], app: dict[str, Any] | None = None) -> None:
    """Put what the two secrets hold."""
    for name, held in (("webhook-secrets", senders), ("alerting-app-secrets", app or {})):
        stage.client("secretsmanager").put_secret_value(
            SecretId=f"alerting-local-{name}", SecretString=json.dumps(held)
        )


def test_without_a_topic_github_is_told(stage: Stage) -> None:
    boto3.client("sns").delete_topic(TopicArn=TOPIC)
    assert post(stage, event()).status_code == 503


def test_the_secret_stands_nowhere(stage: Stage) -> None:
    answers = [post(stage, event()), post(stage, event(), secret="wrong"), post(stage, None, body=b"{")]
    assert HOOK_SECRET not in stage.logs.getvalue() + "".join(str(answer.body) for answer in answers)
