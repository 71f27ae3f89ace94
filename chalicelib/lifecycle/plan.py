"""Plan: the one step between what GitHub shows and what it should show. Pure and level-triggered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.lifecycle.state import AlertState, Closer, Intent, Issue, Verb
from chalicelib.lifecycle.steps import (
    AddComment,
    AddLabels,
    CloseIssue,
    Find,
    Look,
    Nothing,
    OpenIssue,
    Quiet,
    RemoveLabel,
    ReopenIssue,
    Step,
    UpdateIssue,
)
from chalicelib.routing import RESOLVED_LABEL, Routing


@dataclass(frozen=True, slots=True)
class Policy:
    """How soon and how often GitHub is told; `comments` is off while the budget refuses them."""

    routing: Routing
    update_interval: timedelta = timedelta(minutes=10)
    comment_interval: timedelta = timedelta(minutes=60)
    reopen_window: timedelta = timedelta(minutes=30)
    look_interval: timedelta = timedelta(seconds=60)
    most_comments: int = 2000
    enabled: bool = True
    comments: bool = True


def plan(row: AlertState, now: datetime, policy: Policy) -> Step:
    """Decide what GitHub should see next."""
    if row.lease and row.lease.until > now:
        return Nothing(Quiet.IN_PROGRESS, row.lease.until)
    if not policy.enabled:
        return Nothing(Quiet.DISABLED, now + policy.update_interval)
    if row.intent:
        return _unfinished(row, row.intent, now, policy)
    if row.spec.alert is None:
        return Nothing(Quiet.UP_TO_DATE)
    if row.spec.condition is Condition.FIRING:
        return _firing(row, row.spec.alert, now, policy)
    return _resolved(row, row.spec.alert, now, policy)


def _unfinished(row: AlertState, intent: Intent, now: datetime, policy: Policy) -> Step:
    """An unknown outcome is learnt before anything else, whatever the provider has said since."""
    issue = row.status.issue
    if intent.verb not in (Verb.OPEN, Verb.COMMENT) and issue:
        return Look(issue.ref)
    if intent.looked_at and now < intent.looked_at + policy.look_interval:
        return Nothing(Quiet.LOOKED, intent.looked_at + policy.look_interval)
    return Find(intent)


def _firing(row: AlertState, alert: AlertEvent, now: datetime, policy: Policy) -> Step:
    issue = row.status.issue
    if _closed_in_this_episode(row):
        return Nothing(Quiet.CLOSED_BY_PERSON)
    if issue and issue.muted:
        return Nothing(Quiet.MUTED)
    if issue is None or not issue.open:
        return _opening(row, now, policy)
    if issue.episode != row.spec.episode or (issue.priority, issue.teams) != (alert.priority, alert.teams):
        return UpdateIssue(issue.ref)
    relabel = _relabel(issue, policy.routing.labels(alert))
    return relabel or _say(row, issue, alert, now, policy)


def _closed_in_this_episode(row: AlertState) -> bool:
    """A person's closing belongs to the episode during which it happened, not to when we notice."""
    issue, episode = row.status.issue, row.spec.episode
    if issue is None or issue.closed_at is None or issue.closed_by is not Closer.PERSON:
        return False
    return episode is None or issue.closed_at >= episode


def _opening(row: AlertState, now: datetime, policy: Policy) -> Step:
    """Choose between a fresh issue and the one closed a moment ago, which a flapping alert keeps."""
    issue = row.status.issue
    if issue and issue.closed_at and issue.closed_by is Closer.US:
        same = issue.episode == row.spec.episode
        if same or now - issue.closed_at < policy.reopen_window:
            return ReopenIssue(issue.ref)
    return OpenIssue()


def _relabel(issue: Issue, wanted: tuple[str, ...]) -> Step | None:
    """Exchange the labels that are ours; people's stay."""
    missing = tuple(label for label in wanted if label not in issue.labels)
    if missing:
        return AddLabels(issue.ref, missing)
    surplus = next((label for label in issue.labels if label not in wanted), None)
    return RemoveLabel(issue.ref, surplus) if surplus else None


def _say(row: AlertState, issue: Issue, alert: AlertEvent, now: datetime, policy: Policy) -> Step:
    """An escalation at once.

    Otherwise whatever is new, a comment at most every so often, the body a little oftener.
    """
    news = issue.generation < row.spec.generation
    may_comment = policy.comments and not issue.comments_closed and issue.comments < policy.most_comments
    if may_comment and _escalated(issue, alert.priority):
        return AddComment(issue.ref, f"escalation-{row.spec.generation}")
    if not news:
        return Nothing(Quiet.UP_TO_DATE)
    repeat = f"repeat-{row.spec.generation}"
    if may_comment and repeat != issue.comment_key and now >= issue.commented_at + policy.comment_interval:
        return AddComment(issue.ref, repeat)
    update_at = issue.spoke_at + policy.update_interval
    return UpdateIssue(issue.ref) if now >= update_at else Nothing(Quiet.LATER, update_at)


def _escalated(issue: Issue, priority: Priority) -> bool:
    return priority < issue.announced


def _resolved(row: AlertState, alert: AlertEvent, now: datetime, policy: Policy) -> Step:
    issue, spec = row.status.issue, row.spec
    if issue and issue.open and issue.kept_open:
        return Nothing(Quiet.REOPENED_BY_PERSON)
    if issue and issue.muted:
        return Nothing(Quiet.MUTED)
    if issue and issue.open:
        return _close(row, issue, alert, policy)
    told = row.status.told is not None and spec.episode is not None and row.status.told >= spec.episode
    if told or _closed_in_this_episode(row):
        return Nothing(Quiet.UP_TO_DATE)
    return _opening(row, now, policy) if alert.priority.urgent else Nothing(Quiet.RESOLVED_UNTOLD)


def _close(row: AlertState, issue: Issue, alert: AlertEvent, policy: Policy) -> Step:
    """Close it; where the team wants its issues left open, say so by label and comment instead."""
    resolution = row.spec.resolution
    if policy.routing.route(alert.teams).close_on_resolve:
        return CloseIssue(issue.ref, recovered=resolution is None or resolution.recovered)
    if issue.generation < row.spec.generation:
        return UpdateIssue(issue.ref)
    relabel = _relabel(issue, (*policy.routing.labels(alert), RESOLVED_LABEL))
    key = f"resolved-{row.spec.episode:%Y%m%dT%H%M%S%f}"
    if relabel or not policy.comments or issue.comments_closed or issue.comment_key == key:
        return relabel or Nothing(Quiet.UP_TO_DATE)
    return AddComment(issue.ref, key)
