"""A table that takes a second a call: slow, not still."""

import itertools

import pytest

from tests.storm.storm import alert
from tests.storm.world import MINUTE, World

ALERTS = 40


@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.0])
def test_issues_are_opened_though_every_call_to_the_table_takes_a_while(seconds: float) -> None:
    world = World(table_seconds=seconds)
    for number in range(ALERTS):
        world.queue.send(float(number), alert(number, "P1", float(number)))
    world.timeline.run(30 * MINUTE)
    assert len({issue.title for issue in world.issues}) == len(world.issues) == ALERTS
    sent = sorted(world.seconds_of(entry) for entry in world.writes)
    assert all(later - earlier > 0.999 for earlier, later in itertools.pairwise(sent))
    assert world.queue.messages == {}
