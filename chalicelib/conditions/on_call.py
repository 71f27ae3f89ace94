"""On call: who is on call for a team at a time, by its rotation, a calendar or PagerDuty. Pure.

There is always somebody to call: if none of them names anybody, the people in `fallback`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.on_call_notes import OnCallNotes
from chalicelib.conditions.rotations import Rotation
from chalicelib.conditions.shifts import AHEAD, Shift, Shifts, people
from chalicelib.errors import AlertingError

HANDOFF = "handoff"
"""The command that replaces whoever is on call until the shift ends."""
PATIENCE = timedelta(minutes=30)
"""How long after its last answer a calendar or PagerDuty counts as unavailable."""


class OnCallUnknown(AlertingError):
    """It could not be learned who is on call: a calendar, PagerDuty or the table did not answer."""


class ShiftSource(StrEnum):
    """Where shifts that are not in the file come from, as a sentence names it."""

    CALENDAR = "its calendar"
    PAGERDUTY = "PagerDuty"


@dataclass(frozen=True, slots=True)
class Called:
    """The mentions that an alert uses for whoever is on call for a team.

    With `fallback` nobody was known to be on call; `as_of` is set if what is known is old.
    """

    team: str
    people: tuple[str, ...]
    fallback: bool = False
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on call for a team, until when, and who is next.

    `by` handed off to them; `source` is what their shifts come from, if not the file.
    """

    called: Called
    by: str = ""
    until: datetime | None = None
    next: tuple[str, ...] = ()
    source: ShiftSource | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """What determines who is on call for a team: a rotation, or a `source` that is asked instead."""

    team: str
    fallback: tuple[str, ...]
    rotation: Rotation | None = None
    overrides: tuple[Shift, ...] = ()
    source: ShiftSource | None = None

    def shifts(self, notes: OnCallNotes, now: datetime) -> Shifts:
        """Return what is known of its shifts around a time."""
        planned: tuple[Shift, ...] = ()
        if self.rotation:
            planned = tuple(self.rotation.shifts(now, now + AHEAD))
        elif self.source:
            planned = notes.answer(self.team).shifts
        return Shifts(planned, self.overrides, notes.handoffs.get(self.team, ()))

    def called(self, notes: OnCallNotes, now: datetime) -> Called:
        """Return whom an alert calls now."""
        found = people(self.shifts(notes, now).at(now))
        mentions = tuple(f"@{each}" for each in found) or self.fallback
        return Called(self.team, mentions, not found, self._as_of(notes, now))

    def duty(self, notes: OnCallNotes, now: datetime) -> Duty:
        """Return who is on call, until when, and who is next."""
        known = self.shifts(notes, now)
        now_on, change = known.at(now), known.next(now)
        until, then = change or (None, ())
        by = ", ".join(dict.fromkeys(each.by for each in now_on if each.by))
        return Duty(self.called(notes, now), by, until, people(then), self.source)

    def _as_of(self, notes: OnCallNotes, now: datetime) -> datetime | None:
        if not self.source:
            return None
        answer = notes.answer(self.team)
        away = now - answer.at > PATIENCE
        return answer.at if away and answer.at > LONG_AGO else None


@dataclass(frozen=True, slots=True)
class Rosters:
    """The rosters of all teams that have one; alerts of other teams call the `fallback`."""

    teams: Mapping[str, Roster] = field(default_factory=dict)
    fallback: tuple[str, ...] = ()

    def of(self, team: str) -> Roster:
        """Return the roster of a team."""
        return self.teams.get(team) or Roster(team, self.fallback)

    def asked(self) -> Iterator[Roster]:
        """Yield those whose shifts are not in the file."""
        return (each for each in self.teams.values() if each.source)

    def called(self, teams: Iterable[str], notes: OnCallNotes, now: datetime) -> tuple[Called, ...]:
        """Return whom an alert for these teams calls now."""
        return tuple(self.of(team).called(notes, now) for team in teams)
