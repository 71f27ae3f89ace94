"""What people do on GitHub in a month: they comment, ack, snooze, mute, close and reopen."""

import random
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from chalicelib import render
from chalicelib.labels import MUTED_LABEL, QUIET_LABEL
from tests.local.github.model import Issue
from tests.longlife.traffic import ALWAYS, DAY, HOUR, conditions

if TYPE_CHECKING:
    from tests.longlife.world import World

SEED = 21
DEEDS_A_DAY = 6
LASTING = re.compile(
    rf"condition ({'|'.join(str(each.number) for each in conditions() if each.rhythm == ALWAYS)})\b"
)
"""Nobody closes what never ends, so that it goes on all month."""

Deed = Callable[["World", Issue], None]


def plan(world: "World", begin: datetime, days: int) -> None:
    """Put a month of it on the world's agenda, each kind of deed in turn."""
    rng = random.Random(SEED)
    for number in range(DEEDS_A_DAY * days):
        at = begin + (number + rng.random()) / DEEDS_A_DAY * DAY
        world.at(at, partial(_do, world, rng, DEEDS[number % len(DEEDS)]))
    for day in range(days):
        world.at(begin + day * DAY + 9 * HOUR, partial(_talk, world))
        if day % 3 == 2:
            world.at(begin + day * DAY + 10 * HOUR, partial(_ask_for_a_window, world))


def of_alerts(world: "World", state: str) -> list[Issue]:
    """The issues about conditions, in their order."""
    return [each for each in world.issues() if each.state == state and not render.is_board(each.body or "")]


def boards(world: "World") -> list[Issue]:
    return [each for each in world.issues() if render.is_board(each.body or "")]


def _do(world: "World", rng: random.Random, deed: Deed) -> None:
    found = of_alerts(world, "closed" if deed is _reopen else "open")
    if passing := [issue for issue in found if not LASTING.search(issue.title)]:
        deed(world, rng.choice(passing[-30:]))


def _talk(world: "World") -> None:
    """Say something about the issue that has been open for longest, and has most to show."""
    for issue in of_alerts(world, "open")[:2]:
        _comment(world, issue, "Still looking into it.")


def _ask_for_a_window(world: "World") -> None:
    for board in boards(world):
        _comment(world, board, "/maintenance 2h team=storage new disks")


def _comment(world: "World", issue: Issue, text: str) -> None:
    world.person.comment(issue.repository.full_name, issue.number, text)
    world.tell(issue, "issue_comment", "created")


def _says(text: str, afterwards: str = "") -> Deed:
    """Write a comment, and another one a day later."""

    def deed(world: "World", issue: Issue) -> None:
        _comment(world, issue, text)
        if afterwards:
            world.at(world.now + DAY, partial(_comment, world, issue, afterwards))

    return deed


def _labels(name: str) -> Deed:
    """Set a label, and take it away a day later."""

    def deed(world: "World", issue: Issue) -> None:
        world.person.label(issue.repository.full_name, issue.number, name)
        world.tell(issue, "issues", "labeled", label={"name": name})
        world.at(world.now + DAY, partial(_take_away, world, issue, name))

    return deed


def _take_away(world: "World", issue: Issue, name: str) -> None:
    if name in issue.label_names:
        world.person.unlabel(issue.repository.full_name, issue.number, name)
        world.tell(issue, "issues", "unlabeled", label={"name": name})


def _closes(not_planned: bool = False) -> Deed:
    def deed(world: "World", issue: Issue) -> None:
        reason = "not_planned" if not_planned else "completed"
        world.person.close(issue.repository.full_name, issue.number, reason)  # type: ignore[arg-type]
        world.tell(issue, "issues", "closed")

    return deed


def _reopen(world: "World", issue: Issue) -> None:
    """Open it again, and close it a day later."""
    world.person.reopen(issue.repository.full_name, issue.number)
    world.tell(issue, "issues", "reopened")
    world.at(world.now + DAY, partial(_close_again, world, issue))


def _close_again(world: "World", issue: Issue) -> None:
    if issue.state == "open":
        _closes()(world, issue)


DEEDS: tuple[Deed, ...] = (
    _says("/ack"),
    _says("Looks like the disks."),
    _says("/snooze 5h"),
    _closes(),
    _says("/mute", afterwards="/unmute"),
    _labels(MUTED_LABEL),
    _closes(not_planned=True),
    _labels(QUIET_LABEL),
    _reopen,
    _says("/snoze 5h"),
    _says("/ack", afterwards="/unack"),
)
