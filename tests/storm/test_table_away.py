"""The table away for hours: silent, so that each call takes its full timeout, or refusing at once."""

import random
from collections.abc import Iterator

import pytest

from chalicelib.collector.requeue import LONGEST_DELAY
from tests.storm.storm import alert, number_of
from tests.storm.world import HOUR, MINUTE, TIME_LIMITS, World

CONDITIONS = 30
SILENT, THROTTLED = 18.0, 2.0
"""Seconds until a call has failed, with its attempts and pauses."""
QUIET = 3 * HOUR
"""Watched after the end: an alert that was recorded late would be seen."""


class Outage:
    """Thirty conditions that begin while the table is away, every third of which resolves meanwhile."""

    def __init__(self, hours: float, seconds: float) -> None:
        rng = random.Random(0)
        self.world, self.over = World(), MINUTE + hours * HOUR
        self.resolved = set(range(0, CONDITIONS, 3))
        priorities = [rng.choice(("P0", "P1", "P2", "P3")) for _ in range(CONDITIONS)]
        fires = [rng.uniform(2 * MINUTE, self.over - HOUR) for _ in range(CONDITIONS)]
        said = [(at, number, "FIRING") for number, at in enumerate(fires)]
        said += [(fires[number] + HOUR / 2, number, "RESOLVED") for number in self.resolved]
        for at, number, state in sorted(said):
            self.world.queue.send(at, alert(number, priorities[number], at, state))
        self.world.timeline.run(MINUTE)
        self.world.away = seconds
        self.world.timeline.run(self.over)
        self.recorded_meanwhile = len(self.world.store.rows)
        self.world.away = None
        self.world.timeline.run(self.over + QUIET)


@pytest.fixture(scope="module", params=[(3, SILENT), (12, SILENT), (12, THROTTLED)], ids=str)
def outage(request: pytest.FixtureRequest) -> Iterator[Outage]:
    outage = Outage(*request.param)
    yield outage
    outage.world.timeline.end()


def test_every_alert_is_recorded_once_the_table_is_back_and_what_fires_has_its_issue(outage: Outage) -> None:
    assert outage.recorded_meanwhile == 0
    assert len(outage.world.store.rows) == CONDITIONS
    shown = [number_of(issue) for issue in outage.world.issues if issue.state == "open"]
    assert sorted(shown) == sorted(set(range(CONDITIONS)) - outage.resolved)


def test_no_message_comes_near_the_redrive_policy_and_the_function_never_fails(outage: Outage) -> None:
    queue = outage.world.queue
    assert (queue.messages, queue.dead, queue.rejected, outage.world.refused) == ({}, [], [], [])
    assert queue.most_received == 1


def test_no_batch_outlasts_its_function(outage: Outage) -> None:
    assert outage.world.longest < TIME_LIMITS["collector"]


def test_what_fires_has_its_issue_minutes_after_the_table_is_back(outage: Outage) -> None:
    opened = [outage.world.seconds_of(issue) - outage.over for issue in outage.world.issues]
    assert max(opened) <= LONGEST_DELAY + 3 * MINUTE
