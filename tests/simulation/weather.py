"""What goes wrong for a while, or with certain calls: failures, crashes, states of GitHub and of AWS."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulation.outside import Failure

if TYPE_CHECKING:
    from tests.simulation.world import World


@dataclass(frozen=True)
class Fails:
    """The next calls to a point, or those of some seconds to a point or service, fail."""

    at: float
    point: str
    fault: str
    times: int = 1
    seconds: float = float("inf")

    def happen(self, world: "World") -> None:
        until = world.schedule.time + self.seconds
        world.outside.failures.append(Failure(self.point, self.fault, self.times, until))


@dataclass(frozen=True)
class Crashes:
    """The worker that next calls a point crashes, before the call or after it."""

    at: float
    point: str
    when: str

    def happen(self, world: "World") -> None:
        world.outside.crashes.append((self.point, self.when))


@dataclass(frozen=True)
class Spell:
    """A state lasts for some seconds."""

    at: float
    state: str
    seconds: float

    def happen(self, world: "World") -> None:
        begin, end = STATES[self.state]
        world.count(f"state: {self.state}")
        world.tell("weather", f"{self.state} for {self.seconds:.0f} s")
        begin(world)
        world.spell(self.seconds, end)


def _lists_lag(world: "World", seconds: float) -> None:
    world.github.services.faults.listing_lag = seconds


def _index_lags(world: "World", seconds: float) -> None:
    world.table.lag = seconds


def _suspended(world: "World", at: float | None) -> None:
    for installation in world.github.world.installations.values():
        installation.suspended_at = at


def _archived(world: "World", archived: bool) -> None:
    for repository in world.github.world.repositories.values():
        repository.archived = archived


def _issues_on(world: "World", on: bool) -> None:
    for repository in world.github.world.repositories.values():
        repository.has_issues = on


def _labels_free(world: "World", free: bool) -> None:
    for installation in world.github.world.installations.values():
        installation.may_create_labels = free


def _still(world: "World", still: bool) -> None:
    world.still = still
    world.poll()


Change = Callable[["World"], None]
STATES: dict[str, tuple[Change, Change]] = {
    "lists lag a little": (lambda world: _lists_lag(world, 50), lambda world: _lists_lag(world, 0)),
    "lists lag": (lambda world: _lists_lag(world, 300), lambda world: _lists_lag(world, 0)),
    "indexes lag": (lambda world: _index_lags(world, 150), lambda world: _index_lags(world, 0.05)),
    "suspended": (
        lambda world: _suspended(world, world.schedule.time),
        lambda world: _suspended(world, None),
    ),
    "nothing collected": (lambda world: _still(world, True), lambda world: _still(world, False)),
    "archived": (lambda world: _archived(world, True), lambda world: _archived(world, False)),
    "issues disabled": (lambda world: _issues_on(world, False), lambda world: _issues_on(world, True)),
    "tokens revoked": (lambda world: world.github.authority.revoke_all(), lambda world: None),
    "no new labels": (lambda world: _labels_free(world, False), lambda world: _labels_free(world, True)),
    "app renamed": (lambda world: world.github.rename_app("alerting-now"), lambda world: None),
    "installed again": (lambda world: world.reinstall(), lambda world: None),
    "moved to another owner": (lambda world: world.move("example-group"), lambda world: None),
    "renamed": (lambda world: world.rename("alerts-now"), lambda world: None),
}
