"""`/sev`: on an alert's issue, on an incident's, and on the board.

On the board it may begin with `#12`, the issue of an alert, or with `team=storage`.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from chalicelib.adapters.incident import Entry, Subject, What
from chalicelib.alert import UNKNOWN_TEAM, Priority
from chalicelib.conditions.board_commands import Request
from chalicelib.conditions.command import Command
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.steps import needed
from chalicelib.routing import Routing
from chalicelib.sync.declarations import Asked
from chalicelib.sync.incidents import Incidents, is_one

RESOLVED = "resolved"
WITHOUT_ALERT = Priority.P1
"""The priority of an incident that is about no alert."""

_OPTIONS = re.compile(r"(?:#(?P<number>[0-9]{1,10})|team=(?P<team>[a-z0-9-]{1,45}))(?: |$)")


@dataclass(frozen=True)
class Sev:
    """Declares an incident, or on the incident's own issue ends it."""

    incidents: Incidents
    routing: Routing

    def read(self, argument: str) -> str | None:
        """Take any words."""
        return argument

    def do(self, _: object, row: AlertState, command: Command) -> Status | None:
        """Record it; None if the command does not fit the issue."""
        over = command.argument.casefold() == RESOLVED
        if over is not is_one(row):
            return None
        if over:
            entry = Entry(at=command.at, what=What.RESOLVED, who=command.author)
            self.incidents.end(row, entry, how=f"Ended by {command.author}.")
            return row.status
        asked = Asked(command.id, command.author, command.at, command.argument)
        return self.incidents.on_alert(row, needed(row.spec.alert), asked)

    def asked(
        self,
        tracker: object,  # noqa: ARG002 - the table knows all that it takes
        repository: str,
        request: Request,
        before: datetime,  # noqa: ARG002
    ) -> bool:
        """Record it; False if it has no title, or the board does not have the issue or team that it names."""
        found = _OPTIONS.match(request.argument)
        title = request.argument[found.end() :].strip() if found else request.argument
        asked = Asked(request.id, request.author, request.at, title)
        if found and found["number"]:
            return self.incidents.on_issue(IssueRef(repository, int(found["number"])), asked)
        team = found["team"] if found else self._team(repository)
        if not title or not team or not self._is_here(team, repository):
            return False
        self.incidents.declare(asked, Subject(title, title, WITHOUT_ALERT, (team,)), asked.at)
        return True

    def _team(self, repository: str) -> str:
        """Return the first team whose alerts are in a repository."""
        teams = (*self.routing.teams, UNKNOWN_TEAM)
        return next((team for team in teams if self._is_here(team, repository)), "")

    def _is_here(self, team: str, repository: str) -> bool:
        return self.routing.route((team,)).repository.lower() == repository.lower()
