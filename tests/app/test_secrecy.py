"""No payload, header, token or key is ever logged, whatever the functions do and however it fails."""

import base64
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from typing import Any

import httpx
import pytest

from chalicelib.errors import AlertingError
from chalicelib.github.transport import BoundedTransport
from chalicelib.telemetry.powertools import THEIRS
from tests.app import test_functions as functions
from tests.app.stage import wire_anew
from tests.app.test_functions import AT_ONCE, OTHER, Running, with_settings
from tests.local.github import AppKey
from tests.unit import one_each

aws_url, key, running = functions.aws_url, functions.key, functions.running

NO_WAIT = AT_ONCE | {"DRIFT_CHANGES_MINUTES": "0", "DRIFT_EVERYTHING_MINUTES": "0", "CANARY_REPO": OTHER}
PAYLOAD = "payload-for-nobody"
QUERY = "query-for-nobody"
FAILURES = [None, 401, 403, 404, 410, 422, 302, 500, httpx.ConnectError, httpx.ReadTimeout, 429]
"""The last has GitHub left alone for a minute."""


def answered(failure: object) -> object:
    """Whether GitHub works, refuses, is in trouble, wants to be left alone, or cannot be reached."""
    return failure if failure in {500, 429} else type(failure)


Send = Callable[[httpx.Request], httpx.Response]


@dataclass
class Echoing:
    """GitHub, or a proxy before it, that gives back the credential it was shown wherever it can."""

    failure: int | type[httpx.TransportError] | None = None
    shown: set[str] = field(default_factory=set)

    def answer(self, request: httpx.Request, send: Send) -> httpx.Response:
        credential = request.headers["authorization"]
        self.shown.add(credential.removeprefix("Bearer "))
        if self.failure is None:
            return send(request)
        if not isinstance(self.failure, int):
            raise self.failure(f"while sending {credential}", request=request)
        body = {"message": f"no: {credential}", "errors": [{"field": credential, "message": credential}]}
        told = {"location": f"https://example.org/?{credential}", "x-github-request-id": "AB:1"}
        return httpx.Response(self.failure, json=body, headers=told, request=request)


@pytest.fixture
def github(running: Running, monkeypatch: pytest.MonkeyPatch) -> Echoing:
    echoing, ours = Echoing(), BoundedTransport.handle_request

    def handle_request(transport: BoundedTransport, request: httpx.Request) -> httpx.Response:
        return echoing.answer(request, partial(ours, transport))

    monkeypatch.setattr(BoundedTransport, "handle_request", handle_request)
    return echoing


def alarm(name: str, state: str = "ALARM", minute: int = 0) -> dict[str, Any]:
    described = f"TEAM=dev-infra | PRIORITY=P1 | RUNBOOK=https://example.org/runbook?token={QUERY}"
    return functions.alarm(name) | {
        "AlarmDescription": described,
        "NewStateValue": state,
        "OldStateValue": "OK" if state == "ALARM" else "ALARM",
        "StateChangeTime": f"2026-03-01T03:{minute:02}:00.000+0000",
        "Unknown": {"member": PAYLOAD},
    }


def secrets(key: AppKey, github: Echoing) -> Iterator[str]:
    encoded = base64.b64encode(key.private_pem.encode()).decode()
    yield from (PAYLOAD, QUERY, encoded[:60], *key.private_pem.splitlines()[1:3])
    for credential in github.shown:
        yield from (part for part in credential.replace("_", ".").split(".") if len(part) > 12)


def told(running: Running, capsys: pytest.CaptureFixture[str]) -> str:
    return running.logs.getvalue() + "".join(capsys.readouterr())


def events(text: str) -> set[str]:
    return {json.loads(line).get("message", "") for line in text.splitlines() if line.startswith("{")}


@with_settings(**NO_WAIT)
def test_steps_reconcile_drift_and_canary_tell_no_secret_however_github_answers(
    running: Running, github: Echoing, key: AppKey, capsys: pytest.CaptureFixture[str]
) -> None:
    for n, failure in enumerate(one_each(FAILURES, answered)):
        github.failure = failure
        running.collect(alarm(f"alarm {n}"))
        running.reconcile()
        github.failure = None
        running.reconcile()
        github.failure = failure
        running.collect(alarm(f"alarm {n}", "OK", minute=5))
        running.reconcile()
        github.failure = None
        running.reconcile()
    everything = told(running, capsys)
    assert len(github.shown) > 5
    assert {"NORMALIZED_ALERT", "STEP", "RETRY", "RATE_LIMITED", "CANARY", "RECONCILED"} <= events(everything)
    assert {"BREAKER_OPENED", "DRIFT_FAILED"} <= events(everything)
    assert [secret for secret in secrets(key, github) if secret in everything] == []


@with_settings(**NO_WAIT)
def test_what_cannot_be_recorded_tells_no_secret(
    running: Running, github: Echoing, key: AppKey, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither in the log nor in the error that Lambda writes to it."""
    rejected = {"AlarmName": PAYLOAD}
    running.collect(rejected, f"{PAYLOAD} is no JSON", alarm("of nobody") | {"AlarmDescription": PAYLOAD})
    assert len(running.aws.dlq_messages()) == 3
    running.aws.sqs.delete_queue(QueueUrl=running.aws.dlq_url)
    running.aws.dynamodb.delete_table(TableName=running.aws.table)
    with pytest.raises(AlertingError) as of_rejecting:
        running.collect(rejected)
    running.collect(alarm("one"))
    with pytest.raises(AlertingError) as of_reconcile:
        running.reconcile()
    without_queue = running.received(alarm("two"))
    running.aws.sqs.delete_queue(QueueUrl=running.aws.queue_url)
    with pytest.raises(AlertingError) as of_requeueing:
        running.hand_over(without_queue)
    raised = (of_rejecting.value, of_reconcile.value, of_requeueing.value)
    traces = ["".join(traceback.format_exception(each)) for each in raised]
    everything = told(running, capsys) + "".join(traces)
    expected = {"REJECTED", "NOT_RECORDED", "REQUEUED", "NOT_REQUEUED", "GAUGES_FAILED", "CANARY_FAILED"}
    assert expected <= events(everything)
    assert [secret for secret in secrets(key, github) if secret in everything] == []


@with_settings(**NO_WAIT)
def test_a_key_that_cannot_be_used_is_not_told(
    running: Running,
    key: AppKey,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logs: list[StringIO] = []
    broken = key.private_pem.replace("PRIVATE", "PIRATE")
    for app_key in (broken, base64.b64encode(broken.encode()).decode(), key.private_pem):
        secret = json.dumps({"github_app_id": "12345", "github_app_key_base64": app_key})
        running.aws.secretsmanager.put_secret_value(SecretId=running.aws.app_secret, SecretString=secret)
        logs.append(wire_anew(monkeypatch))
        running.collect(alarm(f"alarm {len(app_key)}"))
        running.reconcile()
    everything = told(running, capsys) + "".join(log.getvalue() for log in logs)
    assert "github_app_key_base64" in everything
    lines = key.private_pem.splitlines()[1:3]
    assert not any(
        line in everything for line in (*lines, base64.b64encode(lines[0].encode()).decode()[4:40])
    )


@with_settings(**NO_WAIT)
def test_no_level_makes_anybodys_logger_write_what_is_sent_and_answered(
    running: Running,
    github: Echoing,
    key: AppKey,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lambda gives the root logger a handler and the level of its configuration, before we are loaded."""
    for name in ("AWS_LAMBDA_LOG_LEVEL", "POWERTOOLS_LOG_LEVEL"):
        monkeypatch.setenv(name, "DEBUG")
    with at_debug() as log:
        wire_anew(monkeypatch)
        running.collect(alarm("one"))
        running.reconcile()
        everything = log.getvalue() + told(running, capsys)
    assert github.shown
    assert [secret for secret in secrets(key, github) if secret in everything] == []
    assert "authorization" not in everything.lower()
    assert "DEBUG" not in log.getvalue()


@contextmanager
def at_debug() -> Iterator[StringIO]:
    """Give the root logger a handler that takes everything, as Lambda does."""
    log, root = StringIO(), logging.getLogger()
    handler, before, disabled = logging.StreamHandler(log), root.level, root.manager.disable
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    levels = {name: logging.getLogger(name).level for name in THEIRS}
    try:
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        for name in THEIRS:
            logging.getLogger(name).setLevel(logging.NOTSET)
        logging.disable(logging.NOTSET)
        yield log
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        logging.disable(disabled)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
