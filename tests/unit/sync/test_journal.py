"""The journal: one line and one count for each step; refusals and retries have their own events."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.conditions.plan import Policy
from chalicelib.errors import OutcomeUnknown, RateLimited, Refused, Suspended, Unavailable
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


def keys_of(action: str, minutes: float = 0, **more: Any) -> dict[str, Any]:
    """What every line about the row says, at a minute after its provider's word."""
    known = {
        "correlation_id": None,
        "fingerprint": firing(0).fingerprint,
        "action": action,
        "team": "dev-infra",
        "priority": "P1",
        "source": "cloudwatch",
        "issue": None,
        "latency_ms": minutes * 60_000,
    }
    return known | more


def test_a_step_is_logged_with_all_that_is_known_of_its_row(world: World) -> None:
    world.run(firing(0))
    issue = f"{REPOSITORY}#1"
    rest: dict[str, Any] = {"reason": "UP_TO_DATE", "due_at": None, "github_request_id": None}
    assert world.telemetry.named("STEP") == [
        keys_of("CREATE", issue=issue, reason="FIRING", left_out=None),
        keys_of("SKIP", issue=issue, **rest),
    ]


def test_a_rest_says_until_when(world: World) -> None:
    world.run(firing(0))
    world.run(firing(2))
    assert world.telemetry.named("STEP")[-1] == keys_of(
        "SKIP",
        issue=f"{REPOSITORY}#1",
        reason="LATER",
        due_at=world.row.due_at,
        github_request_id=None,
    )
    assert world.row.due_at is not None


@pytest.mark.parametrize("action", ["FAILED", "UNKNOWN"])
def test_a_step_without_success_is_logged_with_githubs_words(world: World, action: str) -> None:
    error = Unavailable if action == "FAILED" else OutcomeUnknown
    world.tracker.faults["open"] = fails_with(error("502 Bad Gateway", status=502, request_id="AB:9"))
    world.run(firing(0))
    (told,) = steps(world, action)
    assert told == keys_of(
        action,
        step="CREATE",
        reason="UNAVAILABLE" if action == "FAILED" else "OUTCOME_UNKNOWN",
        error="502 Bad Gateway",
        github_request_id="AB:9",
    )
    again = [keys_of("CREATE", due_at=at(0.5), failures=1)] if action == "FAILED" else []
    assert world.telemetry.named("RETRY") == again
    assert counted(world) == [(action, "P1", "dev-infra")]


def test_what_failed_before_is_counted_in_the_retry(world: World) -> None:
    world.tracker.faults["open"] = fails_with(Refused("403", status=403), times=3)
    world.run(firing(0))
    world.settle(10)
    assert [keys["failures"] for keys in world.telemetry.named("RETRY")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Refused("403", status=403), "REFUSED"),
        (RateLimited("wait", retry_at=at(7), status=403, request_id=None), "RATE_LIMITED"),
        (Unavailable("502"), None),
    ],
)
def test_what_github_refuses_is_counted_as_held_back_by_reason(
    world: World, error: Exception, reason: str | None
) -> None:
    world.tracker.faults["open"] = fails_with(error)
    world.run(firing(0))
    held_back = [told for told in world.telemetry.counts if told[0] == "StepsHeldBack"]
    assert held_back == ([("StepsHeldBack", 1, {"reason": reason})] if reason else [])


def test_what_is_missing_on_our_side_is_a_problem_of_its_own(world: World) -> None:
    error = Suspended("the App is suspended", status=403)
    world.tracker.faults["open"] = fails_with(error)
    world.run(firing(0))
    assert world.telemetry.problems == [("MISSING", error)]


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
    assert refused == keys_of(
        "CREATE",
        fingerprint=other.fingerprint,
        reason="BUDGET",
        due_at=world.store.rows[other.fingerprint].due_at,
        github_request_id=None,
    )
    assert ("StepsHeldBack", 1, {"reason": "BUDGET"}) in world.telemetry.counts
    assert len(counted(world)) == 2
