"""The system in virtual time: the real collector, sync, reconcile, budget and GitHub client.

Lambda runs five collectors at once, and reconcile every minute. A call to the table takes 5 ms unless a test
says otherwise, one to GitHub 300 ms. GitHub is the stand-in that the contract suites hold to its rules, with
its real limits.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.collector.collector import Collector, NotRecorded
from chalicelib.conditions.plan import Policy
from chalicelib.errors import StoreUnavailable
from chalicelib.github.auth import App
from chalicelib.github.client import GitHubClient
from chalicelib.github.issues import GitHubIssues
from chalicelib.rate_limit.rules import Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.reconcile.drift import Drift
from chalicelib.reconcile.reconcile import Reconcile
from chalicelib.reconcile.storms import StormKeeper
from chalicelib.reconcile.sub_issues import SubIssues
from chalicelib.reconcile.waiting import WaitingLists
from chalicelib.routing import load
from chalicelib.sync.execute import Executor
from chalicelib.sync.storms import StormEnricher
from chalicelib.sync.sync import Sync, Timing
from tests.local.github import GitHubServer
from tests.local.github.journal import Entry
from tests.local.github.model import Issue
from tests.storm.indexed import IndexedCensus, IndexedStore
from tests.storm.sqs import VirtualQueue
from tests.storm.timeline import Timeline
from tests.twins.census import MemoryCensus
from tests.twins.telemetry import Recorder

REPOSITORY = "example-org/alerts"
CALL = "@example-org/oncall"
COLLECTORS = 5
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
CONFIG = json.loads((Path(__file__).parents[2] / ".chalice" / "config.json").read_text(encoding="utf-8"))
TIME_LIMITS = {
    name: CONFIG["lambda_functions"][name]["lambda_timeout"] for name in ("collector", "reconcile")
}
MARGIN, POLL = 3.0, 1.0
TABLE_SECONDS, GITHUB_SECONDS = 0.005, 0.3
TIMEOUT = timedelta(seconds=10)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Slow:
    """The table, whose every call takes a moment, or `away` seconds without an answer."""

    def __init__(self, world: "World", of: Any) -> None:
        self._world, self._of = world, of

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._of, name)

        def answer(*arguments: Any) -> Any:
            if self._world.away is not None:
                self._world.timeline.sleep(self._world.away)
                raise StoreUnavailable("the table did not answer")
            self._world.timeline.sleep(self._world.table_seconds)
            return call(*arguments)

        return answer


class Wire(httpx.BaseTransport):
    """The way to GitHub and back; `fault` is what becomes of a request instead."""

    def __init__(self, server: GitHubServer, timeline: Timeline) -> None:
        self._github, self._timeline = httpx.WSGITransport(cast("Any", server._serve)), timeline
        self.fault: Callable[[httpx.Request], httpx.Response] | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._timeline.sleep(GITHUB_SECONDS / 2)
        if self.fault:
            return self.fault(request)
        answer = self._github.handle_request(request)
        answer.read()
        self._timeline.sleep(GITHUB_SECONDS / 2)
        return answer


ROUTING = f'[default]\nrepository = "{REPOSITORY}"\n'
MENTIONS = "\n".join(["[default.mention]", *(f'P{each} = ["{CALL}"]' for each in range(4))])


class World:
    """Everything between an alert and its issue, in virtual time; `storms` has those of one cause listed."""

    def __init__(
        self, limits: Limits | None = None, table_seconds: float = TABLE_SECONDS, *, storms: bool = False
    ) -> None:
        self.storms = storms
        self.limits, self.table_seconds = limits or Limits(), table_seconds
        self.timeline, self.telemetry, self.store = Timeline(), Recorder(), IndexedStore()
        self.queue = VirtualQueue(lambda: self.timeline.seconds)
        self.github = _github(self.timeline)
        self.wire = Wire(self.github, self.timeline)
        self.policy = Policy(load(ROUTING + (MENTIONS if storms else "")))
        self.refused: list[BaseException] = []
        self.away: float | None = None
        self.longest = 0.0
        for _ in range(COLLECTORS):
            self.timeline.start(self._poll)
        self.timeline.start(self._schedule, at=1.0)

    def _poll(self) -> None:
        """Lambda's poller and its collector: a batch, an invocation, a deletion."""
        collector = self._collector()
        while True:
            batch = self.queue.receive(self.timeline.seconds)
            if not batch:
                coming = self.queue.next_at
                self.timeline.sleep(max(POLL, coming - self.timeline.seconds if coming is not None else HOUR))
                continue
            began = self.timeline.seconds
            try:
                collector.collect([message.record() for message in batch], self._until("collector"))
            except NotRecorded as error:
                self.refused.append(error)
            self.longest = max(self.longest, self.timeline.seconds - began)

    def _schedule(self) -> None:
        """EventBridge's schedule: an invocation every minute."""
        reconcile = self._reconcile()
        while True:
            began = self.timeline.seconds
            with contextlib.suppress(StoreUnavailable):
                reconcile.run(self._until("reconcile"))
            self.timeline.sleep(MINUTE - (self.timeline.seconds - began) % MINUTE)

    def _until(self, function: str) -> datetime:
        return self.timeline.now() + timedelta(seconds=TIME_LIMITS[function] - MARGIN)

    def _collector(self) -> Collector:
        sync, _, _ = self._container()
        rows = self._rows()
        minute = timedelta(minutes=1)
        return Collector(
            rows, self.queue, sync.advance, self.policy, minute, self.timeline.now, self.telemetry
        )

    def _reconcile(self) -> Reconcile:
        sync, issues, gate = self._container()
        rows = self._rows()
        drift = Drift(
            rows,
            lambda: issues,
            sync,
            gate,
            MemoryCensus(self.store),
            frozenset({REPOSITORY}),
            self.timeline.now,
        )
        jobs, first = (("DRIFT_FAILED", drift.check),), tuple(self._keepers(sync, issues, gate))
        return Reconcile(
            rows, sync.advance, jobs, self.timeline.now, self.telemetry, first=first if self.storms else ()
        )

    def _keepers(
        self, sync: Sync, issues: GitHubIssues, gate: SharedBudget
    ) -> Iterator[tuple[str, Callable[[datetime], None]]]:
        """What keeps the pages of storms, and of what waits."""
        rows, census, now, telemetry = self._rows(), self._census(), self.timeline.now, self.telemetry
        attach = SubIssues(rows, lambda: issues, gate, now, telemetry).attach
        yield "STORM_FAILED", StormKeeper(rows, census, sync.advance, attach, now, telemetry).check
        yield "WAITING_FAILED", WaitingLists(rows, census, self.policy.routing, sync.advance, now).check

    def _census(self) -> Any:
        return Slow(self, IndexedCensus(self.store))

    def _rows(self) -> Any:
        return Slow(self, self.store)

    def _container(self) -> tuple[Sync, GitHubIssues, SharedBudget]:
        """Make what each container has of its own: a gate, a client, tokens."""
        rows, now = self._rows(), self.timeline.now
        gate = SharedBudget(rows, self.limits, now)
        http = httpx.Client(base_url=self.github.url, transport=self.wire)
        issues = GitHubIssues(GitHubClient(http, App("1", KEY), gate, self.timeline, TIMEOUT))
        act = Executor(lambda: issues, self.policy.routing, now, rows.of_issue)
        timing = Timing(call=TIMEOUT * 1.5)
        looks = StormEnricher(self._census(), rows, self.policy.routing, now, self.telemetry)
        worker = (rows, gate, act, self.timeline, self.policy, timing, self.telemetry)
        return Sync(*worker, enrichers=(looks,) if self.storms else ()), issues, gate

    @property
    def issues(self) -> list[Issue]:
        return list(self.github.world.repository(REPOSITORY).listed)

    @property
    def requests(self) -> list[Entry]:
        return self.github.journal.requests

    @property
    def writes(self) -> list[Entry]:
        """What was written to GitHub; minting a token writes nothing."""
        return [
            entry
            for entry in self.requests
            if entry.method not in ("GET", "HEAD") and "/access_tokens" not in entry.path
        ]

    def seconds_of(self, entry: Entry | Issue) -> float:
        """When it was, in seconds since the start."""
        at = entry.at if isinstance(entry, Entry) else entry.created_at
        return at - (self.timeline.now().timestamp() - self.timeline.seconds)


def _github(timeline: Timeline) -> GitHubServer:
    public = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    server = GitHubServer(app_id="1", public_key_pem=public.decode(), now=lambda: timeline.now().timestamp())
    server.world.add_repository(REPOSITORY)
    return server
