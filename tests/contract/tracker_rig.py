"""Trackers under test, and their people: the twin, and our client of GitHub over HTTP or in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chalicelib.alert import Priority
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.issue import Draft, IssueRef, Seen
from chalicelib.github.auth import App
from chalicelib.github.client import CallReports, GitHubClient
from chalicelib.github.issues import GitHubIssues
from chalicelib.rate_limit.rules import Call, Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.wiring.stage import Stage
from tests.contract.github_rig import APP_ID, NOON, REPOSITORY, Clock, Rig, app_key
from tests.local.github.model import Issue
from tests.local.github.people import Person
from tests.twins.clock import ManualClock
from tests.twins.github import GitHubTwin, UnsignedApp
from tests.twins.store import MemoryStore
from tests.twins.tracker import MemoryTracker

LABELS = ("area:alerting", "Pri:P1")
TIMEOUT = timedelta(seconds=5)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
READ = Call(Kind.READ, Priority.P0)


class Twin:
    """The twin, its clock and its people."""

    def __init__(self) -> None:
        self.clock = ManualClock(datetime.fromtimestamp(NOON, UTC))
        self.tracker = MemoryTracker(self.clock.now)

    def now(self) -> datetime:
        return self.clock.now()

    def pass_(self, seconds: float) -> None:
        self.clock.pass_(seconds=seconds)

    def close(self, ref: IssueRef) -> None:
        self.tracker.close_as_person(ref)

    def reopen(self, ref: IssueRef) -> None:
        self.tracker.reopen_as_person(ref)

    def delete(self, ref: IssueRef) -> None:
        self.tracker.delete(ref)

    def say(self, ref: IssueRef, body: str) -> int:
        return self.tracker.say(ref, body)

    def reactions(self, ref: IssueRef) -> list[str]:
        return sorted(content for _, content in self.tracker.threads[ref].reactions)

    def assignees(self, ref: IssueRef) -> set[str]:
        return self.tracker.threads[ref].assignees


@cache
def private_key() -> RSAPrivateKey:
    key = load_pem_private_key(app_key().private_pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


class Hub:
    """Our client, the budget it reports to, and the stand-in with its people."""

    def __init__(self, rig: Rig, http: httpx.Client) -> None:
        self.rig, self.github, self.http = rig, rig.github, http
        self.gate = SharedBudget(MemoryStore(), Limits(), self.now)
        self.mona = rig.github.person("mona")
        self.tracker = self.worker()

    def worker(self, app: App | None = None, timeout: timedelta = TIMEOUT) -> GitHubIssues:
        app = app or App(APP_ID, private_key())
        self._client = GitHubClient(self.http, app, self.gate, self, timeout)
        return GitHubIssues(self._client)

    @contextmanager
    def hurried(self, timeout: timedelta) -> Iterator[None]:
        """Let each call have no more time than that: what came before, as a token does, had its own."""
        usual, self._client._timeout = self._client._timeout, timeout
        yield
        self._client._timeout = usual

    def connect(self, _: Stage, reports: CallReports) -> GitHubClient:
        """Connect as the stage's App does, in place of `wiring.github.client`."""
        return GitHubClient(self.http, App(APP_ID, private_key()), reports, self, TIMEOUT)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.rig.clock(), UTC)

    def pass_(self, seconds: float) -> None:
        self.rig.clock.turn(seconds)

    def sleep(self, seconds: float) -> None:
        """Stand still: here time passes only when a test says so, and turns are another suite's matter."""

    def close(self, ref: IssueRef) -> None:
        self.mona.close(ref.repository, ref.number)

    def reopen(self, ref: IssueRef) -> None:
        self.mona.reopen(ref.repository, ref.number)

    def delete(self, ref: IssueRef) -> None:
        self.mona.delete(ref.repository, ref.number)

    def say(self, ref: IssueRef, body: str) -> int:
        return self.mona.comment(ref.repository, ref.number, body).id

    def reactions(self, ref: IssueRef) -> list[str]:
        comments = self.github.world.issue(ref.repository, ref.number).comments
        return sorted(content for comment in comments for _, content in comment.reactions)

    def assignees(self, ref: IssueRef) -> set[str]:
        return {account.login for account in self.github.world.issue(ref.repository, ref.number).assignees}

    def issues(self, repository: str = REPOSITORY) -> list[Issue]:
        return list(self.github.world.repository(repository).issues.values())


class InProcess(Hub):
    """The same on the stand-in's endpoints reached in this process, as the simulation does."""

    def __init__(self) -> None:
        self.clock = Clock()
        twin = GitHubTwin(self.clock)
        twin.world.add_repository(REPOSITORY, collaborators=["mona"])
        self.github, self.mona = twin, Person(twin.world, "mona")  # type: ignore[assignment]
        self.gate = SharedBudget(MemoryStore(), Limits(), self.now)
        self.tracker = GitHubIssues(GitHubClient(twin, UnsignedApp(), self.gate, self, TIMEOUT))

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    def pass_(self, seconds: float) -> None:
        self.clock.turn(seconds)


World = Twin | Hub


def before(world: World) -> datetime:
    return world.now() + timedelta(minutes=1)


def opened(world: World, title: str = "[P1] Disk full", labels: tuple[str, ...] = LABELS) -> Seen:
    return world.tracker.open(REPOSITORY, Draft(title, "body", labels, ()), before(world))


def read(world: World, ref: IssueRef) -> Seen:
    return world.tracker.read(ref, before(world))


def edit(world: World, ref: IssueRef, **changes: Any) -> Seen:
    return world.tracker.edit(ref, changes, before(world))


def changed(world: World, since: datetime = LONG_AGO, label: str | None = LABELS[0]) -> list[Seen]:
    return list(world.tracker.changed(REPOSITORY, label, since, before(world)))


def open_ones(world: World, label: str = LABELS[0]) -> list[Seen]:
    return list(world.tracker.open_ones(REPOSITORY, label, before(world)))


def walked(world: World, since: datetime = LONG_AGO, *, only_open: bool = False) -> list[list[Seen]]:
    walk = world.tracker.walk(REPOSITORY, LABELS[0], since, before(world), only_open=only_open)
    return list(walk)


def comments(world: World, ref: IssueRef) -> list[str]:
    return list(world.tracker.comments(ref, LONG_AGO, before(world)))
