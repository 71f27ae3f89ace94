"""Profiles of heartbeats: a job dies, or we do not hear of those that live."""

from collections.abc import Callable
from random import Random

from tests.simulation import faults, oracle
from tests.simulation.drafting import AHEAD, Compares, begin, end, scenario
from tests.simulation.providers.jobs import HearsThem, Jobs
from tests.simulation.scenario import Scenario, Setting
from tests.simulation.weather import Fails, Spell


def _jobs(chance: Random) -> Jobs:
    every = chance.choice((120.0, 300.0, 600.0))
    return Jobs("jobs", chance.choice(AHEAD), every, chance.choice((60.0, every / 2)))


def _one_dies(seed: int, chance: Random) -> Scenario:
    """Of two jobs one dies, and perhaps runs again later: its silence is noticed within minutes."""
    setup, (one, other) = _jobs(chance), chance.sample(range(8), 2)
    died, missing = chance.uniform(0, 2000), setup.every + setup.grace
    runs = [end(0.0, setup, one), end(chance.uniform(0, 200), setup, other)]
    told = Compares(died + missing + oracle.SOON + 30)
    back = told.at + chance.uniform(0, 3000)
    returns = (end(back, setup, one), HearsThem(back + 60)) if chance.random() < 0.7 else ()
    heard = [HearsThem(at) for at in range(300, 4000, 600)]
    fault = chance.choice(tuple(faults.of("topic.publish")))
    lost = (Fails(chance.uniform(0, 3000), "topic.publish", fault),) if chance.random() < 0.5 else ()
    return scenario(seed, Setting((setup,)), *runs, begin(died, setup, one), told, *returns, *heard, *lost)


def _all_unheard(seed: int, chance: Random, trouble: Fails | Spell, lasts: float) -> Scenario:
    """Jobs run on while nothing of what they say reaches their rows."""
    setup, numbers = _jobs(chance), chance.sample(range(8), 3)
    runs = [end(chance.uniform(0, 200), setup, number) for number in numbers]
    over = trouble.at + lasts
    heard = [HearsThem(over + after) for after in (5.0, 65.0, 125.0, 185.0, 245.0, 305.0, 600.0)]
    died = begin(over + 1500, setup, numbers[0])
    told = Compares(died.at + setup.every + setup.grace + oracle.SOON + 30)
    return scenario(seed, Setting((setup,), batch=chance.choice((1, 10))), *runs, trouble, *heard, died, told)


def _nobody_collects(seed: int, chance: Random) -> Scenario:
    lasts = chance.uniform(400, 1500)
    return _all_unheard(seed, chance, Spell(chance.uniform(500, 1200), "nothing collected", lasts), lasts)


def _table_away(seed: int, chance: Random) -> Scenario:
    lasts = chance.uniform(600, 6000)
    away = Fails(chance.uniform(500, 1200), "table", "throttled", 100_000, lasts)
    return _all_unheard(seed, chance, away, lasts)


PROFILES: tuple[Callable[[int, Random], Scenario], ...] = (_one_dies, _nobody_collects, _table_away)
