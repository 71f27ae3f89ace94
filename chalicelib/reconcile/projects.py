"""Projects: adds new issues to the project that the team's route names.

No request that opens an issue takes a project (docs.github.com/en/rest/projects/items), so this is a separate
write: after all others, once, and put off for an hour if GitHub refuses it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel

from chalicelib.conditions.calls import Kind
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.errors import Refused
from chalicelib.rate_limit.rules import CallBudget
from chalicelib.routing import Routing
from chalicelib.store.ports import Rows
from chalicelib.sync.readiness import at_once
from chalicelib.telemetry.telemetry import Telemetry

AT_ONCE = 20
SETTLED = timedelta(minutes=3)
"""By then, an opening whose answer was lost has its issue, and no lower number is still to come."""

AFTER_REFUSAL = timedelta(hours=1)


class Tracker(Protocol):
    """The projects of organizations."""

    def add_to_project(self, ref: IssueRef, number: int, before: datetime) -> None:
        """Add an issue to a project, unless it is in it; raises the classified errors."""


class _Progress(BaseModel):
    """The last issue of a repository that needs nothing more, and when GitHub last refused to add one."""

    after: int = 0
    refused_at: datetime = LONG_AGO


@dataclass(frozen=True)
class Projects:
    """Goes through the issues of each repository by number, and keeps in the table how far it is."""

    rows: Rows
    tracker: Callable[[], Tracker]
    permits: CallBudget
    routing: Routing
    now: Callable[[], datetime]
    telemetry: Telemetry

    def add(self, until: datetime) -> None:
        """Add what was opened since the last time, as far as the budget goes; the rest is added later."""
        for repository in sorted(self.routing.with_projects):
            key = f"projects#{repository.lower()}"
            document = self.rows.load(key)
            progress = document.parsed(_Progress)
            if self.now() < progress.refused_at + AFTER_REFUSAL:
                continue
            try:
                self._work(repository, progress, until)
            finally:
                if (text := progress.model_dump_json()) != document.text:
                    self.rows.swap(key, text, document.version)

    def _work(self, repository: str, progress: _Progress, until: datetime) -> None:
        while page := self.rows.of_repository(repository, progress.after, AT_ONCE):
            before = progress.after
            for row in self.rows.several(page):
                issue = row.status.issue
                if issue is None or not self._settled(issue) or not self._done(row, issue, progress, until):
                    return
                progress.after = max(progress.after, issue.ref.number)
            if progress.after == before:  # the index lags
                return

    def _settled(self, issue: Issue) -> bool:
        return issue.opened_at is None or issue.opened_at + SETTLED <= self.now()

    def _done(self, row: AlertState, issue: Issue, progress: _Progress, until: datetime) -> bool:
        """Whether an issue needs nothing more; one that is closed needs no place in a project."""
        number = self.routing.route(row.spec.alert.teams).project if row.spec.alert and issue.open else 0
        if not number:
            return True
        if not at_once(self.permits, issue.ref.repository, Kind.BOARD, self.now):
            return False
        try:
            self.tracker().add_to_project(issue.ref, number, until)
        except Refused as error:
            progress.refused_at = self.now()
            self.telemetry.event("NOT_IN_PROJECT", issue=str(issue.ref), project=number, error=str(error))
            return False
        return True
