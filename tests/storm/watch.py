"""A person who looks at GitHub in a storm: who is called, and what fires without being shown anywhere."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.local.github.model import Comment, Event, Issue
from tests.storm.world import CALL, HOUR, MINUTE

if TYPE_CHECKING:
    from tests.storm.storm import Storm

OFTEN, LATER, SELDOM = MINUTE / 2, HOUR / 2, 10 * MINUTE
"""Seconds between looks, until when, and after that."""

_LINE = re.compile(r"^\| P\d \| Condition (\d{4})[^|]* \| .*? \| ([^|]*) \|$", re.MULTILINE)


@dataclass
class Watch:
    """Looks now and then.

    `callers` are titles of issues that called people, `slowest` for how many seconds something fired and was
    nowhere, `listed` how many lines there were at the most, `twice` what stood in two tables.
    """

    storm: "Storm"
    callers: list[str] = field(default_factory=list)
    slowest: float = 0.0
    listed: int = 0
    twice: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        world = self.storm.world
        world.github.world.listeners.append(self._heard)
        if self.storm.grouped:
            world.timeline.start(self._looks, at=OFTEN)

    def _heard(self, issue: Issue, event: Event, comment: Comment | None) -> None:
        said = comment.body if comment else issue.body if event.kind == "opened" else ""
        if CALL in (said or ""):
            self.callers.append(issue.title)

    def _looks(self) -> None:
        timeline = self.storm.world.timeline
        while True:
            self._look(timeline.seconds)
            timeline.sleep(OFTEN if timeline.seconds < LATER else SELDOM)

    def _look(self, now: float) -> None:
        listed = Counter(number for issue in self.storm.pages for number in _firing(issue))
        shown = listed.keys() | {issue.title.partition("Condition ")[2][:4] for issue in self.storm.issues}
        self.twice |= {number for number, times in listed.items() if times > 1}
        self.listed = max(self.listed, len(listed))
        for each in self.storm.conditions:
            over = each.resolves_at is not None and each.resolves_at < now
            if each.fires_at < now and not over and f"{each.number:04}" not in shown:
                self.slowest = max(self.slowest, now - each.fires_at)


def _firing(issue: Issue) -> list[str]:
    found = _LINE.findall(issue.body or "") if issue.state == "open" else []
    return [number for number, since in found if "ended" not in since]
