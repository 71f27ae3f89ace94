"""Flapping: to people, a condition that keeps ending and starting again is one thing. Pure."""

from datetime import datetime, timedelta

from chalicelib.adapters import own
from chalicelib.alert import AlertEvent
from chalicelib.conditions.escalation import escalation
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.relabel import relabel
from chalicelib.conditions.row import AlertState, Issue
from chalicelib.conditions.steps import AddLabels, Step, UpdateIssue
from chalicelib.conditions.tiers import next_tier
from chalicelib.labels import FLAPPING_LABEL

FLAPS = 4
ON_PURPOSE = frozenset({own.CANARY})
"""Sources whose conditions come and go by design."""


def flapping_until(row: AlertState, now: datetime, quiet: timedelta) -> datetime | None:
    """Return when a flapping condition will have been quiet for long enough; None if it does not flap.

    It flaps from the fourth end within `quiet`; the label on its issue records that. The ends are by the
    provider's clock, so flapping may begin or end up to ten minutes early or late.
    """
    spec, issue = row.spec, row.status.issue
    ends = [episode.ended for episode in spec.episodes]
    newest = max([*ends, *([spec.episode] if spec.episode else [])], default=None)
    on_purpose = spec.alert is not None and spec.alert.source in ON_PURPOSE
    if newest is None or on_purpose or now >= newest + quiet:
        return None
    known = issue is not None and FLAPPING_LABEL in issue.labels
    recent = sum(end > now - quiet for end in ends)
    return newest + quiet if known or recent >= FLAPS else None


def while_flapping(
    row: AlertState, issue: Issue, alert: AlertEvent, now: datetime, policy: Policy
) -> Step | None:
    """Keep the issue open, whatever the condition does, and rewrite only its text, from time to time.

    If it gets worse, or nobody acknowledges it, people are still called.
    """
    until = flapping_until(row, now, policy.flapping_quiet)
    if until is None:
        return None
    if FLAPPING_LABEL not in issue.labels:
        return AddLabels(issue.ref, (FLAPPING_LABEL,))
    if step := escalation(row, issue, alert) or next_tier(row, issue, now, policy):
        return step
    update_at = issue.spoke_at + min(policy.update_interval, own.of(alert.source).updates_every)
    if issue.generation >= row.spec.generation:
        return Nothing(Quiet.FLAPPING, until)
    if now < update_at:
        return Nothing(Quiet.FLAPPING, min(update_at, until))
    return relabel(issue, (*policy.routing.labels(alert), FLAPPING_LABEL)) or UpdateIssue(issue.ref)
