"""The oracle: what a person sees at the providers' consoles, against what is on GitHub.

It knows nothing else. At rest a condition that fires has its open issue, and one that does not fire has none;
or a person can read why.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.local.github.model import Issue
from tests.simulation.naming import names
from tests.simulation.providers.provider import Shown, State

if TYPE_CHECKING:
    from tests.simulation.world import World

FIRES = "2. what fires at its provider has an open issue"
ENDED = "2. what has ended at its provider has no open issue"
TOLD = "12. what fired has had an issue, however its messages came"

SOON = 180.0
"""Seconds after which an issue is there, where nothing is wrong for long."""

SAYS_WHY = {"alert:stale", "alert:resolved", "alert:muted"}
"""Labels that tell a person why an issue is open though its condition does not fire."""


def judge(world: "World") -> Iterator[tuple[str, str]]:
    """Compare the consoles with GitHub."""
    for title, shown, issues in _compared(world):
        yield from _compare(world, title, shown, issues)


def soon(world: "World") -> Iterator[tuple[str, str]]:
    """Compare them in the midst of a run in which nothing is wrong for long."""
    long_since = world.schedule.time - SOON
    for title, shown, issues in _compared(world):
        kept_quiet = shown.state is State.QUIET and world.maintained.lasted(shown.since)
        if shown.since < long_since and not issues and not kept_quiet:
            yield TOLD, f"{title} has had none"
        elif shown.since < long_since:
            yield from _compare(world, title, shown, issues)


def _compared(world: "World") -> Iterator[tuple[str, Shown, list[Issue]]]:
    issues: dict[str, list[Issue]] = {}
    for issue in world.issues():
        if world.storms.is_of_ours(issue):
            continue
        for name in names(issue.title):
            issues.setdefault(name, []).append(issue)
    for provider in world.providers.values():
        for title, shown in provider.console().items():
            yield title, shown, issues.get(title, [])


def _compare(world: "World", title: str, shown: Shown, issues: list[Issue]) -> Iterator[tuple[str, str]]:
    open_ones = [issue for issue in issues if issue.state == "open"]
    if shown.state is State.FIRING and not open_ones and not _asked_for(world, title, shown, issues):
        yield FIRES, f"{title} fires since {shown.since - 1.8e9:.0f} and has none"
    if shown.state is State.QUIET:
        for issue in open_ones:
            if not _says_why(world, issue) and not _wanted(world, issue):
                yield ENDED, f"{title} ended at {shown.since - 1.8e9:.0f} and has #{issue.number}"


def _says_why(world: "World", issue: Issue) -> bool:
    """By a label, or where GitHub would not set that, in a comment of ours."""
    ours = [comment.body for comment in issue.comments if comment.author == world.github.world.bot]
    told = any(f"key={why}-" in body for body in ours for why in ("stale", "resolved"))
    return bool(SAYS_WHY & set(issue.label_names)) or told


def _asked_for(world: "World", title: str, shown: Shown, issues: list[Issue]) -> bool:
    """A person closed its issue while it fired, or as not planned, or muted it."""
    if any("alert:muted" in issue.label_names for issue in issues):
        return True
    return any(
        title in closing.names
        and (closing.at >= shown.since - shown.unknown or closing.not_planned or closing.flapping)
        for closing in world.human.closings
    )


def _wanted(world: "World", issue: Issue) -> bool:
    """A person opened it again, or asked us in words to leave it alone."""
    words = ("reopen", "say mute", "snooze")
    return any(deed.issue is issue and deed.kind in words for deed in world.human.deeds)
