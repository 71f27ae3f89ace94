"""A stage in virtual time: what Lambda calls, wired as in production, on the twins of what is outside.

Time jumps to what comes next: a message, a person's deed, a row that is due, or the next look around.
"""

import hashlib
import heapq
import hmac
import io
import itertools
import json
import logging
import math
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from zlib import crc32

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from chalicelib import entrypoints
from chalicelib.adapters import registry
from chalicelib.github.client import GitHubClient
from chalicelib.settings import AwsArn, Settings
from chalicelib.telemetry.powertools import LOGGER
from chalicelib.wiring import github, metrics, rules
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.function import telemetry
from chalicelib.wiring.stage import Stage
from tests.local.github.model import Issue
from tests.local.github.people import Person
from tests.longlife.alarms import Alarms
from tests.twins.dynamodb import DynamoTwin, Item
from tests.twins.github import GitHubTwin, UnsignedApp
from tests.twins.messaging import QUEUE, Messaging
from tests.twins.outside import Outside
from tests.twins.stage import Held

T = TypeVar("T")

START = datetime(2027, 1, 16, tzinfo=UTC)
"""A day after the rows of commit 86bf882 were written."""

ACCOUNT, REGION = "123456789012", "us-west-2"
PLACE = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:alerting-local-collector"
ROUTING = Path(__file__).parent / "routing.toml"
REPOSITORIES = ("example-org/alerts", "example-org/ci-infra")
SECRETS: dict[str, str | bool] = {f"{source}_webhook_token": "token" for source in registry.webhooks()}
HOOK = "secret-of-the-hook"
SETTINGS = {"ALERTING_STAGE": "local", "ALERTING_ACCOUNT_ID": ACCOUNT, "AWS_REGION": REGION}
MINUTE = timedelta(minutes=1)
LOOK_AROUND = timedelta(hours=1)
"""How often reconcile runs though no row is due, unless a run says otherwise."""

TWO_DAYS = 48 * 60 * 60
"""Seconds within which DynamoDB deletes what has expired."""

MADE = ("chalicelib.wiring.", "chalicelib.entrypoints")


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
        super().__init__(now, outside)
        self.vanished: set[str] = set()
        self._still_indexed: list[tuple[str, Item]] = []

    def put(self, item: Item) -> None:
        self.items[item["fingerprint"]["S"]] = item
        self._indexed[item["fingerprint"]["S"]] = (next(self._writes), item)

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


def _deleted_at(key: str, item: Item) -> float:
    expires = float(item["ttl_expires_at"]["N"]) if "ttl_expires_at" in item else math.inf
    return expires + crc32(key.encode()) % TWO_DAYS


class World:
    """One stage, its senders' and people's side, and counts of what it asked of whom."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now, self._patch = START, patch
        self.log, self.calls = Log(), Counter[str]()
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order, self._requests = itertools.count(), itertools.count(1)
        self.table = Table(self._seconds, self._counted)
        self.messaging = Queues(self._seconds, self._counted)
        self.github = GitHubTwin(self._seconds, self._counted)
        self.alarms = Alarms()
        for name in REPOSITORIES:
            repository = self.github.world.add_repository(name)
            repository.collaborators.add("mona")
        self.person = Person(self.github.world, "mona")
        self._wire()
        self.start_cold()

    def _wire(self) -> None:
        patch = self._patch
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        patch.setattr(CLOCK, "_shows", lambda: self.now)
        patch.setattr(CLOCK, "_ahead", timedelta())
        patch.setattr(CLOCK, "sleep", self._sleep)
        patch.setattr(CLOCK, "unique", lambda: f"id-{next(self._requests)}")
        patch.setattr(rules, "ROUTING", ROUTING)
        patch.setattr(metrics, "boto3", SimpleNamespace(client=lambda *_, **__: self.alarms))
        timeout = timedelta(seconds=10)

        def connect(_: Stage, budget: Any) -> GitHubClient:
            return GitHubClient(self.github, UnsignedApp(), budget, CLOCK, timeout)

        patch.setattr(github, "client", connect)

    def start_cold(self) -> None:
        """Throw away all that functions keep in memory, as a deployment does."""
        for name in [name for name in sys.modules if name.startswith(MADE)]:
            for made in vars(sys.modules[name]).values():
                if hasattr(made, "cache_clear"):
                    made.cache_clear()
        clients = {
            "dynamodb": self.table,
            "sns": self.messaging,
            "sqs": self.messaging,
            "cloudwatch": self.alarms,
            "resourcegroupstaggingapi": self.alarms,
        }
        settings, place = Settings.read(SETTINGS), AwsArn.parse(PLACE)
        self.stage = TwinStage(settings, telemetry(), place, clients=clients)
        self._patch.setattr(entrypoints, "serving", lambda _: self.stage)
        for handler in logging.getLogger(LOGGER).handlers:
            if isinstance(handler.formatter, LambdaPowertoolsFormatter):
                self._patch.setattr(handler, "stream", self.log)

    # What happens

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        """Let something happen at a time."""
        heapq.heappush(self._agenda, (when, next(self._order), act))

    def post(self, source: str, body: Any) -> None:
        """Have a sender post to the webhook."""
        request = SimpleNamespace(
            headers={"authorization": "Bearer token"},
            raw_body=json.dumps(body).encode(),
            context={"requestTimeEpoch": round(self._seconds() * 1000)},
        )
        with redirect_stdout(self.log):
            answer = entrypoints.webhook(source, {}, request, self._context())
        assert answer.status == 202, (source, answer)
        self.collect()

    def publish(self, body: Any) -> None:
        """Publish to the topic, as services of AWS do."""
        self.messaging.publish(json.dumps(body), {})
        self.collect()

    def tell(self, issue: Issue, event: str, action: str, **more: Any) -> None:
        """Have GitHub tell that a person did something."""
        payload = {
            "action": action,
            "issue": {"number": issue.number, "user": {"login": self.github.world.bot.login, "type": "Bot"}},
            "repository": {"full_name": issue.repository.full_name},
            "sender": {"login": "mona", "type": "User"},
            **more,
        }
        body = json.dumps(payload).encode()
        signature = f"sha256={hmac.new(HOOK.encode(), body, hashlib.sha256).hexdigest()}"
        headers = {"x-hub-signature-256": signature, "x-github-event": event, "x-github-delivery": "d"}
        request = SimpleNamespace(headers=headers, raw_body=body, context=None)
        with redirect_stdout(self.log):
            answer = entrypoints.github_events(request, self._context())
        assert answer.status == 202, answer
        self.collect()

    def collect(self) -> None:
        """Have the collector take what is in the queue."""
        while batch := self.messaging.receive(10):
            with redirect_stdout(self.log):
                entrypoints.collect([message.record() for message in batch], self._context())
            for message in batch:
                self.messaging.delete(message.handle)
        self.messaging.sent.clear()

    def reconcile(self) -> None:
        """Have the schedule call."""
        with redirect_stdout(self.log):
            entrypoints.reconcile(self._context())
        self.collect()

    def run(self, until: datetime, every: timedelta = LOOK_AROUND) -> None:
        """Let time pass; reconcile runs every so often, and in each minute in which a row is due."""
        minute = self._next_minute()
        while minute <= until:
            while self._agenda and self._agenda[0][0] <= minute:
                when, _, act = heapq.heappop(self._agenda)
                self.now = max(self.now, when)
                act()
            self.now = max(self.now, minute)
            self.table.expire()
            if (minute - START) % every == timedelta() or self._anything_due():
                self.reconcile()
            minute = self._next_minute()

    def skip(self, until: datetime, every: timedelta) -> None:
        """Let time pass in which nothing happens, and reconcile runs seldom."""
        while self.now + every <= until:
            self.now += every
            self.table.expire()
            self.reconcile()

    # What everybody asks for

    def items(self) -> dict[str, dict[str, Any]]:
        """The rows."""
        return {key: item for key, item in self.table.items.items() if "spec" in item}

    def documents(self) -> dict[str, dict[str, Any]]:
        """The documents."""
        return {key: item for key, item in self.table.items.items() if "document" in item}

    def issues(self) -> list[Issue]:
        """The issues that a person would see."""
        return [issue for each in self.github.world.repositories.values() for issue in each.listed]

    def _anything_due(self) -> bool:
        now = self._seconds()
        due = (item for item in self.items().values() if "due_at" in item)
        return any("held" in item or float(item["due_at"]["N"]) <= now for item in due)

    def _next_minute(self) -> datetime:
        return self.now.replace(second=0, microsecond=0) + MINUTE

    def _seconds(self) -> float:
        return self.now.timestamp()

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=max(0.0, seconds))

    def _context(self) -> Context:
        return Context(f"request-{next(self._requests)}")

    def _counted(self, point: str, effect: Callable[[], T]) -> T:
        self.calls[point] += 1
        return effect()
