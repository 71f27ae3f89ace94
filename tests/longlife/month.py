"""The month: thirty days of traffic and of what people do, with the figures of each day.

`DAYS` in the environment makes it shorter, for a quick look.
"""

import os
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest

from chalicelib.conditions.row import AlertState
from chalicelib.render.marker import read_markers
from chalicelib.store import codec
from tests.local.github.model import Issue
from tests.longlife import people, traffic, versions
from tests.longlife.measures import Day, measured, shown, totals
from tests.longlife.world import START, World
from tests.twins.dynamodb import Item

DAY = timedelta(days=1)
DAYS = int(os.environ.get("DAYS", "30"))
UPGRADE = DAYS // 2
SETTLED = min(8, DAYS // 3)
"""The day by which every weekly condition has fired, and caches are nearly full."""

WHOLE = (UPGRADE - 1, DAYS - 2)
"""Days two weeks apart on which reconcile runs every five minutes, for the figures of a day."""


@dataclass
class Month:
    """The world after its month, the figures of each day, and what was put into the table on the way."""

    world: World
    days: list[Day]
    of_old: list[str]
    of_tomorrow: list[str]
    of_a_rollback: list[str]

    def rows(self) -> list[tuple[str, Item, AlertState]]:
        """The fingerprint of each row, what is stored of it, and what that says."""
        return [(name, item, codec.row(item)) for name, item in self.world.items().items()]

    def issues_about(self, condition: traffic.Condition) -> list[Issue]:
        """The issues about a condition, the oldest first."""
        named = re.compile(rf"\b{condition.name}\b")
        return [each for each in self.world.issues() if named.search(each.title)]

    def issues_of_rows(self) -> dict[str, list[Issue]]:
        """The issues about each row, the newest last."""
        found: dict[str, list[Issue]] = {}
        for issue in sorted(self.world.issues(), key=lambda issue: issue.created_at):
            for mark in read_markers(issue.body or ""):
                found.setdefault(mark.fingerprint, []).append(issue)
        return found

    def of_other_versions(self) -> set[str]:
        """The rows that another version wrote, before or in the middle."""
        return {*self.of_old, *self.of_tomorrow, *self.of_a_rollback}

    @property
    def settled(self) -> list[Day]:
        return self.days[SETTLED:]


def live(patch: pytest.MonkeyPatch) -> Month:
    """Let the month pass."""
    world = World(patch)
    month = Month(world, [], versions.settle_in(world), [], [])
    traffic.plan(world, START, DAYS)
    people.plan(world, START, DAYS)
    for day in range(DAYS):
        if day == UPGRADE:
            world.start_cold()
            month.of_tomorrow = versions.write_as_a_newer_version(world)
            month.of_a_rollback = versions.write_as_after_a_rollback(world)
        before = totals(world)
        every = timedelta(minutes=5) if day in WHOLE else timedelta(hours=1)
        world.run(START + (day + 1) * DAY, every)
        month.days.append(measured(world, day, before))
    print(shown(month.days))
    return month
