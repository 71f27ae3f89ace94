"""Resolved: what is left to write about a condition that has ended. Pure."""

from datetime import datetime

from chalicelib.adapters import own
from chalicelib.alert import AlertEvent
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.flapping import while_flapping
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.opening import opening
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.relabel import relabel
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.conditions.steps import AddComment, CloseIssue, RemoveLabel, Step, UpdateIssue, needed
from chalicelib.conditions.suppression import (
    closed_in_this_episode,
    held,
    held_back,
    held_throughout,
    may_comment,
)
from chalicelib.labels import FLAPPING_LABEL, RESOLVED_LABEL, STALE_LABEL


def resolved(row: AlertState, alert: AlertEvent, now: datetime, policy: Policy) -> Step:
    """Close its issue, or report it if it never had one."""
    issue, spec, snoozed_until = row.status.issue, row.spec, row.status.snoozed_until
    if issue and issue.open and issue.kept_open:
        return Nothing(Quiet.REOPENED_BY_PERSON)
    if issue and issue.muted:
        return Nothing(Quiet.MUTED)
    if issue and issue.open and snoozed_until and now < snoozed_until:
        return Nothing(Quiet.SNOOZED, snoozed_until)
    if issue and issue.open:
        step = while_flapping(row, issue, alert, now, policy) or _close(row, issue, alert, policy)
        return (held(row, now, policy) if isinstance(step, AddComment) else None) or step
    told = row.status.told is not None and spec.episode is not None and row.status.told >= spec.episode
    if told or closed_in_this_episode(row):
        corrected = _corrected(row, alert, policy) or _amended(row, alert)
        return corrected or _review(row, alert, policy) or Nothing(Quiet.UP_TO_DATE)
    if held_throughout(row, policy) or (not alert.priority.urgent and _long_over(row, now, policy)):
        return Nothing(Quiet.RESOLVED_UNTOLD)
    return held_back(row, now, policy) or opening(row, now, policy)


def _corrected(row: AlertState, alert: AlertEvent, policy: Policy) -> Step | None:
    """Show on the issue that we closed what a firing that arrived after its end reported.

    The issue would show it if the messages had arrived in order. A late firing may also move the episode's
    beginning back, so the issue's beginning is then one of the newest episode's later starts.
    """
    issue, episode = row.status.issue, row.spec.episode
    if issue is None or issue.closed_by is not Closer.US or episode is None or issue.episode < episode:
        return None
    if (issue.priority, issue.teams) == (alert.priority, alert.teams):
        return None
    return relabel(issue, policy.routing.labels(alert)) or UpdateIssue(issue.ref)


def _amended(row: AlertState, alert: AlertEvent) -> Step | None:
    """Show on an incident's issue how it ended, though a person closed the issue before that was known."""
    issue = row.status.issue
    behind = issue is not None and issue.generation < row.spec.generation
    return UpdateIssue(issue.ref) if issue and behind and own.of(alert.source).declared else None


def _review(row: AlertState, alert: AlertEvent, policy: Policy) -> Step | None:
    """Ask on an incident's issue, once it is closed, for what its review needs; not on a false alarm's."""
    issue, episode = row.status.issue, row.spec.episode
    if issue is None or issue.open or issue.state_reason == "not_planned":
        return None
    if not own.of(alert.source).declared:
        return None
    key = Comment.REVIEW.key(needed(episode))
    return AddComment(issue.ref, key) if key not in issue.once and may_comment(issue, policy) else None


def _long_over(row: AlertState, now: datetime, policy: Policy) -> bool:
    """Whether its end was recorded so long ago that GitHub must have been away, or not to be updated.

    What counts is when it was recorded, not when it ended: if both messages waited in the queue, they may be
    in different batches, and the condition is then reported.
    """
    return row.spec.recorded_at is None or now - row.spec.recorded_at >= policy.told_within


def _close(row: AlertState, issue: Issue, alert: AlertEvent, policy: Policy) -> Step:
    """Close it, with the labels of its last state.

    If the team wants its issues left open, add a label and a comment instead.
    """
    resolution = row.spec.resolution
    over = next((label for label in (FLAPPING_LABEL, STALE_LABEL) if label in issue.labels), None)
    if over:
        return RemoveLabel(issue.ref, over)
    if policy.routing.route(alert.teams).close_on_resolve or own.of(alert.source).closes:
        close = CloseIssue(issue.ref, recovered=resolution is None or resolution.recovered)
        return relabel(issue, policy.routing.labels(alert)) or close
    if issue.generation < row.spec.generation:
        return UpdateIssue(issue.ref)
    labelled = relabel(issue, (*policy.routing.labels(alert), RESOLVED_LABEL))
    key = Comment.RESOLVED.key(needed(row.spec.episode))
    if labelled or issue.comments_closed or issue.quiet or issue.comment_key == key:
        return labelled or Nothing(Quiet.UP_TO_DATE)
    return AddComment(issue.ref, key)
