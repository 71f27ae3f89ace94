"""Profiles of storms: many conditions of one cause, in trouble and without, within the budget and beyond."""

from collections.abc import Callable
from random import Random

from tests.simulation import faults, oracle
from tests.simulation.drafting import AHEAD, begin, emitter, end, scenario
from tests.simulation.people import Acts
from tests.simulation.providers.alertmanager import Alertmanagers
from tests.simulation.providers.alerts import Route
from tests.simulation.providers.cloudwatch import CloudWatches
from tests.simulation.providers.provider import Happens, Setup
from tests.simulation.scenario import Scenario, Setting, Stimulus
from tests.simulation.storms import CallsOnce, SeesAll, SeesItOver
from tests.simulation.weather import Crashes, Fails

BELOW = ("P1", "P2", "P3")
POINTS = ("table.query_groups", "github.attach")
"""Calls that only a storm makes."""

TOUCHED = ("query_groups", "record", "get", "claim", "settle")
"""Calls to the table on which a storm's beginning depends."""

CALLS = ("open", "edit", "attach", "read")
"""Calls to GitHub that a storm makes."""

TEAM = 2
"""Every second condition is of one team; an Alertmanager has names for 16 of them."""


def _one_cause(chance: Random) -> Setup:
    """One account's alarms, or one group of an Alertmanager."""
    if chance.random() < 0.5:
        return CloudWatches("cloudwatch", chance.choice(AHEAD))
    return Alertmanagers("alertmanager", chance.choice(AHEAD), route=Route(wait=chance.choice((0.0, 10.0))))


def _fires(chance: Random, setup: Setup, many: int, within: float, word: str = "") -> list[Happens]:
    """This many conditions of a team begin; each has a priority below P0."""
    return [
        begin(chance.uniform(0, within), setup, TEAM * number, word=word or chance.choice(BELOW))
        for number in range(many)
    ]


def _ends(chance: Random, setup: Setup, fires: list[Happens], first: float, last: float) -> list[Happens]:
    return [end(chance.uniform(first, last), setup, each.condition) for each in fires]


def _looks(until: float) -> list[Stimulus]:
    return [SeesAll(at) for at in range(130, int(until), 60)]


def _calls_once(seed: int, chance: Random) -> Scenario:
    """A storm begins, goes on for a while and ends; some of it flaps, and a P0 is among it."""
    setup, at_least = _one_cause(chance), chance.randint(2, 5)
    fires = _fires(chance, setup, at_least + chance.randint(3, 8 - at_least // 2), 100)
    ends = _ends(chance, setup, fires, 600, 1500)
    worst = begin(chance.uniform(100, 400), setup, TEAM * len(fires), word="P0")
    late = begin(chance.uniform(300, 500), setup, TEAM * (len(fires) + 1), word="P2")
    other, another = emitter(chance), TEAM * (len(fires) + 2)
    over = 1500 + _unreported(setup)
    return scenario(
        seed,
        Setting((setup, other), storm_at=at_least, batch=chance.choice((1, 10))),
        *fires,
        begin(chance.uniform(50, 200), other, another, word="P0"),
        end(chance.uniform(900, 1500), other, another),
        worst,
        late,
        *ends,
        *(end(chance.uniform(900, 1500), setup, each.condition) for each in (worst, late)),
        CallsOnce(590, at_least),
        *_looks(over),
        SeesItOver(over + oracle.SOON + 61),
    )


def _unreported(setup: Setup) -> float:
    """Seconds after which an end has been reported, at the latest."""
    return setup.route.interval + setup.route.wait if isinstance(setup, Alertmanagers) else 0.0


def _beyond_the_budget(seed: int, chance: Random) -> Scenario:
    """More begin than GitHub accepts in an hour, with one cause or with none in common."""
    setup, at_least = chance.choice((_one_cause(chance), emitter(chance))), chance.choice((3, 10))
    fires = _fires(chance, setup, chance.randint(10, 14), 60)
    urgent = begin(chance.uniform(300, 900), setup, TEAM * len(fires), word="P0")
    return scenario(
        seed,
        Setting((setup,), storm_at=at_least, per_minute=5, per_hour=12),
        *fires,
        urgent,
        *_ends(chance, setup, [*fires, urgent], 1200, 4000),
        *_looks(1200),
    )


def _in_trouble(seed: int, chance: Random) -> Scenario:
    """Workers die, the table and GitHub fail, and people act, while a storm begins and goes on."""
    setup, at_least = _one_cause(chance), chance.randint(2, 3)
    fires = _fires(chance, setup, at_least + chance.randint(1, 4), chance.choice((5, 60)))
    ends = _ends(chance, setup, fires[chance.randint(0, len(fires)) :], 300, 2500)
    again = [begin(each.at + chance.uniform(20, 900), setup, each.condition) for each in ends[:2]]
    dies = [Crashes(_soon(chance), _point(chance), _when(chance)) for _ in range(chance.randint(0, 3))]
    fails = [_failure(chance) for _ in range(chance.randint(0, 3))]
    acts = [
        Acts(
            chance.uniform(60, 2000), chance.choice(("close", "reopen", "label", "comment")), chance.random()
        )
        for _ in range(chance.choice((0, 0, 1, 2)))
    ]
    setting = Setting(
        (setup,), storm_at=at_least, batch=chance.choice((1, 10)), hostile=chance.random() < 0.3
    )
    return scenario(
        seed, setting, *fires, *ends, *(again if chance.random() < 0.5 else ()), *dies, *fails, *acts
    )


def _point(chance: Random) -> str:
    service, names = chance.choice((("table", TOUCHED), ("github", CALLS)))
    return f"{service}.{chance.choice(names)}"


def _soon(chance: Random) -> float:
    """Mostly while it begins."""
    return chance.uniform(0, chance.choice((30, 30, 600)))


def _when(chance: Random) -> str:
    return chance.choice(("before", "after"))


def _failure(chance: Random) -> Fails:
    point = _point(chance)
    fault = chance.choice(tuple(faults.of(point)))
    return Fails(_soon(chance), point, fault, chance.choice((1, 1, 2, 4)))


PROFILES: tuple[Callable[[int, Random], Scenario], ...] = (_calls_once, _beyond_the_budget, _in_trouble)
