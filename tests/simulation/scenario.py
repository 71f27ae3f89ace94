"""Scenarios: what happens in a run, all of it drawn from one seed."""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Protocol

from chalicelib.conditions.plan import Policy
from chalicelib.conditions.windows import Rule
from chalicelib.rate_limit.rules import Limits
from chalicelib.routing import Home, Routing, load
from chalicelib.routing.inhibition import InhibitRule
from tests.local.senders import ACCOUNT, REGION
from tests.simulation.providers.provider import Setup

if TYPE_CHECKING:
    from tests.simulation.world import World

START = 1_800_000_000.0
REPOSITORY = "example-org/alerts"
ELSEWHERE = "example-org/elsewhere"
"""Another team's repository, to which people transfer issues."""

_ROUTING = f"""
[default]
repository = "{REPOSITORY}"
{{tiers}}{{storms}}
[default.mention]
P0 = ["@example-org/oncall", "<on-call>"]
{{mentions}}

[team.infra]
repository = "{REPOSITORY}"

[team.keepers]
repository = "{REPOSITORY}"
assignees = ["mona", "nobody"]
close_on_resolve = false

[fallback]
team = "infra"
priority = "P2"
"""
_OTHERS = f"""
[team.others]
repository = "{ELSEWHERE}"
"""
_TIERS = """
escalate_after = "20m"
escalate_to = [["@example-org/second"], ["@example-org/third"]]
"""
_MENTIONS = "\n".join(f'{priority} = ["@example-org/oncall", "<on-call>"]' for priority in ("P1", "P2", "P3"))


@cache
def routing(*, others: bool, tiers: bool, storm_at: int) -> Routing:
    """Route with the other team or without, as a repository more costs lists; with tiers or without.

    Where this many are a storm, every priority calls people, so that it shows who calls whom.
    """
    written = _ROUTING.format(
        tiers=_TIERS if tiers else "",
        storms=f"storm_at = {storm_at}\n",
        mentions=_MENTIONS if storm_at else 'P1 = ["<on-call>"]',
    )
    return replace(load(written + (_OTHERS if others else "")), home=Home(ACCOUNT, REGION))


class Stimulus(Protocol):
    """Something that happens to the world at a time."""

    @property
    def at(self) -> float:
        """Seconds from the start."""

    def happen(self, world: "World") -> None:
        """Let it happen."""


@dataclass(frozen=True)
class Setting:
    """What holds for a whole run: who speaks, whose clocks differ, how hostile the queue is, whether
    providers may be asked; for `window` seconds Lambda waits for more messages of a batch.

    `storm_at` is how many conditions are a storm, 0 if none are.

    `takes` says what takes how many seconds, a service or a call, and `page` how long pages of lists are.
    """

    cast: tuple[Setup, ...] = ()
    github_ahead: float = 0.0
    workers_apart: float = 0.0
    takes: tuple[tuple[str, float], ...] = ()
    page: int = 100
    hostile: bool = False
    lists: bool = False
    batch: int = 10
    window: float = 0.0
    per_minute: int = 75
    per_hour: int = 480
    comment_cap: int = 2500
    others: bool = False
    board: bool = False
    mirror: bool = False
    tiers: bool = False
    storm_at: int = 0
    incidents: bool = False
    enriched: bool = False
    inhibit: tuple[InhibitRule, ...] = ()
    maintenance: tuple[Rule, ...] = ()

    @property
    def policy(self) -> Policy:
        known = routing(others=self.others, tiers=self.tiers, storm_at=self.storm_at)
        return Policy(routing=replace(known, inhibit=self.inhibit))

    @property
    def limits(self) -> Limits:
        return Limits(per_minute=self.per_minute, per_hour=self.per_hour)

    def prepare(self, world: "World") -> None:
        """Make GitHub what it is at the start."""
        for name in (REPOSITORY, ELSEWHERE):
            world.github.world.add_repository(name, collaborators=["mona"])
        world.github.world.comment_cap = self.comment_cap
        world.github.page = self.page
        world.outside.takes |= dict(self.takes)


@dataclass(frozen=True)
class Scenario:
    """A seed, what holds, and what happens. `even` has all calls take the same time."""

    seed: int
    setting: Setting = field(default_factory=Setting)
    stimuli: tuple[Stimulus, ...] = ()
    even: bool = False
