"""Alerts that never stop repeating: more to tell than GitHub's primary limit lets anybody tell."""

from collections.abc import Iterator

import pytest

from tests.storm.storm import alert, number_of
from tests.storm.world import HOUR, MINUTE, World

CONDITIONS, HOURS, CALLS = 400, 4, 2000
REPEAT_EVERY, P0_EVERY = 300.0, 900.0
P0 = range(5000, 5000 + int((HOURS - 1) * HOUR / P0_EVERY))


def fires_at(number: int) -> float:
    return HOUR / 2 + P0_EVERY * (number - P0.start)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    world = World()
    world.github.limits.requests_per_hour = CALLS
    messages = [(fires_at(number), number, "P0") for number in P0]
    for number in range(CONDITIONS):
        begins = number * REPEAT_EVERY / CONDITIONS
        times = range(int((HOURS * HOUR - begins) / REPEAT_EVERY))
        messages += [(begins + REPEAT_EVERY * time, number, "P1" if number < 200 else "P2") for time in times]
    for at, number, priority in sorted(messages):
        world.queue.send(at, alert(number, priority, at))
    world.timeline.run(HOURS * HOUR)
    yield world
    world.timeline.end()


def test_github_refuses_nothing_and_its_last_calls_are_left_for_what_is_urgent(world: World) -> None:
    assert not world.github.limits.refusals
    reasons = {keys["reason"] for keys in world.telemetry.named("BUDGET_REFUSED")}
    assert "CALLS_SCARCE" in reasons, "the primary limit was never near"


def test_a_p0_is_open_within_two_minutes_whatever_else_there_is_to_tell(world: World) -> None:
    opened = {number_of(issue): world.seconds_of(issue) for issue in world.issues}
    assert max(opened[number] - fires_at(number) for number in P0) <= 2 * MINUTE


def test_every_condition_gets_its_issue_nonetheless(world: World) -> None:
    assert len(world.issues) == CONDITIONS + len(P0)
