"""The storm: 5,000 alerts in a minute over 2,100 conditions, and what the world did with them."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from chalicelib.rate_limit.rules import Limits
from tests.local.github.journal import Entry
from tests.local.github.model import Issue
from tests.storm.best import Wanted, best
from tests.storm.watch import Watch
from tests.storm.world import HOUR, MINUTE, World
from tests.twins.clock import START

CONDITIONS, ALERTS = 2100, 5000
TITLE = "Condition "
PLACE = {"account_id": "123456789012", "region": "us-west-2"}
P0, P1 = 20, 180
LATE_FROM, LATE_EVERY = 1200.0, 30.0
"""Half of the P0 come when the hour's budget is long spent."""
RESOLVED, RESOLVED_AT = 240, 2700.0
SPEAKERS, SPEAK_EVERY = 150, 1200.0


def of_one_cause(number: int) -> bool:
    """Say whether a condition is in the one account and Region; the others have nothing in common."""
    return number % 2 == 0


def alert(number: int, priority: str, at: float, state: str = "FIRING") -> dict[str, Any]:
    """An alert in the canonical schema; `at` is the provider's time in seconds since the start."""
    return {
        "source": "storm",
        "state": state,
        "title": f"Condition {number:04}",
        "priority": priority,
        "occurred_at": (START + timedelta(seconds=at)).isoformat(),
        "teams": ["storage"],
        "identity": {"alarm_id": f"condition-{number}"} | (PLACE if of_one_cause(number) else {}),
    }


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: when it first fires and, perhaps, when it has resolved."""

    number: int
    priority: str
    fires_at: float
    resolves_at: float | None = None

    @property
    def urgent(self) -> bool:
        return self.priority in ("P0", "P1")

    def says(self, at: float, state: str = "FIRING") -> tuple[float, dict[str, Any]]:
        """What it sends at that second."""
        return at, alert(self.number, self.priority, at, state)


def conditions(rng: random.Random) -> list[Condition]:
    """Draw them: of the P2 and P3, and of a few P1, some resolve while their issue waits."""
    drawn = []
    for number in range(CONDITIONS):
        priority = "P0" if number < P0 else "P1" if number < P0 + P1 else rng.choice(("P2", "P3"))
        late = number - P0 // 2 if P0 // 2 <= number < P0 else None
        fires_at = rng.uniform(0, 55) if late is None else LATE_FROM + LATE_EVERY * late
        resolves = number >= CONDITIONS - RESOLVED
        drawn.append(
            Condition(number, priority, fires_at, RESOLVED_AT + rng.uniform(0, 600) if resolves else None)
        )
    return drawn


@dataclass
class Storm:
    """One storm, run to its end; unless `grouped`, those of one cause are not brought together."""

    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    hours: float = 6.0
    grouped: bool = True

    def __post_init__(self) -> None:
        rng = random.Random(self.seed)
        self.conditions = conditions(rng)
        self.world = World(self.limits, storms=self.grouped)
        self.watch = Watch(self)
        for at, said in sorted(self._messages(rng), key=lambda message: message[0]):
            self.world.queue.send(at, said)

    def _messages(self, rng: random.Random) -> Iterator[tuple[float, dict[str, Any]]]:
        yield from (each.says(each.fires_at) for each in self.conditions)
        early = [each for each in self.conditions if each.fires_at < MINUTE]
        for _ in range(ALERTS - CONDITIONS):
            each = rng.choice(early)
            yield rng.uniform(each.fires_at, MINUTE), alert(each.number, each.priority, each.fires_at)
        yield from (
            each.says(each.resolves_at, "RESOLVED")
            for each in self.conditions
            if each.resolves_at is not None
        )
        speakers = self.conditions[P0 : P0 + SPEAKERS]
        for number in range(1, int(self.hours * HOUR / SPEAK_EVERY)):
            yield from (each.says(each.fires_at + SPEAK_EVERY * number) for each in speakers)

    def run(self) -> "Storm":
        self.world.timeline.run(self.hours * HOUR)
        return self

    @cached_property
    def opened(self) -> dict[int, float]:
        """When each condition's issue was opened."""
        return {number_of(issue): self.world.seconds_of(issue) for issue in self.issues}

    @property
    def issues(self) -> list[Issue]:
        """The issues of conditions."""
        return [issue for issue in self.world.issues if TITLE in issue.title]

    @property
    def creations(self) -> list[Entry]:
        """What GitHub's limit on created content counts."""
        ends = ("/issues", "/comments", "/sub_issues")
        return [each for each in self.world.writes if each.method == "POST" and each.path.endswith(ends)]

    @property
    def pages(self) -> list[Issue]:
        """The issues that list others."""
        return [issue for issue in self.world.issues if TITLE not in issue.title]

    @cached_property
    def best(self) -> list[float]:
        """When the same issues would have been opened at best; for those that list others, when ours were."""
        by_number = {each.number: each for each in self.conditions}
        wanted = [by_number[number] for number in self.opened]
        ours = [Wanted(self.world.seconds_of(issue), 0) for issue in self.pages]
        return best([*ours, *(Wanted(each.fires_at, int(each.priority[1])) for each in wanted)], self.limits)

    @property
    def worse(self) -> float:
        """How much later than at best the last issue was opened, as a share."""
        return max(self.opened.values()) / max(self.best) - 1

    @property
    def statuses(self) -> Counter[int | None]:
        return Counter(entry.status for entry in self.world.requests)


def number_of(issue: Issue) -> int:
    return numbered(issue.title)


def numbered(title: str) -> int:
    return int(title.partition(TITLE)[2][:4])
