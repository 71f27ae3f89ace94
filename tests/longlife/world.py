"""A stage in virtual time: what Lambda calls, wired as in production, on the twins of what is outside.

Time jumps to what comes next: a message, a person's deed, a row that is due, or the next look around.
"""

import heapq
import itertools
import json
import logging
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from chalicelib import entrypoints
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
from tests.longlife.requests import posted, told_by_github
from tests.longlife.twins import ACCOUNT, PLACE, REGION, Context, Log, Queues, Table, TwinStage, clients
from tests.twins.github import GitHubTwin, UnsignedApp

T = TypeVar("T")

START = datetime(2027, 1, 16, tzinfo=UTC)
"""A day after the rows of commit 86bf882 were written."""

ROUTING = Path(__file__).parent / "routing.toml"
REPOSITORIES = ("example-org/alerts", "example-org/ci-infra")
SETTINGS = {"ALERTING_STAGE": "local", "ALERTING_ACCOUNT_ID": ACCOUNT, "AWS_REGION": REGION}
MINUTE = timedelta(minutes=1)
LOOK_AROUND = timedelta(hours=1)
"""How often reconcile runs though no row is due, unless a run says otherwise."""

MADE = ("chalicelib.wiring.", "chalicelib.entrypoints")


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
        settings, place = Settings.read(SETTINGS), AwsArn.parse(PLACE)
        self.stage = TwinStage(
            settings, telemetry(), place, clients=clients(self.table, self.messaging, self.alarms)
        )
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
        request = posted(body, self._seconds())
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
        request = told_by_github(issue, event, action, more)
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
        """Let time pass in which nothing happens, and reconcile runs seldom, the last time at its end."""
        while self.now < until:
            self.now = min(self.now + every, until)
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
