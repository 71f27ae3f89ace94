"""Written: how the labels and comments that we wrote change the status. Pure."""

from dataclasses import replace
from datetime import datetime

from chalicelib.alert import Priority
from chalicelib.conditions.acknowledgement import left_to_people
from chalicelib.conditions.comments import ONCE, Comment
from chalicelib.conditions.row import AlertState, Status

FIRST_CALLS = (Comment.ESCALATION, Comment.ALONE)
"""Kinds that call the people of its priority."""


def labelled(row: AlertState, *, added: tuple[str, ...] = (), removed: str | None = None) -> Status:
    """Record that labels of ours were added or removed.

    One that GitHub would not set counts as set, so that it is tried only once.
    """
    issue = row.status.issue
    if issue is None:
        return row.status
    labels = tuple(label for label in (*issue.labels, *added) if label != removed)
    return replace(row.status, issue=replace(issue, labels=labels))


def commented(row: AlertState, priority: Priority, key: str, now: datetime) -> Status:
    """Record a comment of ours; only an escalation calls the people of its priority, or of the next tier.

    When a snooze ends, or the alert becomes urgent, it waits for people from now on.
    """
    issue = row.status.issue
    if issue is None:
        return row.status
    kind = Comment.of(key)
    becomes_urgent = kind is Comment.ESCALATION and not issue.announced.urgent
    issue = replace(issue, comments=issue.comments + 1, heard=issue.heard + 1)
    if kind is Comment.HELP:
        left = tuple(each for each in row.status.replies if Comment.HELP.key(each) != key)
        return replace(row.status, issue=issue, replies=left, failures=0)
    if kind is Comment.INCIDENT and (link := row.status.incident):
        left = tuple(each for each in link.asked if Comment.INCIDENT.key(each) != key)
        return replace(row.status, issue=issue, incident=replace(link, asked=left), failures=0)
    issue = replace(
        issue,
        comment_key=key,
        commented_at=now,
        spoke_at=now,
        announced=min(issue.announced, priority) if kind is Comment.ESCALATION else issue.announced,
        once=(*issue.once, key) if kind in ONCE else issue.once,
        tier=issue.tier + (kind is Comment.TIER),
        raised_at=now if kind is Comment.ESCALATION else issue.raised_at,
        on_call=row.on_call if kind in FIRST_CALLS else issue.on_call,
        uncalled=issue.uncalled and kind not in FIRST_CALLS,
    )
    if kind in (Comment.TIER, Comment.SNOOZE, Comment.ALONE) or becomes_urgent:
        issue = left_to_people(issue, now)
    snoozed_until = None if kind is Comment.SNOOZE else row.status.snoozed_until
    return replace(row.status, issue=issue, snoozed_until=snoozed_until, failures=0)


def comments_closed(row: AlertState) -> Status:
    """Record that the issue takes no more comments; its body is still updated."""
    issue = row.status.issue
    return replace(row.status, issue=replace(issue, comments_closed=True)) if issue else row.status
