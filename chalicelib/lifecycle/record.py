"""Record: what a message means for the row. Pure, and in the provider's time alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.alert import AlertEvent, Condition
from chalicelib.lifecycle import repeats
from chalicelib.lifecycle.history import Reading, insert, read
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
    """A message beside what is known: the readings before and after it."""

    spec: Spec
    alert: AlertEvent
    moment: Moment
    moments: tuple[Moment, ...]
    before: Reading
    after: Reading


def record(
    row: AlertState | None, alert: AlertEvent, sent_at: datetime, duplicate: timedelta = DUPLICATE
) -> Recorded:
    """Decide what an alert changes.

    `sent_at` is when its message was sent, so that a redelivery decides the same.
    """
    moment = _moment(alert, sent_at)
    if row is None:
        return _first(alert, moment, sent_at)
    moments = insert(row.spec.moments, moment)
    news = _News(row.spec, alert, moment, moments, read(row.spec.moments), read(moments))
    reason = _reason(news)
    if reason is Reason.REPEAT and _delivered_twice(news, sent_at, duplicate):
        return Recorded(row, Reason.DUPLICATE)
    if reason is Reason.REPEAT and _said_before(news, sent_at):
        return Recorded(row, Reason.STALE)
    if reason is Reason.STALE and moments == row.spec.moments:
        return Recorded(row, reason)
    return Recorded(replace(row, spec=_spec(news, reason, sent_at)), reason)


def _moment(alert: AlertEvent, sent_at: datetime) -> Moment:
    """Read the alert's time.

    One from a clock far ahead would make later messages stale, so the sending is taken for it.
    """
    if alert.occurred_at > sent_at + CLOCK_AHEAD:
        return Moment(sent_at, alert.state)
    return Moment(alert.occurred_at, alert.state, alert.began_anew and alert.state is Condition.FIRING)


def _first(alert: AlertEvent, moment: Moment, sent_at: datetime) -> Recorded:
    at = moment.at
    if alert.state is Condition.RESOLVED:
        tombstone = Spec(alert.state, at, sent_at, (moment,))
        return Recorded(AlertState(alert.fingerprint, tombstone), Reason.RESOLVED_UNSEEN)
    spec = Spec(alert.state, at, sent_at, (moment,), episode=at, fired_at=at, count=1, alert=alert)
    return Recorded(AlertState(alert.fingerprint, spec), Reason.FIRST_FIRING)


def _reason(news: _News) -> Reason:
    """Find the rule that applies; what is older than the row is stale unless it moves the episode."""
    before, after, at = news.before, news.after, news.moment.at
    if news.alert.state is Condition.RESOLVED:
        return _reason_of_resolution(before, after, at)
    if before.condition is Condition.RESOLVED and at > before.at:
        return Reason.RECURRED
    if before.condition is Condition.FIRING and at >= before.at:
        return Reason.RECURRED_UNRESOLVED if after.episode != before.episode else Reason.REPEAT
    moved = before.episode is not None and after.episode != before.episode
    return Reason.FIRING_LATE if moved else Reason.STALE


def _reason_of_resolution(before: Reading, after: Reading, at: datetime) -> Reason:
    if before.condition is Condition.FIRING and after.condition is Condition.RESOLVED:
        return Reason.RESOLVED
    if before.condition is Condition.RESOLVED and at > before.at:
        return Reason.ALREADY_RESOLVED
    return Reason.RESOLVED_LATE if after.episode != before.episode else Reason.STALE


def _delivered_twice(news: _News, sent_at: datetime, duplicate: timedelta) -> bool:
    """Providers and SNS deliver twice, some three times at once."""
    known = news.spec.alert
    return (
        news.moment.at == news.before.at
        and news.moments == news.spec.moments
        and sent_at - news.spec.seen_at < duplicate
        and known is not None
        and known.says_the_same_as(news.alert)
    )


def _said_before(news: _News, sent_at: datetime) -> bool:
    """Of two messages about the same moment the one sent later counts, such as one with a new priority.

    A redelivery of the earlier one must not undo it.
    """
    return news.moments == news.spec.moments and sent_at < news.spec.seen_at


def _spec(news: _News, reason: Reason, sent_at: datetime) -> Spec:
    """Write down the times as they now read, and what there is to tell."""
    spec, after = news.spec, news.after
    timed = replace(
        spec,
        condition=after.condition,
        at=after.at,
        episode=after.episode,
        fired_at=after.fired_at,
        moments=news.moments,
        seen_at=max(spec.seen_at, sent_at),
    )
    if reason in (Reason.STALE, Reason.ALREADY_RESOLVED):
        return timed
    told = replace(timed, generation=spec.generation + 1)
    match reason:
        case Reason.REPEAT:
            every = repeats.learned(spec, news.alert.source, sent_at)
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
        episodes.append(Episode(before.episode, news.moment.at))
    if after.condition is Condition.RESOLVED and after.episode and after.ended_at:
        episodes.append(Episode(after.episode, after.ended_at, resolution is None or resolution.recovered))
    return tuple(episodes[-MOST_EPISODES:])
