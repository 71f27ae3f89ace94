"""Who is on call: an issue names whoever is when it calls people, and nobody else later.

Shifts are minutes long, so that many of them change while GitHub is away, or a worker is.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chalicelib.conditions.on_call import Roster, Rosters
from chalicelib.conditions.on_call_notes import OnCallNotes
from chalicelib.conditions.rotations import Rotation
from chalicelib.routing import Routing
from chalicelib.store.documents import Document
from chalicelib.sync.on_call import OnCall
from chalicelib.telemetry.telemetry import Telemetry
from tests.local.github.model import Issue

if TYPE_CHECKING:
    from tests.simulation.world import World

PEOPLE = tuple(f"on-call-{name}" for name in ("ann", "bob", "cat", "dan", "eve"))
SHIFT = 300.0
BEGAN = datetime.fromtimestamp(1_799_000_000, UTC).replace(tzinfo=None)
TURNS = Rotation(PEOPLE, BEGAN, timedelta(seconds=SHIFT), ZoneInfo("UTC"))
FALLBACK = "on-call-nobody"
ROSTERS = Rosters(
    {team: Roster(team, (), TURNS) for team in ("infra", "keepers", "others")}, (f"@{FALLBACK}",)
)
LATE = 90.0
"""Seconds from the note of whom an issue calls to the issue, at most: a lease, and how clocks differ."""

NAMED = re.compile(r"@(on-call-\w+)")
WRONG = "16. whoever is on call then is called"
STAYS = "16. no edit names anybody else"


class _NoNotes:
    """A table in which nobody handed off; reading it makes no call, which would change what is drawn."""

    def load(self, key: str) -> Document:
        return Document(0, OnCallNotes().model_dump_json())

    def swap(self, key: str, text: str, version: int) -> Document | None:
        raise AssertionError("nobody hands off in a simulation")


def roster(routing: Routing, now: Callable[[], datetime], telemetry: Telemetry) -> OnCall:
    """What a worker knows about who is on call."""
    return OnCall(ROSTERS, _NoNotes(), routing, now, telemetry)


class OnCallWatch:
    """Sees whom issues name when they are opened, and when their text is rewritten."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._named: dict[int, set[str]] = {}

    def opened(self, issue: Issue) -> None:
        """An issue has been opened; one that is over by then names nobody until it fires again."""
        self._world.count("on call: named" if _names(issue) else "on call: nobody named")
        self._named[issue.id] = self._on_call_now(issue)

    def edited(self, issue: Issue, *, reopened: bool) -> None:
        """Our text was rewritten; a comment may have called others before."""
        known = self._named.get(issue.id)
        if known is None:  # a board, or from before it was watched
            return
        if reopened:
            known |= self._on_call_now(issue)
        said = {name for comment in issue.comments for name in NAMED.findall(comment.body)}
        if new := _names(issue) - known - said:
            self._world.breaks(STAYS, f"#{issue.number} names {new}, not {known | said}")

    def _on_call_now(self, issue: Issue) -> set[str]:
        """Say who may be on call now; the issue names nobody else."""
        names, time = _names(issue), self._world.schedule.time
        since, until = (datetime.fromtimestamp(time + by, UTC) for by in (-LATE, LATE))
        right = {shift.person for shift in TURNS.shifts(since, until)} | {FALLBACK}
        if names - right:
            self._world.breaks(WRONG, f"#{issue.number} names {names}, and {right} may be")
        return right


def _names(issue: Issue) -> set[str]:
    return set(NAMED.findall(issue.body or ""))
