"""What profiles are drafted from: a provider, what happens there, and looks in the midst of a run."""

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.simulation import oracle
from tests.simulation.providers.cloudwatch import CloudWatches
from tests.simulation.providers.emitters import Emitters
from tests.simulation.providers.provider import Happens, Setup
from tests.simulation.scenario import Scenario, Setting, Stimulus

if TYPE_CHECKING:
    from tests.simulation.world import World

AHEAD = (0.0, 0.0, -30.0, 45.0, -600.0, 600.0)


@dataclass(frozen=True)
class Compares:
    """A person compares the consoles with GitHub, where nothing has gone wrong that would take long."""

    at: float

    def happen(self, world: "World") -> None:
        for promise, how in oracle.soon(world):
            world.breaks(promise, how)


@dataclass(frozen=True)
class FindsNoDouble:
    """By now two issues of one condition have been merged."""

    at: float

    def happen(self, world: "World") -> None:
        for row in world.rows():
            open_ones = [issue for issue in world.watch.about(row.fingerprint) if issue.state == "open"]
            if len(open_ones) > 1:
                world.breaks("7. doubles last minutes", f"{[issue.number for issue in open_ones]}")


def scenario(seed: int, setting: Setting, *stimuli: Stimulus) -> Scenario:
    return Scenario(seed, setting, tuple(sorted(stimuli, key=lambda each: each.at)))


def cloudwatch(chance: Random, *, contributors: bool = False) -> CloudWatches:
    return CloudWatches("cloudwatch", chance.choice(AHEAD), contributors)


def emitter(chance: Random) -> Emitters:
    return Emitters("emitter", chance.choice(AHEAD))


def begin(at: float, setup: Setup, condition: int, which: float = 0.0, word: str = "P1") -> Happens:
    return Happens(at, setup.name, "fires", condition, which=which, word=word)


def end(at: float, setup: Setup, condition: int, which: float = 0.0) -> Happens:
    return Happens(at, setup.name, "ends", condition, which=which)
