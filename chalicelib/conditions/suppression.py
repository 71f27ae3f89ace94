"""Suppression: what people asked for, and when nothing is written because of it. Pure.

People have the last word: what they did counts before what the provider reports.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.adapters import own, registry
from chalicelib.alert import Condition
from chalicelib.conditions.clocks import APART
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.flapping import flapping_until
from chalicelib.conditions.issue import Closer
from chalicelib.conditions.nothing import Held, Nothing, Quiet
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.conditions.spec import Spec
from chalicelib.conditions.steps import AddComment, FollowCommands, ReadIssue, Step
from chalicelib.labels import FLAPPING_LABEL, STALE_LABEL


def asked(row: AlertState, now: datetime) -> Step | None:
    """Read what people did, and do what they asked for, before anything of our own is written."""
    issue, status = row.status.issue, row.status
    if row.look and issue:
        return ReadIssue(issue.ref)
    if status.commands:
        return FollowCommands(status.commands[0].ref, status.commands[0])
    if status.replies and issue and not issue.comments_closed:
        return AddComment(issue.ref, Comment.HELP.key(status.replies[0]))
    if (link := status.incident) and link.ref and link.asked and issue and not issue.comments_closed:
        return AddComment(issue.ref, Comment.INCIDENT.key(link.asked[0]))
    if issue and issue.listen_at and now >= issue.listen_at:
        return ReadIssue(issue.ref)
    return None


def listening(row: AlertState, step: Step) -> Step:
    """Wait no longer than until the rest of what people wrote is read."""
    issue = row.status.issue
    if not isinstance(step, Nothing) or issue is None or issue.listen_at is None:
        return step
    return replace(step, due_at=min(step.due_at or issue.listen_at, issue.listen_at))


MUTE_RULE = "a mute rule of CloudWatch"


def held_outside(row: AlertState, now: datetime, policy: Policy) -> Held | None:
    """Return what holds a row back from outside; if nobody knows, what the row recorded."""
    alert = row.spec.alert
    if alert and own.of(alert.source).declared:
        return None
    if alert and alert.muted_until and now < alert.muted_until:
        return Held(Quiet.MAINTENANCE, alert.muted_until, MUTE_RULE)
    if policy.outside and alert:
        return policy.outside(alert, now)
    return row.held if row.held and now < row.held.until else None


def held(row: AlertState, now: datetime, policy: Policy) -> Nothing | None:
    """Wait until what holds the row back ends; reconcile checks each minute whether it ended early."""
    by = held_outside(row, now, policy)
    return Nothing(by.reason, by.until, by) if by else None


def held_throughout(row: AlertState, policy: Policy) -> bool:
    """Whether it was held back both when it began and when its end was recorded, so nobody needs to know."""
    began, ended = row.spec.began_by_our_clock, row.spec.recorded_at
    return bool(began and ended and held_outside(row, began, policy) and held_outside(row, ended, policy))


def held_back(row: AlertState, now: datetime, policy: Policy) -> Step | None:
    """People have the last word; the first reason that applies is the one reported."""
    issue, snoozed_until = row.status.issue, row.status.snoozed_until
    if closed_in_this_episode(row):
        return Nothing(Quiet.CLOSED_BY_PERSON)
    if issue and issue.muted:
        return Nothing(Quiet.MUTED)
    if snoozed_until and now < snoozed_until:
        return Nothing(Quiet.SNOOZED, snoozed_until)
    if step := held(row, now, policy):
        return step
    if issue and issue.closed_at and issue.closed_by is Closer.PERSON:
        return _closed_before(row, issue, issue.closed_at, now, policy)
    return None


def _closed_before(
    row: AlertState, issue: Issue, closed_at: datetime, now: datetime, policy: Policy
) -> Step | None:
    """Whether a person closed it in an earlier episode: as not planned, or while it flapped."""
    quiet_until = (issue.over_at or closed_at) + policy.not_planned_quiet
    if issue.state_reason == "not_planned" and now < quiet_until:
        key = Comment.QUIET.key(closed_at)
        told = key in issue.once or not may_comment(issue, policy)
        return Nothing(Quiet.NOT_PLANNED, quiet_until) if told else AddComment(issue.ref, key)
    until = flapping_until(row, now, policy.flapping_quiet) if FLAPPING_LABEL in issue.labels else None
    return Nothing(Quiet.CLOSED_BY_PERSON, until) if until else None


def closed_in_this_episode(row: AlertState) -> bool:
    """Whether a person closed it in this episode; when we notice does not matter.

    An issue that shows the episode was open in it. Otherwise the closing is compared with when we first heard
    of the episode, both by our own clock, so that neither the provider's clock nor GitHub's counts.
    """
    issue, spec, began = row.status.issue, row.spec, row.spec.began_by_our_clock
    if began is None or issue is None or issue.over_at is None or issue.closed_by is not Closer.PERSON:
        return False
    during = issue.episode == spec.episode or issue.over_at >= began
    return during and not _started_since(spec, issue.over_at) and not wrongly_over(row)


def _started_since(spec: Spec, over_at: datetime) -> bool:
    """Whether it started after the closing: a source that repeats itself reports one start while it fires.

    If so, it had ended without a report: it was silenced, or its route sends no resolutions. Replicas report
    starts that are seconds apart, and clocks differ, so a start must be clearly later.
    """
    repeats = spec.alert is not None and bool(registry.repeats(spec.alert))
    return repeats and spec.fired_at is not None and spec.fired_at + _behind(spec) > over_at + APART


def _behind(spec: Spec) -> timedelta:
    """How far the provider's clock may be behind ours.

    A start is received after it happens, and usually soon after, as the fastest message shows.
    """
    firings = [moment for moment in spec.moments if moment.condition is Condition.FIRING]
    seen = [moment.received - moment.at for moment in firings if moment.received]
    return max(timedelta(), min([*seen, APART]))


def wrongly_over(row: AlertState) -> bool:
    """Whether a person closed it as over while it was not reported, and it has been reported since."""
    issue = row.status.issue
    if issue is None or issue.over_at is None or issue.closed_by is not Closer.PERSON:
        return False
    return STALE_LABEL in issue.labels and row.spec.seen_at > issue.over_at


def hushed(row: AlertState) -> AlertState:
    """The row to plan on while the budget allows no comments: as if nobody wanted any."""
    issue = replace(row.status.issue, quiet=True) if row.status.issue else None
    link = replace(row.status.incident, asked=()) if row.status.incident else None
    return replace(row, status=replace(row.status, issue=issue, replies=(), incident=link))


def may_comment(issue: Issue, policy: Policy) -> bool:
    """Say whether a comment may be added."""
    open_to_us = not issue.comments_closed and issue.comments < policy.most_comments
    return open_to_us and not issue.quiet
