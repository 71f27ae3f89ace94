"""Notifications: what GitHub should show for news: an issue until a person closes it, or it expires. Pure."""

from datetime import datetime

from chalicelib.alert import AlertEvent
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.relabel import relabel
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.conditions.spec import Spec
from chalicelib.conditions.steps import CloseIssue, OpenIssue, Step, UpdateIssue
from chalicelib.conditions.suppression import held


def notification(row: AlertState, alert: AlertEvent, now: datetime, policy: Policy) -> Step:
    """Open an issue for each notification, once; then close the open one before it as superseded."""
    issue = row.status.issue
    if missing(row, now):
        return held_back(row, now, policy) or OpenIssue()
    if issue and issue.muted:
        return Nothing(Quiet.MUTED)
    if not shown(row) or issue is None or not issue.open:
        by_person = issue is None or issue.closed_by is Closer.PERSON
        return Nothing(Quiet.READ if shown(row) and by_person else Quiet.EXPIRED)
    if issue.kept_open:
        return Nothing(Quiet.REOPENED_BY_PERSON)
    if over(row.spec, now):
        return CloseIssue(issue.ref, recovered=False)
    return relabel(issue, policy.routing.labels(alert)) or _corrected(row, issue, alert, now, policy)


def missing(row: AlertState, now: datetime) -> bool:
    """Whether a notification should have an issue and has never had one.

    An expired one needs none, except to take the place of an open one.
    """
    issue = row.status.issue
    replaces = issue is not None and issue.open
    return row.spec.news and not shown(row) and (replaces or not over(row.spec, now))


def held_back(row: AlertState, now: datetime, policy: Policy) -> Nothing | None:
    """Wait while people mute the series, or something outside the row holds it back."""
    issue = row.status.issue
    return Nothing(Quiet.MUTED) if issue and issue.muted else held(row, now, policy)


def shown(row: AlertState) -> bool:
    """Whether the newest notification has had its issue, whatever happened to it."""
    told, episode = row.status.told, row.spec.episode
    return told is not None and episode is not None and told >= episode


def over(spec: Spec, now: datetime) -> bool:
    """Whether a notification has expired, or its sender has withdrawn it."""
    expires_at = spec.alert.expires_at if spec.alert else None
    return spec.resolution is not None or (expires_at is not None and now >= expires_at)


def _corrected(row: AlertState, issue: Issue, alert: AlertEvent, now: datetime, policy: Policy) -> Step:
    """Show corrected words; if there are none, wait until it expires."""
    if issue.generation >= row.spec.generation and issue.episode == row.spec.episode:
        return Nothing(Quiet.UP_TO_DATE, alert.expires_at)
    update_at = issue.spoke_at + policy.update_interval
    if now >= update_at:
        return UpdateIssue(issue.ref)
    return Nothing(Quiet.LATER, min(update_at, alert.expires_at or update_at))
