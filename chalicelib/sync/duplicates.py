"""Duplicates: closes an issue in favour of another one, as its duplicate or as superseded."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from chalicelib import render
from chalicelib.conditions import outcome
from chalicelib.conditions.issue import IssueRef, Seen
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.steps import needed


class Tracker(Protocol):
    """What closing duplicates needs from the issue tracker."""

    def read(self, ref: IssueRef, before: datetime) -> Seen:
        """Read an issue; raises Gone if it was deleted."""

    def edit(self, ref: IssueRef, changes: dict[str, Any], before: datetime) -> Seen:
        """Change title, body, state or state_reason."""


def close_duplicate(tracker: Tracker, row: AlertState, ref: IssueRef, now: datetime) -> AlertState:
    """Close it in one call, with a line on top that names the remaining issue, unless that one is closed.

    If a repository was renamed, both may be the same issue.
    """
    survivor = tracker.read(needed(row.status.issue).ref, row.lease_end)
    seen = tracker.read(ref, row.lease_end)
    if survivor.open and seen.open and survivor.ref != seen.ref:
        changes: dict[str, Any] = {"state_reason": "duplicate"}
        if survivor.id:  # the issue's own id: its number may belong to another repository's issue
            changes["duplicate_issue_id"] = survivor.id
        _close(tracker, row, seen, render.duplicate(survivor.ref), changes)
    closed = replace(row, status=outcome.closed_duplicate(row, ref))
    return replace(closed, status=outcome.observed(closed, survivor, now), intent=None)


def close_superseded(tracker: Tracker, row: AlertState, ref: IssueRef) -> AlertState:
    """Close the issue of an earlier notification, whatever people did to the newer one."""
    issue, seen = row.status.issue, tracker.read(ref, row.lease_end)
    if seen.open and (issue is None or issue.ref != seen.ref):
        newer = issue.ref if issue else None
        _close(tracker, row, seen, render.superseded(newer), {"state_reason": "not_planned"})
    return replace(row, status=outcome.closed_duplicate(row, ref), intent=None)


def _close(tracker: Tracker, row: AlertState, seen: Seen, why: str, changes: Mapping[str, Any]) -> None:
    body = f"{why}\n\n{seen.body}"
    tracker.edit(seen.ref, {"state": "closed", "body": body, **changes}, row.lease_end)
