"""What an issue says of others: only of those about alerts of its own repository."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.local.github.model import Issue

if TYPE_CHECKING:
    from tests.simulation.world import World

PROMISE = "14. an issue names only issues of its own repository"
COUNT = "related: an issue names another"
HEADS = ("**Also firing when this began:**\\\n", "**Its alarms with an open issue when this began:**\\\n")
_NAMED = re.compile(r"#(\d+) (.*?)(?: \(same [^()]*\))?\\?")
_CHANGING = re.compile(r"^\[P\d\] | \[edition \d+\]| word-\d+-of-a-person|\u200b")


def judge(world: "World", issue: Issue) -> None:
    """Compare what an issue says of others, as it is opened, with the issues of its repository."""
    for number, title in _named(issue.body or ""):
        world.count(COUNT)
        other = issue.repository.issues.get(number)  # also of those deleted or transferred meanwhile
        if other is None or other is issue or _lasting(other.title) != _lasting(title):
            world.breaks(PROMISE, f"#{issue.number} names #{number} {title}")


def _named(body: str) -> Iterator[tuple[int, str]]:
    for head in HEADS:
        for line in body.partition(head)[2].partition("\n\n")[0].splitlines():
            if found := _NAMED.fullmatch(line):
                yield int(found[1]), re.sub(r"\\(.)|`", r"\1", found[2])


def _lasting(title: str) -> str:
    """What of a title neither people nor we change."""
    return _CHANGING.sub("", title)
