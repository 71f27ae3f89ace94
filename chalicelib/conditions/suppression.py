"""Suppression: what people asked for, and when nothing is said because of it. Pure.

People have the last word: what they did comes before what the provider says.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.adapters import registry
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
    """What people did is looked at, and what they asked for done, before anything is said of our own."""
    issue, status = row.status.issue, row.status
    if row.look and issue:
        return ReadIssue(issue.ref)
    if status.commands:
        return FollowCommands(status.commands[0].ref, status.commands[0])
    if status.replies and issue and not issue.comments_closed:
        return AddComment(issue.ref, Comment.HELP.key(status.replies[0]))
    if issue and issue.listen_at and now >= issue.listen_at:
        return ReadIssue(issue.ref)
    return None


def listening(row: AlertState, step: Step) -> Step:
    """Rest no longer than until the rest of what people said is listened to."""
    issue = row.status.issue
    if not isinstance(step, Nothing) or issue is None or issue.listen_at is None:
        return step
    return replace(step, due_at=min(step.due_at or issue.listen_at, issue.listen_at))


MUTE_RULE = "a mute rule of CloudWatch"


def held_outside(row: AlertState, now: datetime, policy: Policy) -> Held | None:
    """Say what holds a row back from outside; where nobody knows, what it remembers."""
    alert = row.spec.alert
    if alert and alert.muted_until and now < alert.muted_until:
        return Held(Quiet.MAINTENANCE, alert.muted_until, MUTE_RULE)
    if policy.outside and alert:
        return policy.outside(alert, now)
    return row.held if row.held and now < row.held.until else None


def held(row: AlertState, now: datetime, policy: Policy) -> Nothing | None:
    """Rest until what holds the row back ends; reconcile sees each minute whether that is sooner."""
    by = held_outside(row, now, policy)
    return Nothing(by.reason, by.until, by) if by else None


def held_throughout(row: AlertState, policy: Policy) -> bool:
    """Whether it was held back both when it began and when its end was recorded, so nobody needs to know."""
    began, ended = row.spec.began_by_our_clock, row.spec.recorded_at
    return bool(began and ended and held_outside(row, began, policy) and held_outside(row, ended, policy))


def held_back(row: AlertState, now: datetime, policy: Policy) -> Step | None:
    """People have the last word; the first reason is the one told."""
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
    """A person closed it in an earlier episode: as not planned, or in the midst of flapping."""
    quiet_until = (issue.over_at or closed_at) + policy.not_planned_quiet
    if issue.state_reason == "not_planned" and now < quiet_until:
        key = Comment.QUIET.key(closed_at)
        told = key in issue.once or not may_comment(issue, policy)
        return Nothing(Quiet.NOT_PLANNED, quiet_until) if told else AddComment(issue.ref, key)
    until = flapping_until(row, now, policy.flapping_quiet) if FLAPPING_LABEL in issue.labels else None
    return Nothing(Quiet.CLOSED_BY_PERSON, until) if until else None


def closed_in_this_episode(row: AlertState) -> bool:
    """A person's closing belongs to the episode during which it happened, not to when we notice.

    An issue that shows the episode was open in it. Else the closing is compared with when we first heard of
    the episode, both by our own clock, so that neither the provider's nor GitHub's counts.
    """
    issue, spec, began = row.status.issue, row.spec, row.spec.began_by_our_clock
    if began is None or issue is None or issue.over_at is None or issue.closed_by is not Closer.PERSON:
        return False
    during = issue.episode == spec.episode or issue.over_at >= began
    return during and not _started_since(spec, issue.over_at) and not wrongly_over(row)


def _started_since(spec: Spec, over_at: datetime) -> bool:
    """Whether it started after the closing, as a source that repeats itself names one start while it fires.

    So it had ended, and nobody said so: it was silenced, or its route sends no resolutions. Replicas name
    starts that are seconds apart, and clocks differ, so a start must be clearly later.
    """
    repeats = spec.alert is not None and bool(registry.repeats(spec.alert))
    return repeats and spec.fired_at is not None and spec.fired_at + _behind(spec) > over_at + APART


def _behind(spec: Spec) -> timedelta:
    """How far the provider's clock may be behind ours.

    A start is received after it, and as the promptest message shows, mostly soon after it.
    """
    firings = [moment for moment in spec.moments if moment.condition is Condition.FIRING]
    seen = [moment.received - moment.at for moment in firings if moment.received]
    return max(timedelta(), min([*seen, APART]))


def wrongly_over(row: AlertState) -> bool:
    """Whether a person closed it as over while nothing was heard of it, and it has been heard of since."""
    issue = row.status.issue
    if issue is None or issue.over_at is None or issue.closed_by is not Closer.PERSON:
        return False
    return STALE_LABEL in issue.labels and row.spec.seen_at > issue.over_at


def hushed(row: AlertState) -> AlertState:
    """The row that is planned on while the budget allows no comments: as if nobody wanted any."""
    issue = replace(row.status.issue, quiet=True) if row.status.issue else None
    return replace(row, status=replace(row.status, issue=issue, replies=()))


def may_comment(issue: Issue, policy: Policy) -> bool:
    """Say whether a comment may be added."""
    open_to_us = not issue.comments_closed and issue.comments < policy.most_comments
    return open_to_us and not issue.quiet
