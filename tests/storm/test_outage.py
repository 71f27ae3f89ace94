"""GitHub away for 24 hours under steady alerts: unreachable, then answering 502, then silent."""

import random
from collections.abc import Iterator

import httpx
import pytest

from chalicelib.rate_limit.rules import Limits
from tests.storm.storm import alert, number_of
from tests.storm.world import DAY, HOUR, MINUTE, TIMEOUT, World

CONDITIONS, EVERY = 720, 120.0
"""A new condition every two minutes, which then repeats every half hour."""
REPEATS, REPEAT_EVERY = 8, 1800.0
BEGAN, OVER = HOUR, HOUR + DAY


class Outage:
    """A day of alerts, of whose conditions every third resolves after four hours."""

    def __init__(self) -> None:
        rng = random.Random(0)
        self.world = World()
        self.priorities = [rng.choice(("P0", "P1", "P2", "P2", "P3", "P3")) for _ in range(CONDITIONS)]
        self.resolved = {number for number in range(CONDITIONS) if number % 3 == 0}
        for at, number, state in sorted(self._messages()):
            self.world.queue.send(at, alert(number, self.priorities[number], at, state))
        self.world.timeline.run(BEGAN)
        self.attempts: list[float] = []
        self.before = len(self.world.issues)
        self.world.wire.fault = self._away
        self.world.timeline.run(OVER)
        self.during = len(self.world.issues)
        self.left = [message for message in self.world.queue.messages.values() if message.at <= OVER - MINUTE]
        self.world.wire.fault = None
        self.world.timeline.run(OVER + 4 * HOUR)

    def _messages(self) -> Iterator[tuple[float, int, str]]:
        for number in range(CONDITIONS):
            times = [number * EVERY + REPEAT_EVERY * repeat for repeat in range(REPEATS)]
            yield from ((at, number, "FIRING") for at in times)
            if number in self.resolved:
                yield times[-1] + REPEAT_EVERY, number, "RESOLVED"

    def _away(self, request: httpx.Request) -> httpx.Response:
        self.attempts.append(self.world.timeline.seconds)
        third = (self.world.timeline.seconds - BEGAN) // (DAY / 3)
        if third < 1:
            raise httpx.ConnectError("refused", request=request)
        if third < 2:
            return httpx.Response(502, html="<html>Unicorn!</html>", request=request)
        self.world.timeline.sleep(TIMEOUT.total_seconds())
        raise httpx.ReadTimeout("silence", request=request)


@pytest.fixture(scope="module")
def outage() -> Iterator[Outage]:
    outage = Outage()
    yield outage
    outage.world.timeline.end()


def test_nothing_waits_in_the_queue_and_nothing_reaches_the_dead_letter_queue(outage: Outage) -> None:
    queue = outage.world.queue
    assert (outage.left, queue.dead, queue.rejected, outage.world.refused) == ([], [], [], [])


def test_while_github_is_away_it_is_asked_at_most_a_few_times_a_quarter_of_an_hour(outage: Outage) -> None:
    assert outage.during == outage.before
    assert 60 < len(outage.attempts) < 4 * 24 * 4


def test_nothing_is_lost_and_nothing_doubled(outage: Outage) -> None:
    issues = outage.world.issues
    assert len({number_of(issue) for issue in issues}) == len(issues)
    shown = {number_of(issue) for issue in issues if issue.state == "open"}
    assert shown == set(range(CONDITIONS)) - outage.resolved
    assert not [row for row in outage.world.store.rows.values() if row.intent]


def test_what_fired_and_resolved_meanwhile_is_told_where_it_is_urgent(outage: Outage) -> None:
    """The others' issues are closed because they were open, or were to be, when their conditions resolved."""
    closed = {number_of(issue): issue for issue in outage.world.issues if issue.state == "closed"}
    urgent = {number for number in outage.resolved if outage.priorities[number] in ("P0", "P1")}
    assert urgent <= closed.keys() <= outage.resolved
    for number in closed.keys() - urgent:
        resolved_at = number * EVERY + REPEATS * REPEAT_EVERY
        within = outage.world.policy.told_within.total_seconds()
        assert outage.world.seconds_of(closed[number]) <= resolved_at + within


def test_recovery_is_paced_by_the_budget(outage: Outage) -> None:
    limits, budget = outage.world.github.limits, Limits()
    assert not limits.refusals
    assert limits.busiest(MINUTE) <= budget.per_minute
    share = budget.per_hour - sum(budget.hour_reserves)
    assert share * 0.9 <= limits.busiest(HOUR) <= budget.per_hour, "it takes what it may, and not more"


def test_recovery_begins_within_the_longest_pause_of_the_breaker(outage: Outage) -> None:
    first = min(at for issue in outage.world.issues if (at := outage.world.seconds_of(issue)) > OVER)
    assert first - OVER <= Limits().breaker_most + 2 * MINUTE
