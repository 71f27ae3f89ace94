"""Record: what a message means for the row. Pure.

Times are the provider's; of a source that repeats itself, when its messages were received counts too.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib import sources
from chalicelib.alert import AlertEvent, Condition
from chalicelib.lifecycle import repeats
from chalicelib.lifecycle.history import Reading, insert, placed, read
from chalicelib.lifecycle.spec import Episode, Moment, Spec
from chalicelib.lifecycle.state import AlertState

DUPLICATE = timedelta(seconds=60)
CLOCK_AHEAD = timedelta(minutes=10)
MOST_EPISODES = 20


class Reason(StrEnum):
    """The rule that applied to a message; the table in the README is these."""

    FIRST_FIRING = "FIRST_FIRING"
    RESOLVED_UNSEEN = "RESOLVED_UNSEEN"
    STALE = "STALE"
    DUPLICATE = "DUPLICATE"
    RECURRED_UNRESOLVED = "RECURRED_UNRESOLVED"
    REPEAT = "REPEAT"
    FIRING_LATE = "FIRING_LATE"
    RESOLVED_LATE = "RESOLVED_LATE"
    RESOLVED = "RESOLVED"
    RECURRED = "RECURRED"
    ALREADY_RESOLVED = "ALREADY_RESOLVED"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The row after a message, and why it is so.

    `row` is the very row given where there is nothing to write.
    """

    row: AlertState
    reason: Reason


@dataclass(frozen=True, slots=True)
class _News:
    """A message beside what is known: the readings before and after it.

    `at` is its time among the others'; None for a firing that is not of the newest period.
    """

    spec: Spec
    alert: AlertEvent
    received_at: datetime
    moments: tuple[Moment, ...]
    before: Reading
    after: Reading
    at: datetime | None

    @property
    def same_words(self) -> bool:
        """Whether nothing is new but when it was received."""
        before, after = (
            {(m.at, m.condition, m.anew) for m in each} for each in (self.spec.moments, self.moments)
        )
        return before == after


def record(
    row: AlertState | None, alert: AlertEvent, received_at: datetime, duplicate: timedelta = DUPLICATE
) -> Recorded:
    """Decide what an alert changes.

    `received_at` is when its message was received, so that a redelivery decides the same.
    """
    moment = _moment(alert, received_at)
    if row is None:
        return _first(alert, moment, received_at)
    news = _news(row.spec, alert, moment, received_at)
    reason = _reason(news)
    if reason is Reason.REPEAT and _delivered_twice(news, duplicate):
        reason = Reason.DUPLICATE
    elif reason is Reason.REPEAT and _said_before(news):
        reason = Reason.STALE
    spec = _spec(news, reason)
    return Recorded(row if spec == row.spec else replace(row, spec=spec), reason)


def _moment(alert: AlertEvent, received_at: datetime) -> Moment:
    """Read the alert's time.

    One from a clock far ahead would make later messages stale, so the time it was received is taken for it.
    """
    received = received_at if sources.repeats(alert.source) else None
    if alert.occurred_at > received_at + CLOCK_AHEAD:
        return Moment(received_at, alert.state, received=received)
    anew = alert.began_anew and alert.state is Condition.FIRING
    return Moment(alert.occurred_at, alert.state, anew, received)


def _news(spec: Spec, alert: AlertEvent, moment: Moment, received_at: datetime) -> _News:
    known = _received(spec) if moment.received else spec.moments
    moments = insert(known, moment)
    at = placed(moments, moment) if moment.condition is Condition.FIRING else moment.at
    return _News(spec, alert, received_at, moments, read(known), read(moments), at)


def _received(spec: Spec) -> tuple[Moment, ...]:
    """The moments; those that do not say when they were received, were by when the row was last seen."""
    return tuple(m if m.received else replace(m, received=spec.seen_at) for m in spec.moments)


def _first(alert: AlertEvent, moment: Moment, received_at: datetime) -> Recorded:
    at = moment.at
    if alert.state is Condition.RESOLVED:
        tombstone = Spec(alert.state, at, received_at, (moment,))
        return Recorded(AlertState(alert.fingerprint, tombstone), Reason.RESOLVED_UNSEEN)
    spec = Spec(alert.state, at, received_at, (moment,), episode=at, fired_at=at, count=1, alert=alert)
    return Recorded(AlertState(alert.fingerprint, spec), Reason.FIRST_FIRING)


def _reason(news: _News) -> Reason:
    """Find the rule that applies; what is older than the row is stale unless it moves the episode."""
    before, after = news.before, news.after
    if news.alert.state is Condition.RESOLVED:
        return _reason_of_resolution(before, after)
    if (before.condition, after.condition) == (Condition.RESOLVED, Condition.FIRING):
        return Reason.RECURRED
    moved = after.episode != before.episode
    fires = before.condition is Condition.FIRING and news.at is not None
    if fires and news.at and news.at >= before.at:
        return Reason.RECURRED_UNRESOLVED if moved else Reason.REPEAT
    if moved and before.episode:
        return Reason.FIRING_LATE
    # Alertmanager moves a start back where another replica of Prometheus saw it sooner (types.Alert.Merge).
    again = fires and sources.repeats(news.alert.source) and news.received_at > news.spec.seen_at
    return Reason.REPEAT if again else Reason.STALE


def _reason_of_resolution(before: Reading, after: Reading) -> Reason:
    if before.condition is Condition.FIRING and after.condition is Condition.RESOLVED:
        return Reason.RESOLVED
    if before.condition is after.condition is Condition.RESOLVED and after.at > before.at:
        return Reason.ALREADY_RESOLVED
    return Reason.RESOLVED_LATE if after.episode != before.episode else Reason.STALE


def _delivered_twice(news: _News, duplicate: timedelta) -> bool:
    """Providers and SNS deliver twice, some three times at once."""
    known = news.spec.alert
    return (
        news.at == news.before.at
        and news.same_words
        and news.received_at - news.spec.seen_at < duplicate
        and known is not None
        and known.says_the_same_as(news.alert)
    )


def _said_before(news: _News) -> bool:
    """Of two messages about the same moment the one received later counts, such as one with a new priority.

    A redelivery of the earlier one must not undo it.
    """
    return news.same_words and news.received_at < news.spec.seen_at


def _spec(news: _News, reason: Reason) -> Spec:
    """Write down the times as they now read, and what there is to tell."""
    spec, after = news.spec, news.after
    timed = replace(
        spec,
        condition=after.condition,
        at=after.at,
        episode=after.episode,
        fired_at=after.fired_at,
        moments=news.moments,
    )
    if reason in (Reason.STALE, Reason.DUPLICATE):
        return timed
    seen = replace(timed, seen_at=max(spec.seen_at, news.received_at))
    if reason is Reason.ALREADY_RESOLVED:
        return seen
    told = replace(seen, generation=spec.generation + 1)
    match reason:
        case Reason.REPEAT:
            every = repeats.learned(spec, news.alert.source, news.received_at)
            return replace(told, alert=news.alert, count=spec.count + 1, repeats_every=every)
        case Reason.RECURRED:
            return replace(told, alert=news.alert, count=1, resolution=None)
        case Reason.RECURRED_UNRESOLVED:
            return replace(told, alert=news.alert, count=1, resolution=None, episodes=_episodes(news, None))
    resolution = _told_of(news.alert) if reason is Reason.RESOLVED else spec.resolution
    return replace(told, resolution=resolution, episodes=_episodes(news, resolution))


def _told_of(resolution: AlertEvent) -> AlertEvent:
    """What of a resolution is told; the firing's own payload is large enough for a row."""
    return resolution.model_copy(update={"raw_provider": None, "labels": {}})


def _episodes(news: _News, resolution: AlertEvent | None) -> tuple[Episode, ...]:
    """The ended episodes as they now read: the one before, and the newest if it is resolved."""
    before, after = news.before, news.after
    episodes = [e for e in news.spec.episodes if e.began not in (before.episode, after.episode)]
    if before.episode and after.episode and before.episode < after.episode:
        ended = min(max(news.at or before.episode, before.episode), after.episode)
        episodes.append(Episode(before.episode, ended))
    if after.condition is Condition.RESOLVED and after.episode and after.ended_at:
        episodes.append(Episode(after.episode, after.ended_at, resolution is None or resolution.recovered))
    return tuple(episodes[-MOST_EPISODES:])
