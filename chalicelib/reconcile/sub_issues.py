"""Sub-issues: makes issues that were opened before their storm was known sub-issues of its parent.

Their rows then say which storm they are part of, so that the parent calls people instead of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.adapters.storm import Storm
from chalicelib.conditions import storms
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import MOST_SUB_ISSUES, Group
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.errors import RateLimited, Refused
from chalicelib.rate_limit.rules import CallBudget
from chalicelib.store.ports import Rows
from chalicelib.sync import claims
from chalicelib.sync.readiness import at_once
from chalicelib.telemetry.telemetry import Telemetry

A_CALL = timedelta(seconds=10)
"""How much of a chore's time a call needs: a chore has at most 14 seconds of a function's minute."""
MOST_NOTED, MOST_ADDED = 50, 10
"""Limits for one storm in a minute: rows that are written, and calls to GitHub."""


class Tracker(Protocol):
    """What is needed of the issue tracker."""

    def add_sub_issue(self, parent: IssueRef, child: int, before: datetime) -> None:
        """Make an issue, named by its id, a sub-issue of another."""


@dataclass(frozen=True)
class SubIssues:
    """Attaches members, while the budget has room that nobody else waits for."""

    rows: Rows
    tracker: Callable[[], Tracker]
    permits: CallBudget
    now: Callable[[], datetime]
    telemetry: Telemetry

    def attach(self, storm_row: str, rows: Sequence[AlertState], until: datetime) -> None:
        """Note the storm in rows of members, and ask GitHub to make some of their issues its sub-issues."""
        parent = self.rows.get(storm_row)
        content, group = (Storm.read(parent.spec.alert), storms.as_group(parent)) if parent else (None, None)
        issue = parent.status.issue if parent else None
        if group is None or group.ref is None or issue is None or content is None:
            return
        listed = {member.fingerprint: member.attached for member in content.members}
        members = [row for row in rows if row.fingerprint in listed]
        known = [self._noted(row, group) for row in self._unaware(members, group)[:MOST_NOTED]]
        aware = {row.fingerprint: row for row in [*members, *filter(None, known)]}
        if any(member.ended is None and not member.issue for member in content.members):
            return  # GitHub's limit on created content counts both, and an issue of its own comes first
        left = MOST_SUB_ISSUES - sum(listed.values())
        for row in self._unattached(list(aware.values()), group)[: min(left, MOST_ADDED)]:
            if not self._added(row, replace(group, id=issue.id), until):
                return

    def _unaware(self, rows: Sequence[AlertState], group: Group) -> list[AlertState]:
        """Find those whose rows lack it, or its issue; a row that is still to be enriched finds it itself."""
        found = []
        for row in rows:
            known, shown = row.group, row.status.issue is not None and row.status.issue.open
            looked_up = shown or row.enrichment is not None
            lost = known is None or (known.fingerprint == group.fingerprint and known.ref is None)
            if lost and looked_up and row.spec.firing and not claims.busy(row, self.now()):
                found.append(row)
        return found

    def _unattached(self, rows: Sequence[AlertState], group: Group) -> list[AlertState]:
        """Find those whose open issue GitHub has never been asked to make a sub-issue."""
        found = []
        for row in rows:
            known, issue = row.group, row.status.issue
            ours = known is not None and known.fingerprint == group.fingerprint and not known.id
            if ours and issue and issue.open and issue.id and not issue.has_parent and row.spec.firing:
                found.append(row)
        return found

    def _noted(self, row: AlertState, group: Group) -> AlertState | None:
        """Write down the storm in a member's row; None if another worker was faster."""
        if (episode := row.spec.episode) is None:
            return None
        known = row.enrichment or Enrichment(episode, self.now())
        status = replace(row.status, enrichment=replace(known, group=replace(group, id=0)))
        return self.rows.note(replace(row, status=status))

    def _added(self, row: AlertState, group: Group, until: datetime) -> bool:
        """Ask once for each issue, since people may remove it again; False if there is no room for more."""
        issue, known, ref = row.status.issue, row.enrichment, group.ref
        if issue is None or known is None or ref is None or not self.add(ref, issue, row.fingerprint, until):
            return False
        self.rows.note(replace(row, status=replace(row.status, enrichment=replace(known, group=group))))
        return True

    def add(self, parent: IssueRef, issue: Issue, fingerprint: str, until: datetime) -> bool:
        """Ask GitHub to make the issue of a row a sub-issue; False if there is no room for the call now."""
        if self.now() + A_CALL > until:
            return False
        if not at_once(self.permits, parent.repository, Kind.COMMENT, self.now):
            return False
        try:
            self.tracker().add_sub_issue(parent, issue.id, until)
        except RateLimited:  # the budget knows, and grants nothing more for now
            return False
        except Refused as error:  # it has a parent already, or the parent is full
            self.telemetry.problem("SUB_ISSUE_REFUSED", error, fingerprint=fingerprint)
        return True
