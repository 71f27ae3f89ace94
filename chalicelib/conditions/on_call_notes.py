"""The document of who is on call: what calendars and PagerDuty answered, and handoffs. Pure."""

from collections.abc import Collection
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.shifts import Shift, Shifts

KEY = "on-call"
MOST_SHIFTS = 60
"""For each team; with 50 teams the document stays below 400 KB, the table's limit."""
MOST_FAULTS = 5
MOST_HANDOFFS = 5


class Answer(BaseModel):
    """The last answer of a calendar or PagerDuty about a team's shifts, and what in it cannot be used.

    `why` is set if it did not answer at `tried_at`.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime = LONG_AGO
    tried_at: datetime = LONG_AGO
    shifts: tuple[Shift, ...] = ()
    faults: tuple[str, ...] = ()
    why: str = ""


NEVER = Answer()


class OnCallNotes(BaseModel):
    """The document: answers and handoffs, by team."""

    answers: dict[str, Answer] = {}
    handoffs: dict[str, tuple[Shift, ...]] = {}

    def answer(self, team: str) -> Answer:
        """Return the newest answer about a team; an empty one from long ago if nothing has answered yet."""
        return self.answers.get(team, NEVER)

    def handed_off(self, team: str, shifts: Shifts, to: str, by: str, at: datetime) -> "OnCallNotes":
        """Note that somebody is on call from a time until the current shift ends.

        It replaces earlier handoffs. Doing it twice has the same effect as once.
        """
        later = [each for each in shifts.handoffs if each.begins > at]
        known = (Shift(to, at, shifts.ends(at), by), *later)[:MOST_HANDOFFS]
        return self.model_copy(update={"handoffs": self.handoffs | {team: known}})

    def kept(self, teams: Collection[str]) -> "OnCallNotes":
        """Forget teams that are no longer in the file."""
        return OnCallNotes(
            answers={team: each for team, each in self.answers.items() if team in teams},
            handoffs={team: each for team, each in self.handoffs.items() if team in teams},
        )
