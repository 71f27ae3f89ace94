"""Two regions with a replica of the table each, in which functions work at the same time.

The replicas are strongly consistent: there is one truth, and of two writes at once to an item one is refused.
Or they agree only later, and the later of two writes wins (docs/standby.md says why that is not enough). A
region that is away loses whatever of its functions next asks for the table, with their calls under way.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, cast

from botocore.exceptions import ClientError

from tests.simulation.containers import Container
from tests.simulation.generate import generate
from tests.simulation.profiles import profile
from tests.simulation.scenario import Scenario, Stimulus
from tests.simulation.world import World
from tests.twins.dynamodb import DynamoTwin, Item

AT_ONCE = 0.15
"""Seconds within which two regions write an item at the same time."""

PLACES = (0, 1)
CONFLICT = {"Error": {"Code": "ReplicatedWriteConflictException", "Message": ""}}


class _Replica:
    """The table as one region reaches it."""

    def __init__(self, world: "Regions", place: int) -> None:
        self._world, self._place = world, place

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            if self._place in self._world.away:
                self._world.count("ended: with its region")
                self._world.schedule.crash()
            more = {"Place": self._place} if name == "update_item" else {}
            return getattr(self._world.replicas[self._place], name)(**arguments, **more)

        return call


class _Strong(DynamoTwin):
    """One truth, whichever region asks."""

    def __init__(self, world: "Regions") -> None:
        super().__init__(world.schedule.seconds, world.outside, world.ledger.row_changed)
        self._world = world
        self._written: dict[str, tuple[float, int]] = {}

    def _update(self, key: str, update: Mapping[str, Any]) -> Item:
        place, now = update["Place"], self._now()
        at, by = self._written.get(key, (0.0, place))
        if by != place and now < at + AT_ONCE:
            self._world.count("a write at once")
            raise ClientError(CONFLICT, "UpdateItem")  # type: ignore[arg-type]  # a part of what AWS says
        answer = super()._update(key, update)
        self._written[key] = (now, place)
        return answer


class _Eventual(DynamoTwin):
    """A replica that the other one hears from some seconds later."""

    def __init__(self, world: "Regions", lag: float) -> None:
        super().__init__(world.schedule.seconds, world.outside, world.ledger.row_changed)
        self._world, self._behind, self.other = world, lag, self
        self._stamps: dict[str, float] = {}

    def _update(self, key: str, update: Mapping[str, Any]) -> Item:
        answer = super()._update(key, update)
        stamp = self._stamps[key] = self._now()
        item = dict(self.items[key])
        self._world.schedule.at(stamp + self._behind, lambda: self.other.hear(key, item, stamp))
        return answer

    def hear(self, key: str, item: Item, stamp: float) -> None:
        """Take what the other wrote, if it is the later."""
        if stamp > self._stamps.get(key, 0.0):
            self._stamps[key], self.items[key] = stamp, item
            self._indexed[key] = (next(self._writes), item)


class Regions(World):
    """A world of two regions, whose tables agree at once, or some seconds later."""

    def __init__(self, scenario: Scenario, behind: float = 0.0) -> None:
        super().__init__(scenario)
        self.away: set[int] = set()
        self._places = itertools.cycle(PLACES)
        if behind:
            near, far = _Eventual(self, behind), _Eventual(self, behind)
            near.other, far.other = far, near
            self.replicas: tuple[DynamoTwin, ...] = (near, far)
        else:
            truth = _Strong(self)
            self.replicas = (truth, truth)
        self.table = self.replicas[0]

    def _container(self, name: str) -> Container:
        container = super()._container(name)
        place = next(self._places)
        self.count(f"region {place}")
        return replaced(container, _Replica(self, place))

    def calm(self) -> None:
        self.away.clear()
        super().calm()


def replaced(container: Container, table: _Replica) -> Container:
    """Have a container reach the table so."""
    container._table._twin = table
    return container


@dataclass(frozen=True)
class Leaves:
    """A region is away for some seconds, at the latest until the world is left alone."""

    at: float
    place: int
    seconds: float

    def happen(self, world: World) -> None:
        regions = cast("Regions", world)
        regions.away.add(self.place)
        regions.spell(self.seconds, lambda _: regions.away.discard(self.place))


def drawn(seed: int) -> Scenario:
    """Draw a scenario in which regions leave and come back, one at a time; a profile has its own trouble."""
    scenario, chance = generate(seed), Random(f"{seed}/regions")
    if profile(seed):
        return scenario
    leaves: list[Stimulus] = []
    at = 0.0
    last = max((stimulus.at for stimulus in scenario.stimuli), default=0.0)
    while (at := at + chance.uniform(0, 600)) < last:
        stays = chance.choice((2.0, 20.0, 90.0, 1500.0))
        leaves.append(Leaves(at, chance.choice(PLACES), stays))
        at += stays
    stimuli = sorted([*scenario.stimuli, *leaves], key=lambda each: each.at)
    return replace(scenario, stimuli=tuple(stimuli))
