"""One alert that never stops: 100,000 repeats in 24 hours."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.storm.storm import alert
from tests.storm.world import DAY, World

REPEATS = 100_000


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    world = World()
    for number in range(REPEATS):
        at = number * DAY / REPEATS
        world.queue.send(at, alert(1, "P1", at))
    world.timeline.run(DAY)
    yield world
    world.timeline.end()


def test_a_day_of_repeats_is_one_issue_with_a_comment_an_hour_at_most(world: World) -> None:
    (issue,) = world.issues
    assert (issue.state, len(world.store.rows)) == ("open", 1)
    assert 20 <= len(issue.comments) <= 24


def test_a_day_of_repeats_is_at_most_a_hundred_and_fifty_writes(world: World) -> None:
    assert len(world.writes) <= 150
    assert {entry.status for entry in world.requests} - {304} == {200, 201}


def test_every_repeat_is_counted_once_and_none_is_lost(world: World) -> None:
    (row,) = world.store.rows.values()
    assert row.spec.count == REPEATS
    assert (world.queue.messages, world.queue.dead, world.queue.rejected) == ({}, [], [])
    reasons = Counter(by["reason"] for name, _, by in world.telemetry.counts if name == "AlertsRecorded")
    assert reasons == {"FIRST_FIRING": 1, "REPEAT": REPEATS - 1}
