"""Notifications: each has an issue, at most one of a series is open, none that is over is, and none fires."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.alert import Condition
from tests.local.github.model import Issue
from tests.simulation.naming import names
from tests.simulation.providers.newsroom import Newsroom, Sent

if TYPE_CHECKING:
    from tests.simulation.world import World

MISSED = "18. a notification has its issue"
TWICE = "18. a notification has one issue"
SERIES = "18. of a series the newest alone is open"
OVER = "18. what has expired or was withdrawn is closed"
KEPT = "18. a notification is open until a person closes it"
FIRES = "18. a notification never fires"

SILENCING = {"mute", "say mute"}
LATE = 120.0
"""Seconds after which what has expired is closed."""


def judge(world: "World") -> Iterator[tuple[str, str]]:
    """Compare what was sent with what is on GitHub, at rest."""
    for row in world.rows():
        listed = world.table.items[row.fingerprint].get("open_priority", {"S": "NEWS#"})["S"]
        if row.spec.news and (row.spec.condition is Condition.FIRING or not listed.startswith("NEWS#")):
            yield FIRES, f"{row.fingerprint[:4]} is {row.spec.condition}, listed as {listed}"
    for newsroom in world.providers.values():
        if isinstance(newsroom, Newsroom):
            sent = [each for told in newsroom.sent.values() for each in told]
            for series in {each.series for each in sent}:
                yield from _series(world, [each for each in sent if each.series == series])


def _series(world: "World", sent: list[Sent]) -> Iterator[tuple[str, str]]:
    issues = {each.title: _issues(world, each.title) for each in sent}
    for title, found in issues.items():
        if len(found) > 1 and not world.watch.lists_lied() and not any(issue.moved_to for issue in found):
            yield TWICE, f"{title} has {[issue.number for issue in found]}"
    if any(_did(world, issue, SILENCING) for found in issues.values() for issue in found):
        return  # a muted series has no new issues, and keeps the one that it has
    *older, newest = sent
    yield from _newest(world, newest, issues[newest.title])
    for each in older:
        for issue in _open(world, issues[each.title]):
            yield SERIES, f"{each.title} still has #{issue.number}"


def _newest(world: "World", sent: Sent, issues: list[Issue]) -> Iterator[tuple[str, str]]:
    if sent.withdrawn or (sent.expires_at and sent.expires_at < world.schedule.time - LATE):
        for issue in _open(world, issues):
            yield OVER, f"{sent.title} has #{issue.number}"
        return
    if not issues:
        yield MISSED, f"{sent.title} has none"
    for issue in issues:
        if issue.state == "closed" and not _did(world, issue, {"close", "close as not planned"}):
            yield KEPT, f"#{issue.number} of {sent.title} was closed"


def _open(world: "World", issues: list[Issue]) -> Iterator[Issue]:
    """Those that a person would see open, and that nobody has opened again."""
    shown = {id(issue) for issue in world.issues()}
    opened = (issue for issue in issues if issue.state == "open" and id(issue) in shown)
    return (issue for issue in opened if not _did(world, issue, {"reopen"}))


def _issues(world: "World", title: str) -> list[Issue]:
    """Those about a notification, also one that was deleted since."""
    repositories = world.github.world.repositories.values()
    found = (issue for repository in repositories for issue in repository.issues.values())
    return [issue for issue in found if title in names(issue.title)]


def _did(world: "World", issue: Issue, kinds: set[str]) -> bool:
    return any(deed.issue is issue and deed.kind in kinds for deed in world.human.deeds)
