"""What people did on GitHub, so that it is seen whether it lasts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.local.github.model import Issue
from tests.local.github.people import Person
from tests.simulation.naming import names
from tests.simulation.people import ACTIONS, ACTIONS_ON_INCIDENTS

if TYPE_CHECKING:
    from tests.simulation.world import World


@dataclass(frozen=True)
class Deed:
    """Something that a person wrote, or a closing."""

    kind: str
    issue: Issue
    word: str
    at: float

    def stands(self) -> bool:
        """Whether it is there still."""
        issue = self.issue
        match self.kind:
            case "write above" | "write below" | "fill in a section":
                return self.word in (issue.body or "")
            case "retitle":
                return self.word in issue.title
            case "label":
                return self.word in issue.label_names
            case "comment":
                return any(self.word in comment.body for comment in issue.comments)
        return True


@dataclass(frozen=True)
class Closing:
    """A person closed an issue; `names` are what it may be called at its provider."""

    names: frozenset[str]
    at: float
    not_planned: bool
    flapping: bool


class Human:
    """People, what they wrote, and what they closed."""

    def __init__(self, world: "World", person: Person) -> None:
        self._world, self.person = world, person
        self.deeds: list[Deed] = []
        self.closings: list[Closing] = []

    def acts(self, action: str, issue: Issue) -> None:
        """Do something to an issue."""
        word = f"word-{len(self.deeds)}-of-a-person"
        if action.startswith("close") and issue.state == "open":
            flapping = "alert:flapping" in issue.label_names
            now, not_planned = self._world.schedule.time, action == "close as not planned"
            self.closings.append(Closing(names(issue.title), now, not_planned, flapping))
        (ACTIONS | ACTIONS_ON_INCIDENTS)[action](self.person, issue, word)
        if issue.moved_to:
            self._world.watch.moved(issue, issue.moved_to)
            moved = [
                Deed(deed.kind, issue.moved_to, deed.word, deed.at)
                for deed in self.deeds
                if deed.issue is issue
            ]
            self.deeds = [deed for deed in self.deeds if deed.issue is not issue] + moved
        self.deeds.append(Deed(action, issue, word, self._world.schedule.time))

    def lost(self, issue: Issue) -> list[Deed]:
        """What people wrote on an issue and is not there any more."""
        return [deed for deed in self.deeds if deed.issue is issue and not deed.stands()]
