"""Selection: which conditions `list` is asked for, and what to say if there are none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.alert import Priority
from chalicelib.cli import next_command, rows
from chalicelib.cli.reasons import Reason
from chalicelib.cli.silence import silence
from chalicelib.conditions import lag
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.unopened import WISHES
from chalicelib.quantities import counted
from chalicelib.render import unopened


@dataclass(frozen=True, slots=True)
class Listed:
    """A row, and why it has no open issue if it fires without one."""

    row: AlertState
    reason: Reason | None

    def late(self, now: datetime) -> bool:
        """Whether GitHub does not show it correctly yet: a step is due, was put off, or failed."""
        if self.reason:
            return not isinstance(self.reason.cause, WISHES)
        due_at = self.row.due_at
        due = due_at is not None and due_at <= now and not lag.only_waits(self.row)
        return due or bool(unopened.setback(self.row, now))

    def silenced(self, now: datetime) -> bool:
        """Whether a person wants nothing written about it: muted, snoozed, or closed while it fires."""
        return silence(self.row, self.reason.cause if self.reason else None, now) is not None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conditions are asked for."""

    title: str = ""
    due: bool = False
    open: bool = False
    muted: bool = False
    team: str | None = None
    priority: Priority | None = None

    def matches(self, listed: Listed, now: datetime) -> bool:
        """Whether a condition is one of them."""
        row, issue = listed.row, listed.row.status.issue
        return (
            (not self.due or listed.late(now))
            and (not self.open or (issue is not None and issue.open))
            and (not self.muted or listed.silenced(now))
            and (self.team is None or self.team.lower() in map(str.lower, rows.teams(row)))
            and self.priority in (None, row.priority)
            and self.title.casefold() in rows.title(row).casefold()
        )

    def words(self) -> str:
        """Say what is asked for, after "none"; empty if everything is."""
        return " and ".join(self._words())

    def _words(self) -> Iterator[str]:
        if self.title:
            yield f"has a title like {self.title!r}"
        if self.team is not None:
            yield f"belongs to team {self.team}"
        if self.priority is not None:
            yield f"has priority {self.priority}"
        if self.due:
            yield "is late or put off"
        if self.open:
            yield "has an open issue"
        if self.muted:
            yield "was silenced by a person"


def nothing(stage: str, wanted: Wanted, known: Sequence[AlertState]) -> str:
    """Say why no condition is shown, and what to try next."""
    rejected, ended = next_command.at(stage, "dlq", "list"), next_command.at(stage, "stats")
    elsewhere = f"What was rejected: `{rejected}`. What ended in the last days: `{ended}`"
    if not known:
        return f"Nothing fires on {stage}, no issue is open and nothing waits for GitHub. {elsewhere}."
    said = f"{counted(len(known), 'condition')} on {stage}, and none {wanted.words()}."
    teams = sorted({team for row in known for team in rows.teams(row)})
    if wanted.team is not None and wanted.team.lower() not in map(str.lower, teams):
        return f"{said} Their teams: {', '.join(teams)}."
    if wanted.title:
        return f"{said} {elsewhere}."
    return f"{said} All of them: `{next_command.at(stage, 'list')}`."
