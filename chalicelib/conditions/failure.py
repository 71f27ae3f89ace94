"""Failure: what a step without effect changes in the row, and when it is retried. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from chalicelib.conditions import commands, outcome, setbacks, written
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.setbacks import Denial, PutOff
from chalicelib.conditions.steps import (
    AddComment,
    AddLabels,
    Adopt,
    CloseDuplicate,
    CloseIssue,
    CloseSuperseded,
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
"""How many refusals, over some seven minutes, before an issue out of sight is dropped: replicas may lag."""


def ended(claimed: AlertState, step: Work, error: AlertingError) -> AlertState | None:
    """Return the row after a refusal that settles the step: retrying would change nothing."""
    if step.on_issue and (isinstance(error, Gone) or _lost(claimed, error)):
        status: Status | None = outcome.gone(claimed)
    elif isinstance(error, CommentsClosed):
        status = written.comments_closed(claimed)
    else:
        status = _without(claimed, step) if isinstance(error, Refused) else None
    return replace(claimed, status=status, intent=None) if status else None


def _without(claimed: AlertState, step: Work) -> Status | None:
    """Go without what GitHub refuses; None if the step must be retried until it succeeds."""
    match step:
        case FollowCommands(_, command):
            return commands.corrected(claimed.status, command)
        case CloseDuplicate(ref) | CloseSuperseded(ref):
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
    """Whether its issue stays out of sight, as when it was moved to where the App is not installed."""
    return isinstance(error, OutOfSight) and claimed.status.failures >= LOST_AFTER


def again_at(claimed: AlertState, error: AlertingError, now: datetime, pause: timedelta) -> datetime:
    """Return when a step is retried: when GitHub says so, at once if time ran out, otherwise after a pause.

    The pause doubles with each refusal in a row.
    """
    if isinstance(error, RateLimited) and error.retry_at:
        return error.retry_at
    if isinstance(error, TooLate):
        return now
    doublings = min(claimed.status.failures, MOST_DOUBLINGS) if isinstance(error, Refused) else 0
    return now + pause * (1 << doublings)


def counted(claimed: AlertState, step: Work, error: AlertingError, now: datetime) -> AlertState:
    """Note what went wrong, and count a refusal, so that the next attempt waits longer.

    Other failures are not the row's fault, and running out of time says nothing about GitHub.
    """
    if isinstance(error, TooLate):
        return claimed
    status = claimed.status
    refusal = setbacks.refusal(error, step.action, status.refusal, now)
    failures = status.failures + isinstance(error, Refused)
    return replace(claimed, status=replace(status, failures=failures, refusal=refusal, put_off=None))


def put_off(claimed: AlertState, reason: Denial, now: datetime, until: datetime) -> AlertState:
    """Note until when the budget put the step off, and why."""
    return replace(claimed, status=replace(claimed.status, put_off=PutOff(reason, now, until)))


def cleared(settled: AlertState, step: Work) -> AlertState:
    """Forget why earlier steps failed or were put off, now that one has succeeded.

    Reading an issue does not prove that it can be written: an archived repository can still be read.
    """
    refusal = settled.status.refusal
    kept = refusal if refusal and step.kind is Kind.READ and refusal.step != step.action else None
    return replace(settled, status=replace(settled.status, refusal=kept, put_off=None))
