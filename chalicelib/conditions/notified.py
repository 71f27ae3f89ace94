"""Notified: what a message means for a row of notifications, which neither begin nor end. Pure.

Such a row never fires: its condition is RESOLVED, and each notification is an episode of no length. The
newest is the row's. Older ones were superseded, so only their times are kept.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.adapters import registry
from chalicelib.alert import AlertEvent, Condition, Kind
from chalicelib.conditions.clocks import APART
from chalicelib.conditions.periods import TICK
from chalicelib.conditions.reasons import Reason
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.spec import MOST_EPISODES, Episode, Moment, Spec


def concerns(row: AlertState | None, alert: AlertEvent) -> bool:
    """Whether a message is recorded here; the end of anything but news is handled like any condition's."""
    news = alert.kind is Kind.NOTIFICATION
    return news and (alert.state is Condition.FIRING or (row is not None and row.spec.news))


def notified(
    row: AlertState | None, alert: AlertEvent, at: datetime, received_at: datetime
) -> tuple[AlertState, Reason]:
    """Decide what news changes; `at` is its time. If nothing changes, the row is returned as it is."""
    if row is None:
        return AlertState(alert.fingerprint, _spec(None, alert, at, received_at)), Reason.NOTIFIED
    spec, known = row.spec, row.spec.alert
    if known is None or not spec.news:
        return replace(row, spec=_spec(spec, alert, at, received_at)), Reason.NOTIFIED
    if alert.state is Condition.RESOLVED:
        return _withdrawn(row, known, alert, at, received_at)
    if (known.identity, known.occurred_at) == (alert.identity, alert.occurred_at):
        return _again(row, known, alert, received_at)
    at = at + TICK if at == spec.at and known.identity != alert.identity else at
    if at <= spec.at + _times_differ_by(alert):
        return row, Reason.STALE
    return replace(row, spec=_spec(spec, alert, at, received_at)), Reason.NOTIFIED


def _by_provider(alert: AlertEvent) -> bool:
    """Whether a provider reports it, which sends an end as soon as a rule's expression no longer holds."""
    return alert.source in registry.PROVIDERS


def _times_differ_by(alert: AlertEvent) -> timedelta:
    """Replicas of Prometheus report starts seconds apart, and CloudWatch two times for one change."""
    return APART if _by_provider(alert) else timedelta()


def _spec(before: Spec | None, alert: AlertEvent, at: datetime, received_at: datetime) -> Spec:
    earlier = before.episodes if before and before.news else ()
    early = before.early if before and not _by_provider(alert) else None
    withdrawn = early is not None and early.identity == alert.identity and early.occurred_at >= at
    if before and before.news and before.episode:
        earlier = (*earlier, Episode(before.episode, before.episode))[-MOST_EPISODES:]
    return Spec(
        condition=Condition.RESOLVED,
        at=at,
        seen_at=max(received_at, before.seen_at) if before else received_at,
        moments=(Moment(at, Condition.RESOLVED),),
        episode=at,
        fired_at=at,
        count=1,
        alert=alert,
        resolution=early if withdrawn else None,
        episodes=earlier,
        generation=before.generation + 1 if before else 1,
        episode_heard_at=received_at,
        early=early,
    )


def _again(
    row: AlertState, known: AlertEvent, alert: AlertEvent, received_at: datetime
) -> tuple[AlertState, Reason]:
    """Handle a copy of the same notification, or a correction of its words, of which the later counts."""
    spec = row.spec
    if known.says_the_same_as(alert) and known.expires_at == alert.expires_at:
        return row, Reason.DUPLICATE
    if received_at < spec.seen_at:
        return row, Reason.STALE
    corrected = replace(spec, alert=alert, seen_at=received_at, generation=spec.generation + 1)
    return replace(row, spec=corrected), Reason.REPEAT


def _withdrawn(
    row: AlertState, known: AlertEvent, alert: AlertEvent, at: datetime, received_at: datetime
) -> tuple[AlertState, Reason]:
    """Whether its sender withdrew it; a provider only says that a rule's expression no longer holds.

    The withdrawn notification may still be on its way, so the newest end is remembered.
    """
    spec = row.spec
    if _by_provider(alert) or at < spec.at or (spec.early and at <= spec.early.occurred_at):
        return row, Reason.STALE
    end = alert.model_copy(update={"raw_provider": None})
    seen = replace(spec, early=end, seen_at=max(spec.seen_at, received_at))
    if known.identity != alert.identity:
        return replace(row, spec=seen), Reason.RESOLVED_UNSEEN
    if spec.resolution:
        return replace(row, spec=seen), Reason.ALREADY_RESOLVED
    return replace(row, spec=replace(seen, resolution=end, generation=spec.generation + 1)), Reason.RESOLVED
