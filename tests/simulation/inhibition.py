"""Inhibition: what holds others back, what must then be quiet, and what must not be hidden any longer."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from chalicelib.routing.inhibition import InhibitRule
from chalicelib.sync import inhibition
from tests.simulation.drafting import Compares, begin, emitter, end, scenario
from tests.simulation.naming import names
from tests.simulation.providers.provider import title
from tests.simulation.scenario import Scenario, Setting
from tests.simulation.weather import Crashes

if TYPE_CHECKING:
    from tests.simulation.world import World

PROMISE = "17. what is inhibited gets no issue"
SOON = 150.0
"""Seconds after which what was inhibited has its issue: two minutes, and the time that the calls take."""

SOURCE, *TARGETS = range(0, 8, 2)
RULES = (
    InhibitRule(
        {"alertname": frozenset({title(SOURCE)})},
        {"alertname": frozenset(title(number) for number in TARGETS)},
    ),
)


@dataclass(frozen=True)
class FindsNone:
    """By now a condition has had no issue."""

    at: float
    condition: int

    def happen(self, world: "World") -> None:
        for issue in world.issues():
            if title(self.condition) in names(issue.title):
                world.breaks(PROMISE, f"#{issue.number}")


def _outlives_what_held_it_back(seed: int, chance: Random) -> Scenario:
    """It fires while something else does that holds it back, and goes on when that has ended."""
    setup, (before, late) = emitter(chance), chance.sample(TARGETS, 2)
    began, ends = chance.uniform(60, 200), chance.uniform(800, 2500)
    crash = [Crashes(ends, "table.rest", "after")] if chance.random() < 0.3 else []
    return scenario(
        seed,
        Setting((setup,), inhibit=RULES, batch=chance.choice((1, 10))),
        begin(chance.uniform(0, 30), setup, before),
        begin(began, setup, SOURCE, word="P0"),
        begin(began + chance.uniform(60, 500), setup, late, word=chance.choice(("P0", "P2"))),
        FindsNone(ends - 1, late),
        end(ends, setup, SOURCE),
        *crash,
        Compares(ends + SOON),
    )


PROFILES: tuple[Callable[[int, Random], Scenario], ...] = (_outlives_what_held_it_back,)


def _believed_for_ever() -> AbstractContextManager[Any]:
    """A worker that once knew what holds others back never looks again."""
    day = timedelta(days=1)
    return patch.multiple(inhibition, FRESH=day, KNOWN_FOR=day)


MUTANTS: Mapping[str, Callable[[], AbstractContextManager[Any]]] = {
    "believe for ever what holds others back": _believed_for_ever,
    "inhibit nothing": lambda: patch.object(inhibition.Inhibition, "refresh", lambda self, row: None),
}
