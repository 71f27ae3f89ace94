"""Ordinary traffic of a month: a hundred conditions of all sources, each with its own rhythm.

Drawn from one seed, so that every run is the same.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from chalicelib.alert import Priority

if TYPE_CHECKING:
    from tests.longlife.world import World

SEED = 20
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REPEATS = {"alertmanager": 4 * HOUR, "grafana": 4 * HOUR, "prometheus": MINUTE, "datadog": 2 * HOUR}
"""How often a source sends again what still fires, as their defaults or most people have it.

Prometheus itself sends every minute (`--rules.alert.resend-delay`).
"""

TEAMS = ("dev-infra", "ci-runners", "storage", "search")
RARELY, WEEKLY, BRIEFLY, DAILY = "rarely", "weekly", "weekly and briefly", "daily"
FLAPPING, ALWAYS = "flapping", "always"
ENDING = (
    *(("cloudwatch", RARELY), ("cloudwatch", WEEKLY), ("cloudwatch", DAILY), ("cloudwatch", ALWAYS)),
    *(("grafana", RARELY), ("grafana", WEEKLY), ("grafana", DAILY), ("grafana", ALWAYS)),
    *(("alertmanager", RARELY), ("alertmanager", WEEKLY), ("alertmanager", DAILY), ("alertmanager", ALWAYS)),
    *((source, often) for source in ("normalized", "datadog", "opsgenie") for often in (WEEKLY, DAILY)),
    *((source, often) for source in ("pagerduty", "sentry") for often in (RARELY, WEEKLY, DAILY)),
)
SOURCES_AND_RHYTHMS = (
    *(4 * ENDING),
    *(("alertmanager", FLAPPING), ("grafana", FLAPPING), ("cloudwatch", FLAPPING), ("normalized", FLAPPING)),
    *(("prometheus", BRIEFLY), ("prometheus", BRIEFLY)),
    *((source, WEEKLY) for source in SOURCES if source.startswith("aws-")),
)


@dataclass(frozen=True)
class Condition:
    """One condition: who reports it, and how often it fires."""

    number: int
    source: str
    rhythm: str

    @property
    def name(self) -> str:
        return f"{self.source} condition {self.number}"

    def periods(self, rng: random.Random, begin: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Draw when it fires, and until when."""
        end = begin + days * DAY
        if self.rhythm == ALWAYS:
            yield begin + rng.uniform(0, 3) * HOUR, end + DAY
        elif self.rhythm == RARELY:
            at = begin + rng.uniform(0, days - 2) * DAY
            yield at, at + rng.uniform(0.2, 20) * HOUR
        elif self.rhythm in (WEEKLY, BRIEFLY):
            for week in range(-(-days // 7)):
                at = begin + (7 * week + rng.uniform(0, 5)) * DAY
                yield at, at + rng.uniform(1, 2 if self.rhythm == BRIEFLY else 20) * HOUR
        elif self.rhythm == DAILY:
            for day in range(days):
                at = begin + day * DAY + rng.uniform(0, 12) * HOUR
                yield at, at + rng.uniform(0.1, 3) * HOUR
        else:
            for day in range(0, days, 2):
                at = begin + day * DAY + rng.uniform(0, 20) * HOUR
                for turn in range(15):
                    yield at + turn * 8 * MINUTE, at + turn * 8 * MINUTE + 4 * MINUTE

    def says(self, began: datetime, ended: datetime | None = None) -> Any:
        """What its source sends."""
        team = TEAMS[self.number % len(TEAMS)]
        priority = tuple(Priority)[self.number % 7 % 4]
        return SOURCES[self.source].template(Example(began, ended, self.name, team, priority))


def conditions() -> list[Condition]:
    return [Condition(number, *each) for number, each in enumerate(SOURCES_AND_RHYTHMS)]


def send(world: "World", condition: Condition, began: datetime, ended: datetime | None) -> None:
    """Have its source send what it says now."""
    body = condition.says(began, ended)
    if condition.source == "cloudwatch":
        world.alarms.put(body, ended or began)
    if SOURCES[condition.source].posts:
        world.post(condition.source, body)
    else:
        world.publish(body)


def plan(world: "World", begin: datetime, days: int) -> None:
    """Put a month of it on the world's agenda."""
    rng = random.Random(SEED)
    for condition in conditions():
        for began, ended in condition.periods(rng, begin, days):
            world.at(began, partial(send, world, condition, began, None))
            if repeats := REPEATS.get(condition.source):
                for number in range(1, int(min(ended - began, begin + days * DAY - began) / repeats)):
                    world.at(began + number * repeats, partial(send, world, condition, began, None))
            if SOURCES[condition.source].ends:
                world.at(ended, partial(send, world, condition, began, ended))
    for each in range(3):
        _beats(world, rng, each, begin, days)
    for day in range(days):
        _ends_unheard(world, day, begin + day * DAY)


AGAIN = (7 * DAY + 2 * HOUR, 10 * DAY, None)
"""When a condition of which only the end was heard fires: once that expired, once it is deleted, never."""


def unheard(day: int) -> Condition:
    """Name the condition of which only the end is heard on a day."""
    return Condition(1000 + day, "normalized", RARELY)


def fired_later(days: int) -> list[Condition]:
    """List those of which only the end was heard, and which then fired and ended before a day."""
    whole = [(day, AGAIN[day % len(AGAIN)]) for day in range(days)]
    return [unheard(day) for day, later in whole if later and day * DAY + later + 2 * HOUR <= days * DAY]


def _ends_unheard(world: "World", day: int, at: datetime) -> None:
    """Hear only the end of a condition, which is remembered for a week."""
    condition = unheard(day)
    world.at(at, partial(send, world, condition, at - HOUR, at))
    if later := AGAIN[day % len(AGAIN)]:
        began, ended = at + later, at + later + HOUR
        world.at(began, partial(send, world, condition, began, None))
        world.at(ended, partial(send, world, condition, began, ended))


def _beats(world: "World", rng: random.Random, number: int, begin: datetime, days: int) -> None:
    """Signs of life, every hour but for a few hours a week."""
    away = [begin + rng.uniform(7 * week, 7 * week + 6) * DAY for week in range(days // 7)]
    for turn in range(24 * days):
        at = begin + turn * HOUR + number * MINUTE
        if not any(since <= at < since + 4 * HOUR for since in away):
            world.at(at, partial(world.post, "normalized", _beat(number, at)))


def _beat(number: int, at: datetime) -> dict[str, Any]:
    body: dict[str, Any] = SOURCES["normalized"].template(
        Example(at, None, f"Backup {number}", "storage", Priority.P1)
    )
    return body | {"kind": "heartbeat", "interval": "1h"}
