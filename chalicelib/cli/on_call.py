"""Who is on call by the file alone: for commands that need no AWS."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.conditions.on_call import Called, Roster
from chalicelib.conditions.on_call_notes import OnCallNotes
from chalicelib.sync import intents
from chalicelib.wiring.rules import on_call_file


def by_file(now: datetime) -> intents.OnCall:
    """Return what knows whom alerts call now; words stand for people who are not in the file."""
    file = on_call_file()
    if file is None:
        return intents.nobody
    rosters = file.rosters

    def called(teams: Iterable[str]) -> tuple[Called, ...]:
        return tuple(_called(rosters.of(team), now) for team in teams)

    return called


def _called(roster: Roster, now: datetime) -> Called:
    found = roster.called(OnCallNotes(), now)
    if found.fallback and roster.source:
        return Called(roster.team, (f"(whoever {roster.source} names)",))
    return found
