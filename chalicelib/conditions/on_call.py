"""On call: who is on for a team at a time, as its rotation, a calendar or PagerDuty says. Pure.

Nobody is never the answer: where none of them names anybody, the people of `fallback` are called.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.on_call_notes import OnCallNotes
from chalicelib.conditions.rotations import Rotation
from chalicelib.conditions.shifts import AHEAD, Shift, Shifts, people
from chalicelib.errors import AlertingError

HANDOFF = "handoff"
"""The command that puts somebody in the place of who is on call, until the shift ends."""
PATIENCE = timedelta(minutes=30)
"""How long after its last answer a calendar or PagerDuty counts as away."""


class OnCallUnknown(AlertingError):
    """A calendar or PagerDuty did not say who is on call, or the table what is known of it."""


@dataclass(frozen=True, slots=True)
class Called:
    """Whom an alert called as on call for a team, as mentions.

    `fallback` says that nobody was known to be; `as_of` is when that was last known, where it is long ago.
    """

    team: str
    people: tuple[str, ...]
    fallback: bool = False
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on call for a team, until when, and who is next.

    With `nobody`, alerts call the fallback, which `people` then are. `by` handed over to them.
    """

    called: Called
    by: str = ""
    until: datetime | None = None
    next: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """Where it is known from who is on call for a team: a rotation, or else a `source` that is asked."""

    team: str
    fallback: tuple[str, ...]
    rotation: Rotation | None = None
    overrides: tuple[Shift, ...] = ()
    source: str = ""

    def shifts(self, notes: OnCallNotes, now: datetime) -> Shifts:
        """Give what is known of its shifts around a time."""
        planned: tuple[Shift, ...] = ()
        if self.rotation:
            planned = tuple(self.rotation.shifts(now, now + AHEAD))
        elif self.source:
            planned = notes.answer(self.team).shifts
        return Shifts(planned, self.overrides, notes.handoffs.get(self.team, ()))

    def called(self, notes: OnCallNotes, now: datetime) -> Called:
        """Say whom an alert is to call now."""
        found = people(self.shifts(notes, now).at(now))
        mentions = tuple(f"@{each}" for each in found) or self.fallback
        return Called(self.team, mentions, not found, self._as_of(notes, now))

    def duty(self, notes: OnCallNotes, now: datetime) -> Duty:
        """Say who is on call, until when, and who is next."""
        known = self.shifts(notes, now)
        now_on, change = known.at(now), known.next(now)
        until, then = change or (None, ())
        by = ", ".join(dict.fromkeys(each.by for each in now_on if each.by))
        return Duty(self.called(notes, now), by, until, people(then), self.source)

    def _as_of(self, notes: OnCallNotes, now: datetime) -> datetime | None:
        if not self.source or self.rotation:
            return None
        answer = notes.answer(self.team)
        away = now - answer.at > PATIENCE
        return answer.at if away and answer.at > LONG_AGO else None


@dataclass(frozen=True, slots=True)
class Rosters:
    """The rosters of all teams that have one; every other team's on-call is the `fallback`."""

    teams: Mapping[str, Roster] = field(default_factory=dict)
    fallback: tuple[str, ...] = ()

    def of(self, team: str) -> Roster:
        """Give the roster of a team."""
        return self.teams.get(team) or Roster(team, self.fallback)

    def asked(self) -> Iterator[Roster]:
        """Give those of which somebody else knows the shifts."""
        return (each for each in self.teams.values() if each.source and not each.rotation)

    def called(self, teams: Iterable[str], notes: OnCallNotes, now: datetime) -> tuple[Called, ...]:
        """Say whom an alert for some teams is to call now."""
        return tuple(self.of(team).called(notes, now) for team in teams)
