"""Plan: the one step between what GitHub shows and what it should show. Pure and level-triggered."""

from datetime import datetime

from chalicelib.alert import AlertEvent, Condition
from chalicelib.labels import FLAPPING_LABEL, RESOLVED_LABEL, STALE_LABEL
from chalicelib.lifecycle.escalation import escalation
from chalicelib.lifecycle.flapping import flapping_until
from chalicelib.lifecycle.held import (
    asked,
    closed_in_this_episode,
    held_back,
    listening,
    may_comment,
    wrongly_over,
)
from chalicelib.lifecycle.issue import Closer
from chalicelib.lifecycle.policy import Policy
from chalicelib.lifecycle.repeats import stale_at
from chalicelib.lifecycle.state import AlertState, Intent, Issue, Verb
from chalicelib.lifecycle.steps import (
    AddComment,
    AddLabels,
    CloseDuplicate,
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

__all__ = ["Policy", "plan"]


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
    if row.status.superseded:
        return CloseDuplicate(row.status.superseded)
    if wish := asked(row, now, policy):
        return wish
    step = _firing if row.spec.condition is Condition.FIRING else _resolved
    return listening(row, step(row, row.spec.alert, now, policy))


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
    if step := held_back(row, now, policy):
        return step
    if issue is None or not issue.open:
        return _opening(row, now, policy)
    if step := _flapping(row, issue, alert, now, policy):
        return step
    if issue.episode != row.spec.episode or (issue.priority, issue.teams) != (alert.priority, alert.teams):
        return UpdateIssue(issue.ref)
    unheard_at = stale_at(row.spec, policy.stale_after)
    stale = (STALE_LABEL,) if unheard_at and now >= unheard_at else ()
    relabel = _relabel(issue, (*policy.routing.labels(alert), *stale))
    return relabel or _say(row, issue, alert, now, policy)


def _flapping(row: AlertState, issue: Issue, alert: AlertEvent, now: datetime, policy: Policy) -> Step | None:
    """Whatever it does, the issue stays open, and only its text is rewritten every so often.

    But when it gets worse, people are called all the same.
    """
    until = flapping_until(row, now, policy.flapping_quiet)
    if until is None:
        return None
    if FLAPPING_LABEL not in issue.labels:
        return AddLabels(issue.ref, (FLAPPING_LABEL,))
    if step := escalation(row, issue, alert, policy):
        return step
    update_at = issue.spoke_at + policy.update_interval
    if issue.generation >= row.spec.generation:
        return Nothing(Quiet.FLAPPING, until)
    if now < update_at:
        return Nothing(Quiet.FLAPPING, min(update_at, until))
    return _relabel(issue, (*policy.routing.labels(alert), FLAPPING_LABEL)) or UpdateIssue(issue.ref)


def _opening(row: AlertState, now: datetime, policy: Policy) -> Step:
    """Choose between a fresh issue and the one closed a moment ago, which a flapping alert keeps.

    An issue that a person took for over is opened again if its episode goes on.
    """
    issue = row.status.issue
    if issue and issue.over_at:
        ours, same = issue.closed_by is Closer.US, issue.episode == row.spec.episode
        if (same and (ours or wrongly_over(row))) or (ours and now - issue.over_at < policy.reopen_window):
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
    """An escalation at once, and what people wait for; that it is stale, first in the body.

    Otherwise whatever is new, a comment at most every so often, the body a little more often.
    """
    news, unheard_at = issue.generation < row.spec.generation, stale_at(row.spec, policy.stale_after)
    stale = STALE_LABEL in issue.labels
    if stale and unheard_at and issue.spoke_at < unheard_at:
        return UpdateIssue(issue.ref)
    if step := escalation(row, issue, alert, policy):
        return step
    loud = may_comment(issue, policy)
    if loud and (key := _at_once(row, issue)):
        return AddComment(issue.ref, key)
    if not news:
        return Nothing(Quiet.UP_TO_DATE, None if stale else unheard_at)
    repeat = f"repeat-{row.spec.generation}"
    may_repeat = loud and not issue.acked_by and repeat != issue.comment_key
    if may_repeat and now >= issue.commented_at + policy.comment_interval:
        return AddComment(issue.ref, repeat)
    update_at = issue.spoke_at + policy.update_interval
    return UpdateIssue(issue.ref) if now >= update_at else Nothing(Quiet.LATER, update_at)


def _at_once(row: AlertState, issue: Issue) -> str | None:
    """Name the comment that does not wait for its interval."""
    if row.status.snoozed_until:
        return f"snooze-{row.status.snoozed_until:%Y%m%dT%H%M%S%f}"
    stale = f"stale-{row.spec.seen_at:%Y%m%dT%H%M%S%f}"
    return stale if STALE_LABEL in issue.labels and stale not in issue.once else None


def _resolved(row: AlertState, alert: AlertEvent, now: datetime, policy: Policy) -> Step:
    issue, spec, snoozed_until = row.status.issue, row.spec, row.status.snoozed_until
    if issue and issue.open and issue.kept_open:
        return Nothing(Quiet.REOPENED_BY_PERSON)
    if issue and issue.muted:
        return Nothing(Quiet.MUTED)
    if issue and issue.open and snoozed_until and now < snoozed_until:
        return Nothing(Quiet.SNOOZED, snoozed_until)
    if issue and issue.open:
        return _flapping(row, issue, alert, now, policy) or _close(row, issue, alert, policy)
    told = row.status.told is not None and spec.episode is not None and row.status.told >= spec.episode
    if told or closed_in_this_episode(row):
        return Nothing(Quiet.UP_TO_DATE)
    if not alert.priority.urgent and _long_over(row, now, policy):
        return Nothing(Quiet.RESOLVED_UNTOLD)
    return held_back(row, now, policy) or _opening(row, now, policy)


def _long_over(row: AlertState, now: datetime, policy: Policy) -> bool:
    """Whether its end was written down so long ago that GitHub was not there, or was not to be told.

    Not when it ended: of what waited in the queue, its beginning may be in another batch than its end, and
    is told then.
    """
    return row.spec.recorded_at is None or now - row.spec.recorded_at >= policy.told_within


def _close(row: AlertState, issue: Issue, alert: AlertEvent, policy: Policy) -> Step:
    """Close it, labelled as what it was last.

    Where the team wants its issues left open, say so by label and comment instead.
    """
    resolution = row.spec.resolution
    over = next((label for label in (FLAPPING_LABEL, STALE_LABEL) if label in issue.labels), None)
    if over:
        return RemoveLabel(issue.ref, over)
    if policy.routing.route(alert.teams).close_on_resolve:
        close = CloseIssue(issue.ref, recovered=resolution is None or resolution.recovered)
        return _relabel(issue, policy.routing.labels(alert)) or close
    if issue.generation < row.spec.generation:
        return UpdateIssue(issue.ref)
    relabel = _relabel(issue, (*policy.routing.labels(alert), RESOLVED_LABEL))
    key = f"resolved-{row.spec.episode:%Y%m%dT%H%M%S%f}"
    if relabel or not policy.comments or issue.comments_closed or issue.quiet or issue.comment_key == key:
        return relabel or Nothing(Quiet.UP_TO_DATE)
    return AddComment(issue.ref, key)
