"""One run: the stimuli at their times, then the world is left alone until it is quiet, then it is judged."""

from collections import Counter
from dataclasses import dataclass
from functools import partial

from tests.simulation import invariants
from tests.simulation.scenario import START, Scenario
from tests.simulation.world import IDLE_CALM, World

MINUTE = 60.0
QUIET = 2.1 * IDLE_CALM * MINUTE
"""Seconds without a change after which the world is quiet: drift has looked at everything since."""

LONGEST = 12 * 3600.0
"""Seconds after which it must be quiet."""


@dataclass(frozen=True)
class Run:
    """How a run ended; `trace` is its history."""

    scenario: Scenario
    broken: tuple[tuple[str, str], ...]
    counts: Counter[str]
    trace: list[tuple[float, str, str]]


def run(scenario: Scenario) -> Run:
    """Let a scenario happen."""
    world = World(scenario)
    schedule = world.schedule
    for stimulus in scenario.stimuli:
        schedule.at(START + stimulus.at, partial(stimulus.happen, world))
    last = START + max((stimulus.at for stimulus in scenario.stimuli), default=0) + 60
    schedule.at(START + MINUTE, partial(_tick, world))
    schedule.run(lambda: bool(world.broken) or schedule.time >= last)
    world.calm()
    schedule.run(lambda: bool(world.broken) or _quiet(world, last))
    if not world.broken:
        invariants.check(world)
    schedule.take_down()
    return Run(scenario, tuple(world.broken), world.outside.counts, world.outside.trace)


def _tick(world: World) -> None:
    world.tick()
    world.schedule.at(world.schedule.time + MINUTE, partial(_tick, world))


def _quiet(world: World, last: float) -> bool:
    """Whether nothing has changed for long, or it is time that it had."""
    now = world.schedule.time
    said = max((provider.rests_at for provider in world.providers.values()), default=0.0)
    if now > max(last, said) + LONGEST:
        return True
    resting = now > max(last, said, world.watch.written_at, world.ledger.changed_at) + QUIET
    return resting and not world.messaging.queue and not any(world.running.values())
