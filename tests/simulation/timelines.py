"""A timeline read while nothing is wrong: it shows what a person saw happen, and soon."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from chalicelib.adapters import own
from chalicelib.adapters.incident import What
from tests.local.github.model import Issue
from tests.simulation.incident_oracle import COMPLETE, ONCE
from tests.simulation.incident_page import shown
from tests.simulation.incidents import ENDED, INSIDER
from tests.simulation.providers.provider import Happens

if TYPE_CHECKING:
    from tests.simulation.world import World

SOON = 200.0
"""Seconds after which what happened is on the page: it is recorded within a minute, and shown in two more."""

TOLD = {"fires": What.FIRED, "ends": What.ENDED}


@dataclass(frozen=True)
class Reads:
    """A person who saw all that happened to the only alert reads the page of its incident."""

    at: float
    over: bool = False

    def happen(self, world: "World") -> None:
        for promise, how in _read(world, over=self.over):
            world.breaks(promise, how)


def _read(world: "World", *, over: bool) -> Iterator[tuple[str, str]]:
    issues = [issue for issue in world.issues() if _is_one(world, issue)]
    if len(issues) != 1:
        yield ONCE, f"one was declared, and there are {issues}"
        return
    if (issues[0].state == "closed") is not over:
        yield ENDED, f"#{issues[0].number} is {issues[0].state}"
    long_since, said = world.schedule.time - SOON, Counter(shown(issues[0]))
    happened = Counter({What.DECLARED: 1, What.RESOLVED: int(over), What.FIRED: 0, What.ENDED: 0})
    for each in world.scenario.stimuli:
        if isinstance(each, Happens) and each.at + 1.8e9 < world.schedule.time:
            if each.at + 1.8e9 > long_since:
                return  # it may be shown, or not yet
            happened[TOLD[each.what]] += 1
    comments = [deed.at for deed in world.human.deeds if deed.kind == "comment"]
    if any(at > long_since for at in comments):
        return
    apart = [at for at, then in pairwise([*comments, float("inf")]) if then > at + 130]
    if said[What.COMMENTED] < len(apart) or said[What.COMMENTED] > len(comments):
        yield COMPLETE, f"{said[What.COMMENTED]} comments are shown of {len(comments)} by {INSIDER}"
    if wrong := {what: (said[what], count) for what, count in happened.items() if said[what] != count}:
        yield COMPLETE, f"#{issues[0].number} shows {wrong}"


def _is_one(world: "World", issue: Issue) -> bool:
    name = world.watch.fingerprints.get(issue.id)
    alert = world.row(name).spec.alert if name else None
    return alert is not None and alert.source == own.INCIDENT
