"""Lag: since when GitHub does not show what the provider reports, and when a row can be forgotten. Pure.

A row that is retried later gets a later due time, so its due time does not show how long it has waited.
"""

from datetime import datetime, timedelta

from chalicelib.alert import Condition
from chalicelib.conditions import heartbeats, notifications
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.labels import FLAPPING_LABEL, RESOLVED_LABEL

LONG = timedelta(days=90)


def since(row: AlertState) -> datetime | None:
    """Since when a due row's issue has been missing though it fires or is news, or open though it has ended.

    By our own clock, since it measures our delay.
    """
    issue, spec = row.status.issue, row.spec
    if row.due_at is None or only_waits(row) or spec.alert is None or row.held:
        return None
    if spec.news:
        return None if notifications.shown(row) else spec.began_by_our_clock
    if row.status.snoozed_until or (issue and _held(issue)):
        return None
    if spec.firing:
        return None if shown(row) else spec.began_by_our_clock
    return spec.seen_at if issue and issue.open and not issue.kept_open else None


def shown(row: AlertState) -> bool:
    """Whether it has an open issue."""
    return row.status.issue is not None and row.status.issue.open


def silenced_since(row: AlertState) -> datetime | None:
    """Since when it fires without an open issue though nothing is late: people want none, or it flaps."""
    spec = row.spec
    if spec.alert is None or not spec.firing or shown(row) or row.held or since(row):
        return None
    return spec.began_by_our_clock


def held_since(row: AlertState) -> datetime | None:
    """Since when a row that is held back from outside has been in its state."""
    return (row.spec.began_by_our_clock or row.spec.seen_at) if row.held else None


def long_over(row: AlertState, now: datetime) -> bool:
    """Whether it ended and its issue was closed long ago, with nothing left to do or to undo."""
    issue = row.status.issue
    if issue is None or issue.closed_at is None or issue.muted or row.due_at or row.intent:
        return False
    # By GitHub's clock: after months, minutes do not matter.
    return row.spec.condition is Condition.RESOLVED and issue.closed_at < now - LONG


def only_waits(row: AlertState) -> bool:
    """Whether it is due only because a mirror is owed something, or the next heartbeat is expected.

    A step that began or failed is due at another time than `mirror_at`, or has its intent.
    """
    issue = row.status.issue
    shown = issue is None or not issue.open or RESOLVED_LABEL in issue.labels
    beats = shown and heartbeats.newest(row.spec) is not None
    return (beats or row.due_at == row.status.mirror_at) and row.intent is None


def _held(issue: Issue) -> bool:
    """Whether it is left unchanged because people want that, or because it flaps."""
    unwanted = issue.closed_by is Closer.PERSON and issue.state_reason == "not_planned"
    return issue.muted or unwanted or FLAPPING_LABEL in issue.labels
