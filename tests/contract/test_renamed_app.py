"""The App is renamed while a function is warm, and an answer is lost: what was ours stays ours."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chalicelib.alert import AlertEvent, Priority
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Nothing
from chalicelib.conditions.plan import plan
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.github.client import GitHubClient
from chalicelib.github.issues import GitHubIssues
from chalicelib.rate_limit.rules import Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.sync.execute import Executor
from chalicelib.sync.sync import Sync, Timing
from tests.local.github.model import Issue
from tests.twins.clock import ManualClock
from tests.twins.github import GitHubTwin, UnsignedApp
from tests.twins.store import MemoryStore
from tests.twins.telemetry import Recorder
from tests.unit.builders import REPOSITORY, firing, policy, resolved


class World:
    """Sync and the real client, on GitHub's own endpoints in this process."""

    def __init__(self) -> None:
        self.clock, self.store, self.policy = ManualClock(), MemoryStore(), policy()
        self.loses: set[str] = set()
        self.github = GitHubTwin(lambda: self.clock.now().timestamp(), self.outside)
        self.github.world.add_repository(REPOSITORY, collaborators=["mona"])
        gate = SharedBudget(self.store, Limits(), self.clock.now)
        client = GitHubClient(self.github, UnsignedApp(), gate, self.clock, timedelta(seconds=5))
        tracker = GitHubIssues(client)
        act = Executor(lambda: tracker, self.policy.routing, self.clock.now, self.store.of_issue)
        self.sync = Sync(self.store, gate, act, self.clock, self.policy, Timing(), Recorder())

    def outside(self, point: str, effect: Callable[[], Any]) -> Any:
        """Lose the answer, though what was asked for is done."""
        answer = effect()
        if point in self.loses:
            self.loses.remove(point)
            raise httpx.ReadTimeout("the answer was lost")
        return answer

    def says(self, alert: AlertEvent) -> None:
        """Record and sync at the alert's time, then let reconcile run until it rests."""
        self.clock.time = max(self.clock.time, alert.occurred_at)
        row = self.store.rows.get(alert.fingerprint)
        told = record(row, alert, self.clock.now()).as_of(self.clock.now())
        step = plan(told, self.clock.now(), self.policy)
        due_at = step.due_at if isinstance(step, Nothing) else self.clock.now()
        written = self.store.record(replace(told, due_at=due_at))
        assert written
        self.work(written)
        for _ in range(10):
            self.clock.pass_(seconds=20)
            for priority in Priority:
                for fingerprint in self.store.due(priority, self.clock.now(), 10):
                    self.work(self.store.rows[fingerprint])

    def work(self, row: AlertState) -> None:
        self.sync.advance(row, self.clock.now() + timedelta(minutes=1))

    @property
    def row(self) -> AlertState:
        (row,) = self.store.rows.values()
        return row

    @property
    def issues(self) -> list[Issue]:
        return list(self.github.world.repository(REPOSITORY).issues.values())


@pytest.fixture
def world() -> World:
    return World()


def test_its_own_closing_is_not_taken_for_a_persons(world: World) -> None:
    world.says(firing(0))
    world.github.rename_app("pager")
    world.loses = {"github.edit"}
    world.says(resolved(5))
    assert world.loses == set()
    (issue,) = world.issues
    assert issue.state == "closed"
    assert world.row.status.issue
    assert world.row.status.issue.closed_by is Closer.US
    world.says(firing(12))
    (issue,) = world.issues
    assert issue.state == "open"


def test_its_own_opening_is_found_again(world: World) -> None:
    """GitHub lists issues by the login of their author, which is another one now."""
    world.says(firing(0, title="Disk full", identity={"alarm_id": "disk"}))
    world.github.rename_app("pager")
    world.loses = {"github.open"}
    world.says(firing(10))
    assert world.loses == set()
    assert [issue.state for issue in world.issues] == ["open", "open"]
    assert {row.status.issue.ref.number for row in world.store.rows.values() if row.status.issue} == {1, 2}
