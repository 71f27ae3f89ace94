"""What people say and do about incidents: on an alert's issue, a storm's, the board, and their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.adapters import own
from chalicelib.render import is_board
from tests.local.github.model import Issue
from tests.local.github.people import Person
from tests.simulation.incidents import INSIDER, RESOLVED, Spoken
from tests.simulation.people import FILLS_IN, SECTION

if TYPE_CHECKING:
    from tests.simulation.world import World


def _of(world: "World", *sources: str) -> list[Issue]:
    """The issues of sources of our own, or of alerts."""
    found = []
    for issue in world.issues():
        name = world.watch.fingerprints.get(issue.id)
        alert = world.row(name).spec.alert if name else None
        if alert and (alert.source in sources if sources else alert.source not in own.OWN):
            found.append(issue)
    return found


def _boards(world: "World") -> list[Issue]:
    return [issue for issue in world.issues() if is_board(issue.body or "")]


DECLARES, OF_A_STORM, ON_THE_BOARD, NAMES_ONE, ENDS = PLACES = (
    "declare an incident",
    "declare one of a storm",
    "declare one on the board",
    "declare one of an issue on the board",
    "end an incident",
)
TAKES_OFF = "take a sub-issue off"
ACTIONS = (*PLACES, FILLS_IN, TAKES_OFF)
"""What people do about incidents; coverage expects each."""

_WHERE: dict[str, Callable[["World"], list[Issue]]] = {
    DECLARES: _of,
    OF_A_STORM: lambda world: _of(world, own.STORM),
    ON_THE_BOARD: _boards,
    NAMES_ONE: _boards,
    ENDS: lambda world: _of(world, own.INCIDENT),
}


@dataclass(frozen=True)
class Says:
    """Somebody says `/sev` in a place.

    `which`, below 1, picks one of the issues there, and on the board an alert's. GitHub tells us of it,
    unless `heard` is False.
    """

    at: float
    place: str
    which: float = 0.0
    title: str = ""
    author: str = INSIDER
    heard: bool = True

    def happen(self, world: "World") -> None:
        if not (issues := _WHERE[self.place](world)):
            return
        issue = issues[int(self.which * len(issues))]
        words = RESOLVED if self.place == ENDS else f"/sev {self.title}".strip()
        if self.place == NAMES_ONE:
            alerts = [each for each in _of(world) if each.repository is issue.repository]
            if not alerts:
                return
            words = f"/sev #{alerts[int(self.which * len(alerts))].number} {self.title}".strip()
        world.count(f"person: {self.place}")
        world.tell("person", f"{words} by {self.author} on {issue.repository.full_name}#{issue.number}")
        comment = Person(world.github.world, self.author).comment(
            issue.repository.full_name, issue.number, words
        )
        world.incidents.says(Spoken(comment, issue, words, self.author))
        if self.heard:
            world.hint(issue, "issue_comment", "created")


@dataclass(frozen=True)
class FillsIn:
    """Somebody writes into a section of an incident."""

    at: float

    def happen(self, world: "World") -> None:
        for issue in [each for each in _of(world, own.INCIDENT) if SECTION in (each.body or "")][-1:]:
            world.count(f"person: {FILLS_IN}")
            world.human.acts(FILLS_IN, issue)


@dataclass(frozen=True)
class TakesOff:
    """Somebody wants an alert's issue not to be a sub-issue of an incident."""

    at: float

    def happen(self, world: "World") -> None:
        for issue in _of(world, own.INCIDENT)[-1:]:
            for child in issue.sub_issues[:1]:
                world.count(f"person: {TAKES_OFF}")
                world.tell("person", f"takes #{child.number} off #{issue.number}")
                world.human.person.detach(issue.repository.full_name, issue.number, child.number)
