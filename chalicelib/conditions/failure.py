"""Failure: what a step without effect changes in the row, and when it is tried again. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from chalicelib.conditions import commands, outcome, written
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.steps import (
    AddComment,
    AddLabels,
    Adopt,
    CloseDuplicate,
    CloseIssue,
    FollowCommands,
    OpenIssue,
    ReadIssue,
    Recover,
    RemoveLabel,
    ReopenIssue,
    UpdateIssue,
    Work,
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


def ended(claimed: AlertState, step: Work, error: AlertingError) -> AlertState | None:
    """The row after a refusal that settles the step: trying it again would change nothing."""
    if step.on_issue and (isinstance(error, Gone) or _lost(claimed, error)):
        status: Status | None = outcome.gone(claimed)
    elif isinstance(error, CommentsClosed):
        status = written.comments_closed(claimed)
    else:
        status = _without(claimed, step) if isinstance(error, Refused) else None
    return replace(claimed, status=status, intent=None) if status else None


def _without(claimed: AlertState, step: Work) -> Status | None:
    """Do without what GitHub refuses; None if it has to be tried until it succeeds."""
    match step:
        case FollowCommands(_, command):
            return commands.corrected(claimed.status, command)
        case CloseDuplicate(ref):
            return outcome.closed_duplicate(claimed, ref) if ref == claimed.status.superseded else None
        case AddLabels(_, labels):
            return written.labelled(claimed, added=labels)
        case RemoveLabel(_, label):
            return written.labelled(claimed, removed=label)
        case OpenIssue() | ReopenIssue() | UpdateIssue() | CloseIssue() | AddComment():
            return None
        case Recover() | ReadIssue() | Adopt():
            return None
        case _:
            assert_never(step)


def _lost(claimed: AlertState, error: AlertingError) -> bool:
    """Whether its issue stays out of sight, as one that was moved to where the App is not."""
    return isinstance(error, OutOfSight) and claimed.status.failures >= LOST_AFTER


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
