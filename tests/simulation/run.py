"""One run: the stimuli at their times, then the world is left alone until it is quiet, then it is judged."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.simulation import invariants, oracle
from tests.simulation.scenario import START, Scenario
from tests.simulation.world import IDLE_CALM, World

MINUTE = 60.0
QUIET = 2.1 * IDLE_CALM * MINUTE
"""Seconds without a change after which the world is quiet: drift has looked at everything since."""

HOUR = 3600.0
UNHEARD = 20 * HOUR
"""Seconds after which it must be said that an alert is not reported any more: by default three times 4 h."""


@dataclass(frozen=True)
class Run:
    """How a run ended; `trace` is its history."""

    scenario: Scenario
    broken: tuple[tuple[str, str], ...]
    counts: Counter[str]
    trace: list[tuple[float, str, str]]


def run(scenario: Scenario, make: Callable[[Scenario], World] = World) -> Run:
    """Let a scenario happen, in a world that is made for it."""
    world = make(scenario)
    schedule = world.schedule
    for stimulus in scenario.stimuli:
        schedule.at(START + stimulus.at, partial(stimulus.happen, world))
    last = START + max((stimulus.at for stimulus in scenario.stimuli), default=0) + 60
    schedule.at(START + MINUTE, partial(_tick, world))
    schedule.run(lambda: bool(world.broken) or schedule.time >= last)
    world.calm()
    rest = _Rest(world, last)
    schedule.run(lambda: bool(world.broken) or rest())
    if not world.broken:
        invariants.check(world)
    schedule.take_down()
    return Run(scenario, tuple(world.broken), world.outside.counts, world.outside.trace)


def _tick(world: World) -> None:
    world.tick()
    world.schedule.at(world.schedule.time + MINUTE, partial(_tick, world))


class _Rest:
    """Whether the world rests: nothing has changed for long, or it is time that it had.

    An end that nobody reports is not seen before its source has been unheard for long.
    """

    def __init__(self, world: World, last: float) -> None:
        said = (provider.rests_at for provider in world.providers.values())
        self._world, self._from, self._judged = world, max([last, *said]), 0.0

    def __call__(self) -> bool:
        world, now = self._world, self._world.schedule.time
        if now > self._from + UNHEARD:
            return True
        quiet_since = max(self._from, world.watch.written_at, world.ledger.changed_at)
        busy = world.messaging.queue or any(world.running.values())
        if busy or now <= quiet_since + QUIET or now < self._judged + HOUR:
            return False
        self._judged = now
        if world.ledger.due_within(HOUR):
            return False
        return not any(promise == oracle.ENDED for promise, _ in oracle.judge(world))
