"""What alerts cost in calls: to DynamoDB for each kind of news, to GitHub for a whole life.

The collector with the real store, budget and GitHub client, warm, on the stand-ins; time is virtual.
"""

import base64
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from chalicelib.aws.metric_data import MetricData
from chalicelib.github.auth import App
from chalicelib.github.client import GitHubClient
from chalicelib.github.issues import GitHubIssues
from chalicelib.rate_limit.rules import Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.store.census import DynamoCensus
from chalicelib.store.rows import DynamoStore
from chalicelib.sync.execute import Executor
from chalicelib.sync.related import LastTimeEnricher, RelatedEnricher
from chalicelib.sync.storms import StormEnricher
from chalicelib.sync.sync import Sync, Timing
from tests.bench import load
from tests.bench.gate import Exactly, Row, Run, Under
from tests.bench.twins import Twins
from tests.local.aws import create_resources
from tests.local.aws_server import AwsServer
from tests.local.github import AppKey, GitHubServer
from tests.local.github.etags import NOT_MODIFIED
from tests.twins.clock import ManualClock

APP_ID = "12345"
REPOSITORIES = ("example-org/alerts", "example-org/ci-infra")
KINDS = {
    "GetItem": "read",
    "BatchGetItem": "read of other rows",
    "Query": "read of the index",
    "UpdateItem": "write",
}


def rows() -> list[Row]:
    """The calls of DynamoDB and of GitHub."""
    return [
        Row(
            key="dynamodb",
            what="DynamoDB calls per alert",
            unit="",
            targets={
                "new": Exactly(
                    "1 read, 2 reads of other rows, 2 reads of the index, 3 writes, 1 write for the budget"
                ),
                "repeat": Exactly("1 read, 1 write"),
                "delivered again": Exactly("1 read"),
                "sent twice": Exactly("1 read, 1 write"),
                "older": Exactly("1 read, 1 write"),
                "refused by the budget": Exactly(
                    "1 read, 2 reads of other rows, 2 reads of the index, 3 writes"
                ),
                "and until due": Exactly("4 reads of the index"),
            },
            measure=_dynamodb,
        ),
        Row(
            key="github",
            what="GitHub calls per life (open, three repeats within the interval, close), token known",
            unit="",
            targets={
                "calls": Under(4, worst=True),
                "of them towards the primary limit": Exactly(2),
                "of them for labels": Exactly(0),
            },
            measure=_github,
        ),
    ]


@dataclass
class Counted:
    """Calls to the table since they were last reported."""

    calls: Counter[str] = field(default_factory=Counter)

    def __call__(self, params: dict[str, Any], model: Any, **_: object) -> None:
        key = params.get("Key", {}).get("fingerprint", {}).get("S", "")
        whose = " for the budget" if key.startswith("budget#") else ""
        self.calls[KINDS[model.name] + whose] += 1

    def told(self) -> str:
        """Say and forget them."""
        calls, self.calls = self.calls, Counter()
        parts = [_number(count, kind) for kind, count in sorted(calls.items(), key=_order)]
        return ", ".join(parts) or "nothing"


def _order(call: tuple[str, int]) -> tuple[bool, str]:
    return call[0].endswith("budget"), call[0]


def _number(count: int, what: str) -> str:
    word, _, rest = what.partition(" ")
    return f"{count} {word}{'s' * (count != 1)} {rest}".strip()


@dataclass
class Warm:
    """A collector that has opened an issue before; `send` hands it one record, at a time after the start."""

    twin: Twins
    github: GitHubServer
    counted: Counted

    def send(self, entry: dict[str, Any], after: float) -> None:
        """Hand it a record."""
        self.twin.collect([entry], load.START + timedelta(seconds=after))

    def tick(self, after: float) -> None:
        """Run reconcile."""
        self.twin.tick(load.START + timedelta(seconds=after))


def _dynamodb() -> Run:
    with _warm(Limits()) as warm:
        told = {"new": _told(warm, lambda: warm.send(_firing(1, 100), 100))}
        told["repeat"] = _told(warm, lambda: warm.send(_firing(1, 100, sent=300), 300))
        told["delivered again"] = _told(warm, lambda: warm.send(_firing(1, 100, sent=300), 305))
        # When a source that repeats itself last reported a firing may decide whether an end ends it.
        told["sent twice"] = _told(warm, lambda: warm.send(_firing(1, 100, sent=310), 310))
        told["older"] = _told(warm, lambda: warm.send(_firing(1, 40), 320))
    with _warm(Limits(per_hour=1, hour_reserves=(0, 0))) as warm:
        warm.send(_firing(1, 100), 100)
        told["refused by the budget"] = _told(warm, lambda: warm.send(_firing(2, 200), 200))
        told["and until due"] = _told(warm, lambda: warm.tick(260))
    return Run(told)


def _told(warm: Warm, work: Callable[[], None]) -> str:
    warm.counted.calls.clear()
    work()
    return warm.counted.told()


def _firing(number: int, began: float, *, sent: float | None = None) -> dict[str, Any]:
    """A record of a Grafana alert, by the seconds at which it began and its message was sent."""
    start, after = load.START, timedelta(seconds=began if sent is None else sent)
    return load.record(load.grafana(number * 3, start + timedelta(seconds=began)), start + after, "grafana")


def _github() -> Run:
    with _warm(Limits()) as warm:
        warm.github.journal.clear()
        for entry, after in zip(load.life(6, load.START + timedelta(seconds=100)), load.LIFE, strict=True):
            warm.send(entry, 100 + after)
        requests = warm.github.journal.requests
        labels = sum("/labels" in request.route for request in requests)
        counted = sum(request.status != NOT_MODIFIED for request in requests)
        return Run(
            {
                "calls": len(requests),
                "of them towards the primary limit": counted,
                "of them for labels": labels,
            }
        )


@contextmanager
def _warm(limits: Limits) -> Iterator[Warm]:
    clock, key, server = ManualClock(load.START), AppKey.generate(), AwsServer()
    github = GitHubServer(app_id=APP_ID, public_key_pem=key.public_pem, now=lambda: clock.now().timestamp())
    for name in REPOSITORIES:
        github.world.add_repository(name)
    server.start()
    with github:
        warm = _wired(clock, key, server, github, limits)
        warm.send(_firing(9, 0), 0)
        yield warm
    server.stop()


def _wired(clock: ManualClock, key: AppKey, server: AwsServer, github: GitHubServer, limits: Limits) -> Warm:
    aws = create_resources(server.url, f"bench-{uuid.uuid4().hex}", app_secret={}, webhook_secret={})
    client, counted = aws.dynamodb, Counted()
    client.meta.events.register("provide-client-params.dynamodb", counted)
    twin = Twins(limits, clock=clock)
    store = DynamoStore(client, aws.table)
    gate = SharedBudget(store, limits, clock.now, twin.telemetry)
    encoded = base64.b64encode(key.private_pem.encode()).decode()
    app = App.from_secret({"github_app_id": APP_ID, "github_app_key_base64": encoded})
    http = httpx.Client(base_url=github.url, trust_env=False)
    issues = GitHubIssues(GitHubClient(http, app, gate, clock, timedelta(seconds=10)))
    act = Executor(lambda: issues, twin.policy.routing, clock.now)
    index, routing = DynamoCensus(client, aws.table), twin.policy.routing
    storm = StormEnricher(index, store, routing, clock.now, twin.telemetry)
    related = RelatedEnricher(index, store, routing, clock.now)
    sync = Sync(
        store,
        gate,
        act,
        clock,
        twin.policy,
        Timing(),
        twin.telemetry,
        enrichers=(storm, MetricData(lambda _: aws.cloudwatch), LastTimeEnricher(), related),
    )
    twin.wire(store, sync)
    return Warm(twin, github, counted)
