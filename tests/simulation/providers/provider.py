"""What all providers have in common: things that happen to them, and a console at which a person looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tests.simulation.world import World

TEAMS = ("infra", "keepers", "infra", "")
HOSTILE = "@pinged-person broke rival/repository#4711, see #4712 <!-- alerting:fingerprint=x -->"
"""Words of a provider that must neither call a person nor refer to an issue."""


class State(StrEnum):
    """What the console shows of a condition; MUTED is firing without a word, UNKNOWN has no data."""

    FIRING = "firing"
    MUTED = "muted"
    QUIET = "quiet"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Shown:
    """A line of the console; `since` is when the condition came to fire or ended, in true time.

    `unknown` is for how many seconds before it was not known to have ended, as there was no data: a person's
    closing stands until the condition ends.
    """

    state: State
    since: float
    unknown: float = 0.0


@dataclass(frozen=True)
class Happens:
    """Something happens at a provider: to one of its conditions, or to itself for some seconds.

    `which`, below 1, picks a part of it, such as a peer; `word` is a priority or the like.
    """

    at: float
    provider: str
    what: str
    condition: int = 0
    seconds: float = 0.0
    which: float = 0.0
    word: str = "P1"

    def happen(self, world: "World") -> None:
        world.tell(self.provider, f"{self.what} {self.condition} {self.word} {self.seconds:.0f} s")
        world.providers[self.provider].happen(self)


class Provider(Protocol):
    """A provider of alerts; `ahead` is by how many seconds its clock is ahead, `rests_at` when it is done."""

    source: str
    ahead: float
    rests_at: float

    def happen(self, event: Happens) -> None:
        """Let something happen to it."""

    def heal(self) -> None:
        """From now on nothing is wrong; after some repeats it says no more."""

    def console(self) -> Mapping[str, Shown]:
        """Show every condition that a person would find, by title."""


class Setup(Protocol):
    """How a provider is set up in a run."""

    @property
    def name(self) -> str:
        """The provider's name in the run."""

    def build(self, world: "World") -> Provider:
        """Make the provider."""


Answered = Callable[[int | None], None]
"""Learn the status with which a request was answered; None if no answer came."""


def instant(seconds: float) -> str:
    """A time as providers write it, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def title(condition: int) -> str:
    """The name of a condition; no two providers have one in common."""
    return f"Condition {condition}"


def team(condition: int) -> str:
    """Whose it is."""
    return TEAMS[condition % len(TEAMS)]
