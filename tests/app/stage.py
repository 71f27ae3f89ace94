"""One stage of the app in this process, on AWS as moto has it."""

import json
import sys
from dataclasses import dataclass
from functools import cache
from io import StringIO
from typing import Any

import boto3
import pytest

from chalicelib.adapters import registry
from chalicelib.wiring.function import telemetry
from tests.app import served
from tests.app.served import Answer, Http
from tests.log import redirected

REGION = "us-west-2"
ACCOUNT = "123456789012"
KEEP_WHAT_THEY_MADE = ("chalicelib.wiring.", "chalicelib.entrypoints")
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerting-local-alerts"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:alerting-local-alerts"
HOOK_SECRET = "secret-of-the-hook"
TOKENS = {f"{source}_webhook_token": f"token-of-{source}" for source in registry.webhooks()} | {
    "grafana_webhook_token": ["token-of-grafana", "next-token-of-grafana"],
    "normalized_hmac_secret": "hmac-of-normalized",
    "github_webhook_secret": HOOK_SECRET,
}
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
    "ALERTING_STAGE": "local",
    "ALERTING_ACCOUNT_ID": ACCOUNT,
    "ALARMS_INTERVAL_MINUTES": "0",
}


@cache
def _session() -> boto3.Session:
    """Share what a session loads: the service models, tenths of a second each."""
    return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=REGION)


@dataclass(frozen=True)
class Stage:
    """Topic, queues and the webhook's secret; `logs` is what the functions have logged."""

    logs: StringIO

    @property
    def http(self) -> Http:
        return served.http

    def client(self, service: Any) -> Any:
        return boto3.client(service)

    def create(self) -> None:
        sns, sqs = self.client("sns"), self.client("sqs")
        sns.create_topic(Name="alerting-local-alerts")
        for name in ("alerting-local-alerts", "alerting-local-alerts-dlq"):
            sqs.create_queue(QueueName=name)
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE, Attributes=raw)
        self.client("secretsmanager").create_secret(
            Name="alerting-local-webhook-secrets", SecretString=json.dumps(TOKENS)
        )
        self.client("secretsmanager").create_secret(
            Name="alerting-local-alerting-app-secrets", SecretString=json.dumps({"github_app_id": "1"})
        )

    def post(self, source: str, body: object, **headers: str) -> Answer:
        """Post; header names are written with underscores."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(f"/webhooks/{source}", headers=named, body=content)

    def received(self, queue: str = "alerting-local-alerts") -> list[Any]:
        return list(
            self.client("sqs")
            .receive_message(
                QueueUrl=f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{queue}",
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
            .get("Messages", [])
        )


def start(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Stage:
    """Make the stage's resources, and its settings the environment."""
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (ENVIRONMENT | settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", _session())
    stage = Stage(wire_anew(monkeypatch))
    stage.create()
    return stage


def wire_anew(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """Forget what was wired for another test; returns what the functions will log."""
    for name in [name for name in sys.modules if name.startswith(KEEP_WHAT_THEY_MADE)]:
        for made in vars(sys.modules[name]).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()
    telemetry()
    return redirected(monkeypatch)


@dataclass(frozen=True)
class Context:
    """What a function reads of Lambda's context."""

    seconds: float = 60
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:alerting-local"
    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return round(self.seconds * 1000)
