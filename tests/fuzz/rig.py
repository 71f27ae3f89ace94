"""The webhook and the collector on twins, whole and in memory, with secrets that must show up nowhere."""

import base64
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import app
from chalicelib import entrypoints
from chalicelib.adapters import registry
from chalicelib.aws.secrets_manager import Secret
from chalicelib.collector.collector import Collector
from chalicelib.rate_limit.rules import Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.sync.execute import Executor
from chalicelib.sync.sync import Sync, Timing
from chalicelib.telemetry.powertools import LOGGER, Powertools
from chalicelib.webhook.alerts import AlertWebhook
from chalicelib.webhook.refusals import Refusals
from chalicelib.wiring import webhook as wired
from tests.twins.clock import ManualClock
from tests.twins.queue import MemoryQueue
from tests.twins.store import MemoryStore
from tests.twins.tracker import MemoryTracker
from tests.unit.builders import policy

SECRET: dict[str, Any] = {
    f"{source}_webhook_token": f"canary-of-{source}" for source in registry.webhooks()
} | {
    "grafana_webhook_token": ["canary-old-of-grafana", "canary-new-of-grafana"],
    "grafana_hmac_secret": None,
    "normalized_hmac_secret": "canary-hmac-of-normalized",
    "senders": [
        {"name": "east", "source": "alertmanager", "token": ["canary-of-east", "canary-next-of-east"]},
        {
            "name": "signer",
            "source": "grafana",
            "hmac": {"secret": "canary-hmac-of-signer", "header": "X-Signer", "prefix": "sha256="},
            "teams": ["dev-infra"],
            "requests_per_minute": 1000,
        },
    ],
}
PRESENTED = "canary-that-a-stranger-presents"
CANARY = "canary-"
HIDDEN = (CANARY, base64.b64encode(b"u:canary-").decode()[:10], base64.b64encode(b"canary-").decode()[:9])
"""What must show up nowhere, in the encodings in which it is sent."""
FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:alerting-local"


class SecretsManager:
    """Holds the webhook's secret."""

    def get_secret_value(self, **_: str) -> dict[str, str]:
        return {"SecretString": json.dumps(SECRET)}


class Topic:
    """Takes every message that SNS would take."""

    def __init__(self) -> None:
        self.published: list[tuple[str, dict[str, str]]] = []

    def publish(self, bodies: list[str], attributes: dict[str, str]) -> None:
        for body in bodies:
            assert body.isascii(), "characters that SQS may refuse"
            assert len(body) <= 262_144 - 1000
            self.published.append((body, attributes))


@dataclass
class Rig:
    """One world for one input; `told` is everything that it says anywhere."""

    clock: ManualClock = field(default_factory=ManualClock)
    topic: Topic = field(default_factory=Topic)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    store: MemoryStore = field(default_factory=MemoryStore)
    log: StringIO = field(default_factory=StringIO)

    def __post_init__(self) -> None:
        self.telemetry = Powertools("local")
        self.tracker = MemoryTracker(self.clock.now)
        secret = Secret(cast("Any", SecretsManager()), "webhook-secrets", self.clock.now)
        self.ingest = AlertWebhook(
            self.topic, secret, self.clock.now, self.telemetry, Refusals(self.telemetry)
        )
        gate = SharedBudget(self.store, Limits(), self.clock.now, self.telemetry)
        rules = policy()
        act = Executor(lambda: self.tracker, rules.routing, self.clock.now)
        sync = Sync(self.store, gate, act, self.clock, rules, Timing(), self.telemetry)
        self.collector = Collector(
            self.store, self.queue, sync.advance, rules, Timing().lease, self.clock.now, self.telemetry
        )

    def post(self, source: str, headers: Mapping[str, list[str]], body: bytes) -> tuple[int, str]:
        """Post through Chalice, as API Gateway does, with the last of several headers of a name."""
        event = {
            "requestContext": {
                "httpMethod": "POST",
                "resourcePath": "/webhooks/{source}",
                "identity": {"sourceIp": "192.0.2.1"},
                "requestTimeEpoch": int(self.clock.now().timestamp() * 1000),
            },
            "multiValueQueryStringParameters": None,
            "stageVariables": None,
            "pathParameters": {"source": source},
            "headers": {name: values[-1] for name, values in headers.items()},
            "multiValueHeaders": {name: list(values) for name, values in headers.items()},
            "isBase64Encoded": True,
            "body": base64.b64encode(body).decode(),
        }
        context = SimpleNamespace(invoked_function_arn=FUNCTION, aws_request_id="request-1")
        with self._listening(), patch.object(wired, "ingest", lambda _: self.ingest):
            answer = app.app(event, context)
        return answer["statusCode"], answer["body"]

    def collect(self, records: list[dict[str, Any]]) -> None:
        """Hand records to the collector, as Lambda does."""
        with self._listening():
            self.collector.collect(records, self.clock.now() + Timing().lease)
            self.telemetry.flush()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        handlers = [handler for name in (LOGGER, "alerting") for handler in logging.getLogger(name).handlers]
        streams = [cast("Any", handler) for handler in handlers if isinstance(handler, logging.StreamHandler)]
        before = [handler.stream for handler in streams]
        with patch.object(entrypoints, "telemetry", lambda: self.telemetry), redirect_stdout(self.log):
            for handler in streams:
                handler.stream = self.log
            try:
                yield
            finally:
                for handler, stream in zip(streams, before, strict=True):
                    handler.stream = stream

    @property
    def told(self) -> str:
        """Everything that log lines, dead letters' attributes and issues say."""
        threads = self.tracker.threads.values()
        issues = [[each.seen.title, each.seen.body, *each.seen.labels, *each.comments] for each in threads]
        attributes = [attributes for _, attributes in self.queue.rejected]
        return self.log.getvalue() + json.dumps([issues, attributes, self.tracker.calls])
