"""Heartbeats: when a heartbeat is overdue, and what that means. Pure.

A heartbeat's row is about the condition that no heartbeat arrives. Each heartbeat is a RESOLVED of it, at the
time at which we received it, so that no other clock counts. When the next one is overdue, FIRING is recorded
as if a provider had reported it. The interval is the one that is stated, or else learned from the heartbeats
themselves, since Alertmanager does not send its `repeat_interval` (github.com/prometheus/alertmanager,
template.Data).

A missing heartbeat proves nothing while Alerting's own queue is stuck. So before a heartbeat is overdue,
reconcile sends a message of its own through the topic, a trial; only if trials arrive is the silence real.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.adapters.group import REPEATS
from chalicelib.alert import AlertEvent, Condition, Kind
from chalicelib.alert_values import LONGEST_INTERVAL, SHORTEST_INTERVAL
from chalicelib.conditions.repeats import towards
from chalicelib.conditions.spec import Moment, Spec
from chalicelib.quantities import quantity

LEAST_GRACE, MOST_GRACE = timedelta(minutes=2), timedelta(hours=1)
"""Bounds for the grace, which is half the interval if none is set."""

EARLY = timedelta(seconds=90)
"""How long before its deadline a heartbeat is first looked at; reconcile runs at least once in that time."""

SETTLED = timedelta(minutes=6)
"""How long after an outage the backlog has arrived: longer than the longest delay of `requeue`."""

BLIND = timedelta(minutes=30)
"""How long trials may be missing before silence is reported anyway."""

AGAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Trials:
    """What is known of our own queue: when the trials that arrived were sent, and since when none has."""

    arrived: tuple[datetime, ...] = ()
    unanswered_since: datetime | None = None

    def prove(self, asked_at: datetime, deadline: datetime, now: datetime) -> bool:
        """Whether all that was sent in time has arrived: a trial came before the deadline, or time enough."""
        since = [sent for sent in self.arrived if sent >= asked_at]
        return any(sent <= deadline or sent + SETTLED <= now for sent in since)

    def blind(self, now: datetime) -> bool:
        """Whether trials have been missing for so long that waiting for one would hide the silence."""
        return self.unanswered_since is not None and now - self.unanswered_since >= BLIND


def placed(spec: Spec | None, alert: AlertEvent, received_at: datetime) -> AlertEvent:
    """Give a heartbeat the time at which it was received; a silence, which is ours, has its own time.

    If a heartbeat waited in the queue while we reported silence, it ends that silence.
    """
    if alert.kind is not Kind.HEARTBEAT or alert.began_anew:
        return alert
    at = received_at
    if spec and spec.firing and spec.alert and spec.alert.began_anew:
        last = _last(spec)
        at = max(at, spec.at) if last and at > last and alert.state is Condition.RESOLVED else at
    return alert.model_copy(update={"occurred_at": at})


def newest(spec: Spec) -> AlertEvent | None:
    """Return the last heartbeat while the next is expected; None while it is silent, or once it has ended."""
    if spec.firing:
        return None
    told = spec.early or spec.resolution
    return told if told and told.kind is Kind.HEARTBEAT and told.recovered else None


def deadline(spec: Spec) -> datetime | None:
    """Return when the next heartbeat will be overdue."""
    beat = newest(spec)
    return spec.at + _interval(spec, beat) + _grace(spec, beat) if beat else None


def asks_at(spec: Spec) -> datetime | None:
    """Return when a trial is to be sent, so that it has arrived by the deadline.

    Not before the next heartbeat was due: the queue may have stopped in between.
    """
    beat, overdue_at = newest(spec), deadline(spec)
    if beat is None or overdue_at is None:
        return None
    grace = _grace(spec, beat)
    return overdue_at - min(grace, max(EARLY, min(grace / 2, SETTLED)))


def wakes_at(spec: Spec, now: datetime) -> datetime | None:
    """Return when to look at a heartbeat next; None if only a message can make a difference.

    From when a trial is needed it is looked at each minute, after the rows that are due by then.
    """
    at = asks_at(spec)
    return max(at, now + AGAIN) if at and at <= now else at


def silence(spec: Spec, trials: Trials, now: datetime) -> AlertEvent | None:
    """Return what is to be recorded for a heartbeat that is certainly overdue; None if it is not."""
    beat, asked_at, overdue_at = newest(spec), asks_at(spec), deadline(spec)
    if beat is None or asked_at is None or overdue_at is None or now < overdue_at:
        return None
    proven = trials.prove(asked_at, overdue_at, now)
    if not (proven or trials.blind(now)):
        return None
    every = quantity(_interval(spec, beat).total_seconds(), "Seconds")
    reason = f"The last heartbeat came at {spec.at:%Y-%m-%d %H:%M} UTC; one is due every {every}."
    if not proven:
        reason += " Alerting's own test messages have not arrived either, so its queue may be at fault."
    update = {"state": Condition.FIRING, "occurred_at": overdue_at, "reason": reason, "began_anew": True}
    return beat.model_copy(update=update)


def learned(spec: Spec, alert: AlertEvent, received_at: datetime) -> timedelta | None:
    """Return how often a heartbeat comes, now that a message of it was received."""
    last = _last(spec)
    if alert.state is Condition.FIRING or last is None or received_at <= last:
        return spec.repeats_every
    interval = towards(received_at - last, spec.repeats_every or REPEATS)
    return min(max(SHORTEST_INTERVAL, interval), LONGEST_INTERVAL)


def few(moments: tuple[Moment, ...]) -> tuple[Moment, ...]:
    """Of the heartbeats since the last silence, keep the one that ended it, and the newest."""
    fired = max(
        (place for place, each in enumerate(moments) if each.condition is Condition.FIRING), default=-1
    )
    after = moments[fired + 1 :]
    ended = after[:1] if fired >= 0 else ()
    return moments[: fired + 1] + tuple(dict.fromkeys((*ended, *after[-1:])))


def _last(spec: Spec) -> datetime | None:
    """Return when the last heartbeat was received; None if there was none."""
    ends = (each.at for each in spec.moments if each.condition is Condition.RESOLVED)
    return max(ends, default=None)


def _interval(spec: Spec, beat: AlertEvent | None) -> timedelta:
    stated = beat.interval if beat else None
    return stated or spec.repeats_every or REPEATS


def _grace(spec: Spec, beat: AlertEvent | None) -> timedelta:
    stated = beat.grace if beat else None
    return stated or min(max(LEAST_GRACE, _interval(spec, beat) / 2), MOST_GRACE)
