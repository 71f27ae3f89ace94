"""On call, as a worker knows it: whom to call now, and how people hand off."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import ValidationError

from chalicelib.conditions.board_commands import Request
from chalicelib.conditions.command import Command
from chalicelib.conditions.on_call import Called, Duty, Rosters
from chalicelib.conditions.on_call_notes import KEY, OnCallNotes
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.steps import needed
from chalicelib.errors import AlertingError
from chalicelib.routing import Routing
from chalicelib.store.documents import Documents, changed
from chalicelib.telemetry.telemetry import Telemetry

FRESH = timedelta(seconds=10)

_ARGUMENT = re.compile(r"@?([A-Za-z0-9][A-Za-z0-9_-]{0,99})( +team=([a-z0-9][a-z0-9-]{0,44}))?")


class People(Protocol):
    """What is needed of the issue tracker."""

    def may_write(self, repository: str, login: str, before: datetime) -> bool:
        """Say whether somebody may write to the repository."""


@dataclass
class _Known:
    notes: OnCallNotes = field(default_factory=OnCallNotes)
    read_at: datetime | None = None


@dataclass(frozen=True)
class OnCall:
    """Knows who is on call, by the file and the table, which is read every few seconds at most."""

    rosters: Rosters
    documents: Documents
    routing: Routing
    now: Callable[[], datetime]
    telemetry: Telemetry
    _known: _Known = field(default_factory=_Known)

    def called(self, teams: Iterable[str]) -> tuple[Called, ...]:
        """Return whom an alert for these teams calls now; if the table is away, by what was last read."""
        return self.rosters.called(teams, self._notes(), self.now())

    def duties(self, repository: str) -> list[Duty]:
        """Return who is on call for each team whose issues are in a repository."""
        notes, now = self._notes(), self.now()
        return [self.rosters.of(team).duty(notes, now) for team in self._teams(repository)]

    def read(self, argument: str) -> str | None:
        """Read `@mona`, or `@mona team=storage`."""
        return argument if _ARGUMENT.fullmatch(argument) else None

    def do(self, tracker: People, row: AlertState, command: Command) -> Status | None:
        """Hand off an alert's team: the one that is named, or else the first that has shifts."""
        login, team = _named(command.argument)
        owners = self.routing.owners(needed(row.spec.alert).teams)
        teams = [each for each in owners if each in self.rosters.teams and team in ("", each)]
        if not teams or not tracker.may_write(command.ref.repository, login, row.lease_end):
            return None
        self._hand_off(teams[0], login, command.author, command.at)
        return row.status

    def asked(self, tracker: People, repository: str, request: Request, before: datetime) -> bool:
        """Hand off a team of a board; if it has several, the one that is named."""
        login, team = _named(request.argument)
        teams = [each for each in self._teams(repository) if team in ("", each)]
        if len(teams) != 1 or not tracker.may_write(repository, login, before):
            return False
        self._hand_off(teams[0], login, request.author, request.at)
        return True

    def _hand_off(self, team: str, login: str, by: str, at: datetime) -> None:
        def handed_off(notes: OnCallNotes) -> OnCallNotes:
            return notes.handed_off(team, self.rosters.of(team).shifts(notes, at), login, by, at)

        newer = changed(self.documents, KEY, OnCallNotes, handed_off)
        self._known.notes, self._known.read_at = newer, self.now()
        self.telemetry.event("HANDOFF", team=team, person=login, author=by)

    def _teams(self, repository: str) -> list[str]:
        """Return the teams with shifts whose issues are in a repository; GitHub ignores case in its name."""
        name = repository.lower()
        return [t for t in self.rosters.teams if self.routing.route((t,)).repository.lower() == name]

    def _notes(self) -> OnCallNotes:
        now = self.now()
        if self._known.read_at is None or now >= self._known.read_at + FRESH:
            try:
                self._known.notes = self.documents.load(KEY).parsed(OnCallNotes)
            except (AlertingError, ValidationError) as error:
                self.telemetry.problem("ON_CALL_UNKNOWN", error)
            self._known.read_at = now
        return self._known.notes


def _named(argument: str) -> tuple[str, str]:
    """Return the login and the team, which may be empty, of an argument that `read` accepted."""
    found = _ARGUMENT.fullmatch(argument)
    return (found[1], found[3] or "") if found else ("", "")
