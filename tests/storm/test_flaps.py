"""One alert that comes and goes: 100,000 flaps in 24 hours."""

from collections import Counter
from collections.abc import Iterator

import pytest

from chalicelib.alert import Condition
from tests.storm.storm import alert
from tests.storm.world import DAY, World

FLAPS = 100_000
HOUR = 3600.0


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    world = World()
    for number in range(FLAPS):
        at = number * DAY / FLAPS
        world.queue.send(at, alert(1, "P1", at))
        ends = at + DAY / FLAPS / 2
        world.queue.send(ends, alert(1, "P1", ends, "RESOLVED"))
    world.timeline.run(DAY + 2 * HOUR)
    yield world
    world.timeline.end()


def test_a_day_of_flaps_is_one_issue_that_is_closed_once_it_is_quiet(world: World) -> None:
    (issue,) = world.issues
    assert (issue.state, issue.state_reason) == ("closed", "completed")
    assert "alert:flapping" not in issue.label_names


def test_a_day_of_flaps_is_at_most_30_comments_and_200_writes(world: World) -> None:
    (issue,) = world.issues
    assert len(issue.comments) <= 30
    assert len(world.writes) <= 200
    assert {entry.status for entry in world.requests} <= {200, 201, 304}


def test_every_change_is_recorded_once_whatever_the_order(world: World) -> None:
    assert (world.queue.messages, world.queue.dead, world.queue.rejected) == ({}, [], [])
    reasons = Counter(by["reason"] for name, _, by in world.telemetry.counts if name == "AlertsRecorded")
    assert sum(reasons.values()) == 2 * FLAPS
    (row,) = world.store.rows.values()
    assert row.spec.condition is Condition.RESOLVED
