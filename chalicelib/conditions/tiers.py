"""Tiers: who is called next while nobody acknowledges an urgent alert, and when. Pure.

People can end or delay this: by an acknowledgement, a label that asks for quiet, a snooze. Flapping does
neither. An issue that takes no comments is continued in a new one, as for an escalation.
"""

from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import own
from chalicelib.alert import Priority
from chalicelib.conditions.acknowledgement import waits_since
from chalicelib.conditions.calling import calls
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.nothing import Nothing
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.conditions.steps import AddComment, OpenIssue, Step
from chalicelib.routing import Routing


def next_tier(row: AlertState, issue: Issue, now: datetime, policy: Policy) -> Step | None:
    """Call the next tier once the time for it has come."""
    at = due_at(row, policy.routing)
    if at is None or now < at:
        return None
    if issue.comments_closed:
        return OpenIssue()
    return AddComment(issue.ref, Comment.TIER.key(waits_since(row, issue)))


def due_at(row: AlertState, routing: Routing) -> datetime | None:
    """Return when the next tier is to be called; None if none is left, or nobody is to be called."""
    issue, alert = row.status.issue, row.spec.alert
    if issue is None or alert is None or not issue.open or not alert.priority.urgent:
        return None
    if not row.spec.firing or issue.acked_by or issue.muted or issue.quiet:
        return None
    if not calls(row) or own.of(alert.source).declared:  # whoever declared it has it
        return None
    escalation = routing.route(alert.teams).escalation
    if escalation is None or issue.tier >= len(escalation.tiers):
        return None
    since = waits_since(row, issue)
    return None if Comment.TIER.key(since) in issue.once else since + escalation.after


def waiting(row: AlertState, step: Step, routing: Routing) -> Step:
    """Wait no longer than until the next tier is due; while the alert is held back, none is."""
    at = due_at(row, routing) if isinstance(step, Nothing) and not step.held else None
    return replace(step, due_at=min(step.due_at or at, at)) if isinstance(step, Nothing) and at else step


def called_by_opening(before: Issue | None, priority: Priority) -> int:
    """Count the tiers already called when a new issue has taken the place of an open one.

    If it did not get worse, the new one was opened to call the next tier.
    """
    if before is None or not before.open or not before.comments_closed:
        return 0
    return before.tier + (priority >= before.announced)
