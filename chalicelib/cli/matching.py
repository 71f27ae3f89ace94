"""Matching: which condition an open issue of another bot is about, by its title and labels. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib import render
from chalicelib.conditions.issue import IssueRef, Seen
from chalicelib.conditions.row import AlertState

_PRIORITY = re.compile(r"^\s*\[?P?[0-3]\]?[\s:]+", re.IGNORECASE)
_TAIL = re.compile(r"\[[^\[\]]*\]$")


@dataclass(frozen=True, slots=True)
class Match:
    """An open issue, and every condition that it may be about."""

    issue: Seen
    rows: tuple[AlertState, ...]

    @property
    def row(self) -> AlertState | None:
        """The condition, if there is exactly one."""
        return self.rows[0] if len(self.rows) == 1 else None


def matches(issues: Iterable[Seen], rows: Iterable[AlertState]) -> Iterator[Match]:
    """Match the issues that are not ours yet, the oldest first."""
    known = [row for row in rows if row.spec.alert]
    ours = {row.status.issue.ref for row in known if row.status.issue}
    for issue in sorted(issues, key=lambda issue: issue.ref.number):
        if issue.ref not in ours and not _written_by_us(issue.body):
            yield Match(issue, _about(issue, known))


def _written_by_us(body: str) -> bool:
    return render.read_marker(body) is not None or render.is_board(body)


def doubled(row: AlertState, issue: Seen) -> IssueRef | None:
    """Return the condition's own issue if it is the older one, which then remains the only one."""
    open_one = row.status.issue if row.status.issue and row.status.issue.open else None
    return open_one.ref if open_one and open_one.ref.number < issue.ref.number else None


def _about(issue: Seen, rows: list[AlertState]) -> tuple[AlertState, ...]:
    """Find conditions with the same title, or else the same name, since other bots do not name labels."""
    fitting = [row for row in rows if _labels_fit(issue, row)]
    exact = tuple(row for row in fitting if _name(issue.title) == _name(_title(row)))
    return exact or tuple(row for row in fitting if _name(issue.title) == _name(_title(row, whole=False)))


def _labels_fit(issue: Seen, row: AlertState) -> bool:
    """Whether no label names another team or source; without such labels, the title decides."""
    alert, teams, sources = row.spec.alert, _named("Team:", issue), _named("Source:", issue)
    return alert is not None and (
        (not teams or not teams.isdisjoint(alert.teams)) and (not sources or alert.source in sources)
    )


def _named(kind: str, issue: Seen) -> set[str]:
    return {label[len(kind) :].lower() for label in issue.labels if label.startswith(kind)}


def _title(row: AlertState, *, whole: bool = True) -> str:
    """Write the title, or only its name; an earlier version did not record the name separately."""
    if (alert := row.spec.alert) is None:
        return ""
    said = alert.title if whole else alert.name or _TAIL.sub("", alert.title).rstrip()
    return f"[{alert.priority}] {said}"


def _name(title: str) -> str:
    return " ".join(_PRIORITY.sub("", title).casefold().split())
