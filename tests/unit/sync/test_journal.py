"""The journal: one line and one count a step; refusals of the budget and retries are events of their own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.conditions.plan import Policy
from chalicelib.errors import OutcomeUnknown, RateLimited, Refused, Unavailable
from chalicelib.rate_limit.rules import Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.routing import load
from tests.unit.builders import REPOSITORY, at, firing, resolved
from tests.unit.sync.test_sync import World, fails_with

ROUTING = f"""
[default]
repository = "{REPOSITORY}"

[team.dev-infra]
"""


@pytest.fixture
def world() -> World:
    return World(Policy(routing=load(ROUTING)))


def steps(world: World, action: str) -> list[dict[str, Any]]:
    return [keys for keys in world.telemetry.named("STEP") if keys["action"] == action]


def counted(world: World) -> list[tuple[str, str, str]]:
    found = [by for name, _, by in world.telemetry.counts if name == "Steps"]
    return [(by["action"], by["priority"], by["team"]) for by in found]


def test_a_life_is_one_line_and_one_count_for_each_step(world: World) -> None:
    world.run(firing(0))
    world.run(resolved(5))
    actions = [(keys["action"], keys["reason"]) for keys in world.telemetry.named("STEP")]
    assert actions == [
        ("CREATE", "FIRING"),
        ("SKIP", "UP_TO_DATE"),
        ("CLOSE", "RESOLVED"),
        ("SKIP", "UP_TO_DATE"),
    ]
    assert counted(world) == [(action, "P1", "dev-infra") for action, _ in actions]


def test_a_creation_names_its_issue_and_the_request_that_brought_the_alert(world: World) -> None:
    row = replace(world.says(firing(0)), correlation_id="request-1")
    world.store.rows[row.fingerprint] = row
    world.sync.advance(row, world.clock.now() + timedelta(minutes=1))
    (created,) = steps(world, "CREATE")
    assert (created["issue"], created["correlation_id"]) == (f"{REPOSITORY}#1", "request-1")
    assert world.row.correlation_id == "request-1"


def test_the_time_to_an_issue_is_measured_once_from_the_episodes_beginning(world: World) -> None:
    world.clock.time = at(0.5)
    world.run(firing(0))
    world.run(firing(20))
    world.run(resolved(21))
    assert world.telemetry.measures == [("IssueLatency", 30_000, {"priority": "P1"})]


def test_an_issue_that_had_to_be_found_is_measured_too(world: World) -> None:
    world.tracker.faults["open"] = fails_with(OutcomeUnknown("timed out"), after=True)
    world.run(firing(0))
    world.settle(5)
    assert [name for name, *_ in world.telemetry.measures] == ["IssueLatency"]
    (unknown,) = steps(world, "UNKNOWN")
    assert (unknown["step"], unknown["reason"], unknown["error"]) == (
        "CREATE",
        "OUTCOME_UNKNOWN",
        "timed out",
    )
    assert len(steps(world, "FIND")) == 1


@pytest.mark.parametrize(
    ("error", "reason", "minutes"),
    [
        (Unavailable("502", status=502, request_id="AB:9"), "UNAVAILABLE", 0.5),
        (Refused("403", status=403, request_id="AB:9"), "REFUSED", 0.5),
        (RateLimited("wait", retry_at=at(7), status=403, request_id="AB:9"), "RATE_LIMITED", 7),
    ],
)
def test_a_failure_names_githubs_id_and_its_retry_is_an_event_of_its_own(
    world: World, error: Exception, reason: str, minutes: float
) -> None:
    world.tracker.faults["open"] = fails_with(error)
    world.run(firing(0))
    (failed,) = steps(world, "FAILED")
    assert (failed["step"], failed["reason"], failed["github_request_id"]) == ("CREATE", reason, "AB:9")
    (retry,) = world.telemetry.named("RETRY")
    assert (retry["action"], retry["due_at"], retry["failures"]) == ("CREATE", at(minutes), 1)


def test_what_github_left_out_of_an_issue_is_said_once_and_kept(world: World) -> None:
    def leaves_out(_: str, effect: Callable[[], Any]) -> Any:
        return replace(effect(), left_out=("assignee nobody", "label x"))

    world.tracker.faults["open"] = leaves_out
    world.run(firing(0))
    world.settle(30)
    assert steps(world, "CREATE")[0]["left_out"] == "assignee nobody, label x"
    assert all(not step.get("left_out") for step in world.telemetry.named("STEP")[1:])
    assert world.row.status.issue
    assert world.row.status.issue.left_out == ("assignee nobody", "label x")


def test_what_the_budget_refuses_is_an_event_of_its_own_and_counted_by_reason(world: World) -> None:
    world.gate = SharedBudget(world.store, Limits(per_hour=1, hour_reserves=(0, 0)), world.clock.now)
    world.sync = world.worker()
    world.run(firing(0))
    other = firing(1, title="other", identity={"alarm_id": "other"})
    world.clock.time = at(1)
    world.sync.advance(world.says(other), at(2))
    (refused,) = world.telemetry.named("BUDGET_REFUSED")
    assert (refused["action"], refused["reason"], refused["fingerprint"]) == (
        "CREATE",
        "BUDGET",
        other.fingerprint,
    )
    assert ("StepsHeldBack", 1, {"reason": "BUDGET"}) in world.telemetry.counts
    assert len(counted(world)) == 2
