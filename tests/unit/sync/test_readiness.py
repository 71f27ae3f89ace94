"""A lease begins when the client of GitHub is ready."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.setbacks import Denial
from chalicelib.conditions.steps import Adopt, CloseDuplicate, OpenIssue, ReadIssue, Recover
from chalicelib.errors import ConfigurationError, RateLimited, RepositoryMissing, Unavailable
from chalicelib.rate_limit.rules import Budget, Call, Denied, Granted
from chalicelib.sync import intents
from chalicelib.sync.readiness import at_once, prepare
from tests.unit.builders import REPOSITORY, at, firing, policy
from tests.unit.sync.test_sync import FIRST, World, fails_with

FULL = Denied(90, Denial.BUDGET)
OTHER = IssueRef("acme/other", 5)


@pytest.fixture
def world() -> World:
    """A cold one: the first call needs a token."""
    cold = World()
    cold.tracker.connected = False
    return cold


def test_what_it_takes_to_be_ready_is_not_taken_from_the_lease(world: World) -> None:
    left: list[timedelta] = []

    def slow(_: str, effect: Callable[[], Any]) -> Any:
        assert world.row.lease is None
        world.clock.pass_(seconds=50)
        return effect()

    def opens(_: str, effect: Callable[[], Any]) -> Any:
        assert world.row.lease
        left.append(world.row.lease.until - world.clock.now())
        return effect()

    world.tracker.faults = {"prepare": slow, "open": opens}
    world.run(firing(0))
    assert len(world.tracker.open_issues) == 1
    assert left == [world.sync.timing.lease]


@pytest.mark.parametrize(
    ("answer", "may"), [(Granted(60, Budget()), True), (Granted(61, Budget()), False), (FULL, False)]
)
def test_a_chore_comes_last_and_waits_for_no_turn(answer: Granted | Denied, may: bool) -> None:
    class Permits:
        def ask(self, owner: str, call: Call) -> Granted | Denied:
            assert (owner, call) == ("acme", Call(Kind.READ, Priority.P3))
            return answer

    now = datetime.fromtimestamp(60, UTC)
    assert at_once(Permits(), OTHER.repository, Kind.READ, lambda: now) is may


@pytest.mark.parametrize(("answer", "prepared"), [(Granted(60, Budget()), True), (FULL, False)])
def test_getting_ready_costs_a_read_of_the_rows_priority(
    world: World, answer: Granted | Denied, prepared: bool
) -> None:
    class Permits:
        def ask(self, owner: str, call: Call) -> Granted | Denied:
            assert (owner, call) == ("acme", Call(Kind.READ, Priority.P2))
            return answer

    assert prepare(lambda: world.tracker, Permits(), OTHER.repository, Priority.P2) is None
    assert world.tracker.connected is prepared


def test_what_is_ready_needs_nothing(world: World) -> None:
    world.run(firing(0))
    world.settle(30)
    assert world.tracker.calls.count("prepare") == 1


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("502", status=502),
        RepositoryMissing("404", status=404),
        RateLimited("wait", retry_at=at(5), status=403, request_id=None),
        ConfigurationError("alerting-app-secrets", ["no key"]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_stands_in_the_way_is_said_and_the_step_tried_again_later(
    world: World, error: Exception
) -> None:
    world.tracker.faults["prepare"] = fails_with(error)
    row = world.run(firing(0))
    assert world.actions == ["FAILED"]
    assert (row.intent, row.lease, world.tracker.all_issues) == (None, None, [])
    assert row.due_at
    assert row.due_at > world.clock.now()
    world.settle(10)
    assert len(world.tracker.open_issues) == 1


def test_while_github_asks_to_wait_no_token_is_asked_for(world: World) -> None:
    world.gate.limited(REPOSITORY.partition("/")[0], at(5))
    row = world.run(firing(0))
    assert world.tracker.calls == []
    assert row.due_at == at(5)
    world.settle(10)
    assert len(world.tracker.open_issues) == 1


def test_a_step_is_prepared_for_where_it_will_be_taken(world: World) -> None:
    routing = policy().routing
    fresh = world.says(firing(0))
    assert intents.repository(fresh, OpenIssue(), routing) == REPOSITORY
    assert intents.repository(fresh, Adopt(OTHER), routing) == OTHER.repository
    assert intents.repository(AlertState("x", fresh.spec), ReadIssue(FIRST), routing) == REPOSITORY
    row = world.run(firing(0))
    assert row.status.issue
    assert intents.repository(row, CloseDuplicate(OTHER), routing) == REPOSITORY
    begun = intents.intent(row, OpenIssue(), routing, at(1))
    assert begun
    assert intents.repository(row, Recover(begun), routing) == REPOSITORY
