"""What a stage in virtual time stands on: its log, its clients, and a table that deletes what has expired."""

import io
import json
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from zlib import crc32

from chalicelib.adapters import registry
from chalicelib.wiring.stage import Stage
from tests.longlife.alarms import Alarms
from tests.twins.dynamodb import DynamoTwin, Item
from tests.twins.messaging import QUEUE, Messaging
from tests.twins.outside import Outside
from tests.twins.stage import Held

ACCOUNT, REGION = "123456789012", "us-west-2"
PLACE = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:alerting-local-collector"
SECRETS: dict[str, str | bool] = {f"{source}_webhook_token": "token" for source in registry.webhooks()}
HOOK = "secret-of-the-hook"
TWO_DAYS = 48 * 60 * 60
"""Seconds within which DynamoDB deletes what has expired."""


class Log(io.StringIO):
    """Standard output, as CloudWatch Logs would bill it: counted, and only the newest lines kept."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Counter[str] = Counter()
        self.bytes = 0
        self.problems: list[str] = []

    def write(self, text: str) -> int:
        self.bytes += len(text.encode())
        if text.startswith("{"):
            line = json.loads(text)
            self.lines[line.get("message", "METRICS")] += 1
            if line.get("level") == "ERROR":
                self.problems.append(text)
        return len(text)


@dataclass(frozen=True)
class Context:
    """What functions read of Lambda's context."""

    aws_request_id: str
    invoked_function_arn: str = PLACE

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@dataclass(frozen=True, eq=False)
class TwinStage(Stage):
    """A stage whose services are twins."""

    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: Any, region: str | None = None) -> Any:
        return self.clients[service]

    def secret(self, name: str) -> Any:
        return Held({**SECRETS, "github_webhook_secret": HOOK})


class Queues(Messaging):
    """The topic and its queues, with the address that boto3's client has."""

    meta = SimpleNamespace(endpoint_url=QUEUE.rsplit("/", 2)[0])


class Table(DynamoTwin):
    """The table, a way to put an item into it past the product, and what DynamoDB itself deletes."""

    meta = SimpleNamespace(events=SimpleNamespace(register=lambda *_, **__: None))

    def __init__(self, now: Callable[[], float], outside: Outside) -> None:
        super().__init__(now, outside, self._written)
        self.vanished: set[str] = set()
        self.misplaced: set[str] = set()
        self._still_indexed: list[tuple[str, Item]] = []

    def put(self, item: Item) -> None:
        self.items[item["fingerprint"]["S"]] = item
        self._indexed[item["fingerprint"]["S"]] = (next(self._writes), item)

    def _written(self, _: Item | None, item: Item) -> None:
        """Note what fires and stands among what has ended; at the end of a day little fires."""
        if "resolved_day" in item and item["spec"]["S"].startswith('{"condition":"FIRING"'):
            self.misplaced.add(item["fingerprint"]["S"])

    def expire(self) -> None:
        """Delete what has expired, each at a time of its own; the indexes follow at the next look.

        docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
        """
        self._index()
        for key, item in self._still_indexed:
            if self._indexed.get(key, (0, {}))[1] is item:
                del self._indexed[key]
        gone = [(key, item) for key, item in self.items.items() if _deleted_at(key, item) <= self._now()]
        for key, _ in gone:
            del self.items[key]
        self._still_indexed = gone
        self.vanished |= {key for key, _ in gone}


def clients(table: Table, messaging: Messaging, alarms: Alarms) -> dict[str, Any]:
    """Name the twins as boto3 names their services."""
    return {
        "dynamodb": table,
        "sns": messaging,
        "sqs": messaging,
        "cloudwatch": alarms,
        "resourcegroupstaggingapi": alarms,
    }


def _deleted_at(key: str, item: Item) -> float:
    expires = float(item["ttl_expires_at"]["N"]) if "ttl_expires_at" in item else math.inf
    return expires + crc32(key.encode()) % TWO_DAYS
