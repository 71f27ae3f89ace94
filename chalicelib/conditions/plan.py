"""Plan: the next step from what GitHub shows to what it should show. Pure and level-triggered."""

from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import own
from chalicelib.alert import AlertEvent
from chalicelib.conditions import heartbeats
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.escalation import escalation
from chalicelib.conditions.flapping import while_flapping
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.notifications import notification
from chalicelib.conditions.opening import of_another, opening
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.relabel import relabel
from chalicelib.conditions.repeats import stale_at
from chalicelib.conditions.resolved import resolved
from chalicelib.conditions.row import AlertState, Intent, Issue, Verb
from chalicelib.conditions.steps import (
    AddComment,
    CloseDuplicate,
    CloseSuperseded,
    ReadIssue,
    Recover,
    Step,
    UpdateIssue,
)
from chalicelib.conditions.suppression import asked, held_back, listening, may_comment
from chalicelib.conditions.tiers import next_tier, waiting
from chalicelib.labels import STALE_LABEL

__all__ = ["Policy", "plan"]


def plan(row: AlertState, now: datetime, policy: Policy) -> Step:
    """Decide what changes on GitHub next.

    Even if nothing does, mirrors may still be owed something, or a heartbeat be expected.
    """
    if row.lease and row.lease.until > now:
        return Nothing(Quiet.IN_PROGRESS, row.lease.until)
    step = _on_github(row, now, policy)
    if not isinstance(step, Nothing):
        return step
    times = (step.due_at, row.status.mirror_at, heartbeats.wakes_at(row.spec, now))
    return replace(step, due_at=min((at for at in times if at), default=None))


def _on_github(row: AlertState, now: datetime, policy: Policy) -> Step:
    if not policy.enabled:
        return Nothing(Quiet.DISABLED, now + policy.update_interval)
    if row.intent:
        return _unfinished(row, row.intent, now, policy)
    if row.spec.alert is None:
        return Nothing(Quiet.BEATING if heartbeats.newest(row.spec) else Quiet.UP_TO_DATE)
    if row.status.superseded:
        return (CloseSuperseded if row.spec.news else CloseDuplicate)(row.status.superseded)
    if wish := asked(row, now):
        return wish
    step = _firing if row.spec.firing else resolved
    step = notification if row.spec.news else step
    return waiting(row, listening(row, step(row, row.spec.alert, now, policy)), policy.routing)


def _unfinished(row: AlertState, intent: Intent, now: datetime, policy: Policy) -> Step:
    """Resolve an unknown outcome before anything else, whatever the provider has reported since."""
    issue = row.status.issue
    if intent.verb not in (Verb.OPEN, Verb.COMMENT) and issue:
        return ReadIssue(issue.ref)
    if intent.looked_at and now < intent.looked_at + policy.look_interval:
        return Nothing(Quiet.LOOKED, intent.looked_at + policy.look_interval)
    return Recover(intent)


def _firing(row: AlertState, alert: AlertEvent, now: datetime, policy: Policy) -> Step:
    issue = row.status.issue
    if step := held_back(row, now, policy):
        return step
    if issue is None or not issue.open or of_another(row):
        return opening(row, now, policy)
    if step := while_flapping(row, issue, alert, now, policy):
        return step
    if issue.episode != row.spec.episode or (issue.priority, issue.teams) != (alert.priority, alert.teams):
        return UpdateIssue(issue.ref)
    if (link := row.status.incident) and link.ref and issue.incident != link.ref:
        return UpdateIssue(issue.ref)
    unheard_at = stale_at(row.spec, policy.stale_after)
    stale = (STALE_LABEL,) if unheard_at and now >= unheard_at else ()
    return relabel(issue, (*policy.routing.labels(alert), *stale)) or _say(row, issue, alert, now, policy)


def _say(row: AlertState, issue: Issue, alert: AlertEvent, now: datetime, policy: Policy) -> Step:
    """Escalate at once, and write what people wait for; the body says that it is stale before a comment does.

    Then write whatever is new: comments at limited intervals, the body a little more often.
    """
    news, unheard_at = issue.generation < row.spec.generation, stale_at(row.spec, policy.stale_after)
    stale = STALE_LABEL in issue.labels
    if stale and unheard_at and issue.spoke_at < unheard_at:
        return UpdateIssue(issue.ref)
    if step := escalation(row, issue, alert) or next_tier(row, issue, now, policy):
        return step
    loud = may_comment(issue, policy)
    if loud and (key := _at_once(row, issue)):
        return AddComment(issue.ref, key)
    if not news:
        return Nothing(Quiet.UP_TO_DATE, None if stale else unheard_at)
    repeat = Comment.REPEAT.key(row.spec.generation)
    may_repeat = loud and not issue.acked_by and repeat != issue.comment_key and alert.source not in own.OWN
    if may_repeat and now >= issue.commented_at + policy.comment_interval:
        return AddComment(issue.ref, repeat)
    update_at = issue.spoke_at + min(policy.update_interval, own.of(alert.source).updates_every)
    return UpdateIssue(issue.ref) if now >= update_at else Nothing(Quiet.LATER, update_at)


def _at_once(row: AlertState, issue: Issue) -> str | None:
    """Name the comment that does not wait for its interval."""
    if row.status.snoozed_until:
        return Comment.SNOOZE.key(row.status.snoozed_until)
    stale = Comment.STALE.key(row.spec.seen_at)
    return stale if STALE_LABEL in issue.labels and stale not in issue.once else None
