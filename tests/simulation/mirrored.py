"""What must have reached a mirror: read off each write of a row, whatever was to be delivered."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.conditions.row import Issue
from chalicelib.store import codec
from tests.twins.dynamodb import Item

if TYPE_CHECKING:
    from tests.simulation.world import World

Happened = tuple[str, str, int]
"""A condition, what happened, and to which issue."""


class Mirrored:
    """Sees what the rows learn of their issues, and compares it with what the mirror took."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._happened: Counter[Happened] = Counter()

    def row_changed(self, before: Item | None, after: Item) -> None:
        """A row was written."""
        if not self._world.scenario.setting.mirror or after.get("status") == (before or {}).get("status"):
            return
        known, issue = codec.row(before).status.issue if before else None, codec.row(after).status.issue
        if issue:
            for kind in _kinds(known, issue):
                self._happened[after["fingerprint"]["S"], kind, issue.ref.number] += 1

    def judge(self) -> Iterator[tuple[str, str]]:
        """Each is mirrored, perhaps more than once, and nothing else."""
        taken = Counter(
            (each["condition"], each["kind"], each["number"]) for each in self._world.mirror.taken.values()
        )
        self._world.outside.counts["mirrored"] += taken.total()
        for missing in self._happened - taken:
            yield "14. what happens to an issue is mirrored", f"{missing} was not"
        for invented in taken - self._happened:
            yield "14. nothing that did not happen reaches a mirror", f"{invented}"


def _kinds(known: Issue | None, issue: Issue) -> Iterator[str]:
    was_open = known is not None and known.closed_at is None
    ours = issue.opened_at is not None and (known is None or known.opened_at != issue.opened_at)
    if ours:
        yield "opened"
    if known and known.comment_key != issue.comment_key and issue.comment_key.startswith("escalation"):
        yield "escalated"
    if issue.closed_at and (was_open or ours):
        yield "closed"
    if known and not was_open and not issue.closed_at and not ours:
        yield "reopened"
