"""Execute: carries out one step on the tracker, and returns the row that results."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, assert_never

from chalicelib import render
from chalicelib.alert import AlertEvent
from chalicelib.conditions import outcome, written
from chalicelib.conditions.calling import calls
from chalicelib.conditions.issue import Draft, IssueRef, Seen
from chalicelib.conditions.row import AlertState, Intent, Issue, Status
from chalicelib.conditions.steps import (
    AddComment,
    AddLabels,
    Adopt,
    CloseDuplicate,
    CloseIssue,
    CloseSuperseded,
    Edit,
    FollowCommands,
    OpenIssue,
    ReadIssue,
    Recover,
    RemoveLabel,
    ReopenIssue,
    UpdateIssue,
    Work,
    needed,
)
from chalicelib.errors import Refused
from chalicelib.routing import Routing
from chalicelib.routing.route import MAX_ASSIGNEES
from chalicelib.sync import deeds, duplicates, readiness
from chalicelib.sync.commands import Conversation, listen, obey, unheard
from chalicelib.sync.draft import draft
from chalicelib.sync.recover import Holder, Lists, MarkerSearch, nobody

OUT_OF_SIGHT = (404, 410)
"""GitHub's answers for an issue that was deleted, or moved to where the App is not installed."""


class Tracker(Conversation, Lists, readiness.Tracker, Protocol):
    """The issue tracker.

    Every call raises the classified errors, and none is sent that could end after `before`.
    """

    def open(self, repository: str, draft: Draft, before: datetime) -> Seen:
        """Open an issue."""

    def edit(self, ref: IssueRef, changes: dict[str, Any], before: datetime) -> Seen:
        """Change title, body, state or state_reason."""

    def add_labels(self, ref: IssueRef, labels: tuple[str, ...], before: datetime) -> None:
        """Add labels."""

    def remove_label(self, ref: IssueRef, label: str, before: datetime) -> None:
        """Remove a label."""

    def comment(self, ref: IssueRef, body: str, before: datetime) -> None:
        """Add a comment."""


class Executor:
    """Carries out steps on claimed rows, whose lease bounds every call.

    `tracker` connects on first use, since recording alone needs no GitHub.
    """

    def __init__(
        self,
        tracker: Callable[[], Tracker],
        routing: Routing,
        now: Callable[[], datetime],
        holder: Holder = nobody,
        more: deeds.Deeds = deeds.NONE,
    ) -> None:
        self.connect, self._routing, self._now, self._holder = tracker, routing, now, holder
        self._more = more

    @property
    def _tracker(self) -> Tracker:
        return self.connect()

    def execute(self, row: AlertState, step: Work) -> AlertState:  # noqa: C901 - one case a step
        """Return the row with its new status, and with its intent if that is still open.

        Raises the classified errors.
        """
        match step:
            case OpenIssue():
                return self._open(row, needed(row.intent))
            case UpdateIssue() | ReopenIssue() | CloseIssue():
                return self._edit(row, step, needed(row.status.issue))
            case AddComment(ref, key):
                return self._comment(row, ref, key, needed(row.spec.alert))
            case AddLabels(ref, labels):
                self._tracker.add_labels(ref, labels, row.lease_end)
                return replace(row, status=written.labelled(row, added=labels), intent=None)
            case RemoveLabel(ref, label):
                return self._remove_label(row, ref, label, needed(row.status.issue))
            case ReadIssue(ref):
                return listen(self._tracker, row, ref, self._now(), deeds.readers(self._more))
            case FollowCommands():
                return self._follow(row, step)
            case Adopt(ref):
                seen = self._tracker.read(ref, row.lease_end)
                alert = needed(row.spec.alert)
                status = outcome.adopted(row, alert, seen, render.title(alert, self._routing))
                return replace(row, status=status, intent=None)
            case CloseDuplicate(ref):
                return duplicates.close_duplicate(self._tracker, row, ref, self._now())
            case CloseSuperseded(ref):
                return duplicates.close_superseded(self._tracker, row, ref)
            case Recover(intent):
                return MarkerSearch(self._tracker, self._holder, self._now).find(row, intent)
            case _:
                assert_never(step)

    def _open(self, row: AlertState, intent: Intent) -> AlertState:
        """Open an issue, unless people changed the one before it in a way that changes the plan."""
        if changed := self._changed_before(row):
            return replace(row, status=outcome.observed(row, changed, self._now()), intent=None)
        wanted = draft(row, intent, self._routing, self._now())
        seen = self._tracker.open(intent.repository, wanted, row.lease_end)
        return replace(row, status=outcome.opened(row, intent, seen, self._now()), intent=None)

    def _changed_before(self, row: AlertState) -> Seen | None:
        """Read the issue before the new one; None if it is as we left it, or can no longer be seen."""
        issue = row.status.issue
        if issue is None:
            return None
        try:
            seen = self._tracker.read(issue.ref, row.lease_end)
        except Refused as error:
            if error.status not in OUT_OF_SIGHT:
                raise
            return None
        return seen if outcome.surprising(issue, seen) else None

    def _edit(self, row: AlertState, step: Edit, issue: Issue) -> AlertState:
        """Read first, to keep people's words and to plan again if they changed what the plan was based on."""
        seen = self._tracker.read(issue.ref, row.lease_end)
        if outcome.surprising(issue, seen):
            return replace(row, status=outcome.observed(row, seen, self._now()), intent=None)
        changes: dict[str, Any] = {}
        if isinstance(step, ReopenIssue):
            changes |= {"state": "open"} | self._also_assigned(row, seen)
        if isinstance(step, CloseIssue):
            changes |= {"state": "closed", "state_reason": "completed" if step.recovered else "not_planned"}
        return replace(row, status=self._written(row, seen, changes), intent=None)

    def _follow(self, row: AlertState, step: FollowCommands) -> AlertState:
        if deed := self._more.get(step.command.word):
            return deeds.carry_out(self._tracker, row, step, deed)
        return obey(self._tracker, row, step, self._written, self._now())

    def _also_assigned(self, row: AlertState, seen: Seen) -> dict[str, Any]:
        """Assign whoever is on call now and was not when it was opened: it is how they learn of it."""
        if not calls(row):
            return {}
        teams, before = needed(row.spec.alert).teams, replace(row, intent=None)
        had = {*self._routing.route(teams, before.called).assignees, *seen.assignees}
        new = [each for each in self._routing.route(teams, row.called).assignees if each not in had]
        return {"assignees": [*seen.assignees, *new][:MAX_ASSIGNEES]} if new else {}

    def _written(self, row: AlertState, seen: Seen, changes: dict[str, Any]) -> Status:
        """Write our part of the text, the title if it is still ours, and other changes, in one call."""
        issue, alert = needed(row.status.issue), needed(row.spec.alert)
        changes = {"body": render.body(row, self._routing, self._now(), previous=seen.body), **changes}
        title = render.title(alert, self._routing) if seen.title == issue.title else issue.title
        if title != issue.title:
            changes["title"] = title
        edited = self._tracker.edit(issue.ref, changes, row.lease_end)
        return outcome.shown(row, alert, edited, title, self._now())

    def _comment(self, row: AlertState, ref: IssueRef, key: str, alert: AlertEvent) -> AlertState:
        issue, seen = needed(row.status.issue), self._tracker.read(ref, row.lease_end)
        if outcome.surprising(issue, seen):
            return replace(row, status=outcome.observed(row, seen, self._now()), intent=None)
        if unheard(issue, seen, key):
            return listen(self._tracker, row, ref, self._now(), deeds.readers(self._more))
        self._tracker.comment(ref, render.comment(row, self._routing, key, self._now()), row.lease_end)
        return replace(row, status=written.commented(row, alert.priority, key, self._now()), intent=None)

    def _remove_label(self, row: AlertState, ref: IssueRef, label: str, issue: Issue) -> AlertState:
        """Read first: if people closed the issue while it had the label, the label still counts."""
        seen = self._tracker.read(ref, row.lease_end)
        if outcome.surprising(issue, seen):
            return replace(row, status=outcome.observed(row, seen, self._now()), intent=None)
        self._tracker.remove_label(ref, label, row.lease_end)
        return replace(row, status=written.labelled(row, removed=label), intent=None)
