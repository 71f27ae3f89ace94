"""Failed: what a step without effect changes in the row, and when it is tried again. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.conditions import commands, outcome, said
from chalicelib.conditions.row import AlertState, Verb
from chalicelib.conditions.steps import (
    AddLabels,
    Adopt,
    CloseDuplicate,
    Find,
    Obey,
    OpenIssue,
    RemoveLabel,
    Step,
)
from chalicelib.errors import (
    AlertingError,
    CommentsClosed,
    Gone,
    OutOfSight,
    RateLimited,
    Refused,
    TooLate,
)

MOST_DOUBLINGS = 5
LOST_AFTER = 4
"""Refusals, over some seven minutes, after which an issue out of sight is let go: a replica may be behind."""


def ended(claimed: AlertState, step: Step, error: AlertingError) -> AlertState | None:
    """The row after a refusal that settles the step: trying it again would change nothing."""
    if _on_issue(step) and (isinstance(error, Gone) or _lost(claimed, error)):
        return replace(claimed, status=outcome.gone(claimed), intent=None)
    if isinstance(error, CommentsClosed):
        return replace(claimed, status=said.comments_closed(claimed), intent=None)
    if isinstance(error, Refused) and isinstance(step, Obey):
        return replace(claimed, status=commands.corrected(claimed.status, step.command), intent=None)
    replaced = claimed.status.superseded
    if isinstance(error, Refused) and isinstance(step, CloseDuplicate) and step.ref == replaced:
        return replace(claimed, status=outcome.closed_duplicate(claimed, step.ref), intent=None)
    if isinstance(error, Refused) and isinstance(step, AddLabels):
        return replace(claimed, status=said.labelled(claimed, added=step.labels), intent=None)
    if isinstance(error, Refused) and isinstance(step, RemoveLabel):
        return replace(claimed, status=said.labelled(claimed, removed=step.label), intent=None)
    return None


def _lost(claimed: AlertState, error: AlertingError) -> bool:
    """Whether its issue stays out of sight, as one that was moved to where the App is not."""
    return isinstance(error, OutOfSight) and claimed.status.failures >= LOST_AFTER


def _on_issue(step: Step) -> bool:
    """Whether a step is on the row's own issue."""
    opening = isinstance(step, Find) and step.intent.verb is Verb.OPEN
    return not opening and not isinstance(step, OpenIssue | Adopt | CloseDuplicate)


def again_at(claimed: AlertState, error: AlertingError, now: datetime, pause: timedelta) -> datetime:
    """Say when a step is tried again: when GitHub asks for it, at once if time ran out, else after a pause.

    The pause doubles with each refusal in a row.
    """
    if isinstance(error, RateLimited) and error.retry_at:
        return error.retry_at
    if isinstance(error, TooLate):
        return now
    doublings = min(claimed.status.failures, MOST_DOUBLINGS) if isinstance(error, Refused) else 0
    return now + pause * (1 << doublings)


def counted(claimed: AlertState, error: AlertingError) -> AlertState:
    """Count a refusal, so that the next try waits longer; whatever else went wrong is not the row's doing."""
    if not isinstance(error, Refused):
        return claimed
    return replace(claimed, status=replace(claimed.status, failures=claimed.status.failures + 1))
