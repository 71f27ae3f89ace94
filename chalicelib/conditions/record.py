"""Record: what a message means for the row. Pure.

Times are the provider's; for a source that repeats itself, the time of receipt counts too.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.adapters import registry
from chalicelib.alert import AlertEvent, Condition, Kind
from chalicelib.conditions import heartbeats, notified, readings, repeats, title
from chalicelib.conditions.moments import insert, placed, read, said_last
from chalicelib.conditions.reasons import News, Reason, ended_by_another, reason_of
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.spec import MOST_EPISODES, Episode, Moment, Spec

__all__ = ["Reason", "Recorded", "record"]

DUPLICATE = timedelta(seconds=60)
CLOCK_AHEAD = timedelta(minutes=10)
NO_NEWS = (Reason.STALE, Reason.DUPLICATE, Reason.ALREADY_RESOLVED)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The row after a message, and why.

    If there is nothing to write, `row` is the same object that was given.
    """

    row: AlertState
    reason: Reason

    def as_of(self, now: datetime) -> AlertState:
        """The row as written at a time; how soon news is shown depends on when it was written."""
        if self.reason in NO_NEWS:
            return self.row
        return replace(self.row, spec=replace(self.row.spec, recorded_at=now))


def record(
    row: AlertState | None, alert: AlertEvent, received_at: datetime, duplicate: timedelta = DUPLICATE
) -> Recorded:
    """Decide what an alert changes.

    `received_at` is when its message was received, so that a redelivery decides the same.
    """
    if notified.concerns(row, alert):
        return Recorded(*notified.notified(row, alert, _moment(alert, received_at).at, received_at))
    alert = heartbeats.placed(row.spec if row else None, title.kept(row, alert, received_at), received_at)
    moment = _moment(alert, received_at)
    if row is None or ended_by_another(row.spec, alert):
        return _first(row, alert, moment, received_at)
    news = _news(row.spec, alert, moment, received_at)
    reason = reason_of(news, duplicate)
    spec = _spec(news, reason)
    return Recorded(row if spec == row.spec else replace(row, spec=spec), reason)


def _moment(alert: AlertEvent, received_at: datetime) -> Moment:
    """Read the alert's time.

    A time from a clock far ahead would make later messages stale, so the time of receipt replaces it.
    """
    received = received_at if registry.repeats(alert) else None
    if alert.occurred_at > received_at + CLOCK_AHEAD:
        return Moment(received_at, alert.state, received=received)
    anew = alert.began_anew and alert.state is Condition.FIRING
    return Moment(alert.occurred_at, alert.state, anew, received)


def _news(spec: Spec, alert: AlertEvent, moment: Moment, received_at: datetime) -> News:
    known = _received(spec) if moment.received else spec.moments
    moments = insert(known, moment)
    if alert.kind is Kind.HEARTBEAT:
        moments = heartbeats.few(moments)
    after, firing = read(moments), moment.condition is Condition.FIRING
    at = placed(after.period, moment) if firing else moment.at
    newest = firing and moments != known and said_last(after.period, moment)
    return News(spec, alert, received_at, moments, read(known), after, at, newest)


def _received(spec: Spec) -> tuple[Moment, ...]:
    """Return the moments; those without a time of receipt count as received when the row was last seen."""
    return tuple(m if m.received else replace(m, received=spec.seen_at) for m in spec.moments)


def _first(row: AlertState | None, alert: AlertEvent, moment: Moment, received_at: datetime) -> Recorded:
    at = moment.at
    if alert.state is Condition.RESOLVED:
        tombstone = Spec(alert.state, at, received_at, (moment,), early=_told_of(alert))
        return Recorded(AlertState(alert.fingerprint, tombstone), Reason.RESOLVED_UNSEEN)
    spec = Spec(alert.state, at, received_at, (moment,), episode=at, fired_at=at, count=1, alert=alert)
    spec = replace(spec, episode_heard_at=received_at, readings=readings.added((), alert, received_at))
    first = replace(row, spec=spec) if row else AlertState(alert.fingerprint, spec)
    return Recorded(first, Reason.FIRST_FIRING)


def _spec(news: News, reason: Reason) -> Spec:
    """Return what is now known, and what there is to report."""
    spec = news.spec
    known = _known(news)
    if reason in (Reason.STALE, Reason.DUPLICATE):
        return known
    seen_at, every = max(spec.seen_at, news.received_at), spec.repeats_every
    if news.alert.kind is Kind.HEARTBEAT:
        every = heartbeats.learned(spec, news.alert, news.received_at)
    if reason is Reason.ALREADY_RESOLVED:
        return replace(known, seen_at=seen_at, repeats_every=every, early=_told_of(news.alert))
    generation = spec.generation + 1
    told = replace(known, seen_at=seen_at, repeats_every=every, generation=generation, listed="")
    match reason:
        case Reason.REPEAT:
            every = repeats.learned(spec, news.alert, news.received_at)
            values = readings.added(spec.readings, news.alert, news.received_at)
            count = spec.count + 1
            return replace(told, alert=news.alert, count=count, repeats_every=every, readings=values)
        case Reason.RECURRED | Reason.RECURRED_UNRESOLVED:
            values = readings.added((), news.alert, news.received_at)
            return replace(told, alert=news.alert, count=1, early=None, readings=values)
        case Reason.FIRING_LATE:
            return replace(told, count=1 if _ahead(news) else spec.count + 1)
    return told


def _known(news: News) -> Spec:
    """Return the times as they now stand, and the messages that belong to them."""
    spec, before, after = news.spec, news.before, news.after
    resolution = _resolution(news)
    same = (before.episode, before.ended_at) == (after.episode, after.ended_at)
    return replace(
        spec,
        condition=after.condition,
        at=after.at,
        episode=after.episode,
        fired_at=after.fired_at,
        moments=news.moments,
        episode_heard_at=_episode_heard_at(news),
        alert=news.alert if news.newest else spec.alert,
        resolution=resolution,
        episodes=spec.episodes if same else _episodes(news, resolution),
    )


def _ahead(news: News) -> bool:
    """Whether a newer episode has begun."""
    before, after = news.before.episode, news.after.episode
    return after is not None and (before is None or before < after)


def _resolution(news: News) -> AlertEvent | None:
    """Return what ended the newest episode: the first end that was received, perhaps before the firing."""
    spec, before, after = news.spec, news.before, news.after
    if after.condition is Condition.FIRING:
        return None
    if news.alert.state is Condition.RESOLVED:
        return _told_of(news.alert) if before.condition is Condition.FIRING else spec.resolution
    return spec.resolution if after.ended_at == before.ended_at else spec.early or spec.resolution


def _episode_heard_at(news: News) -> datetime | None:
    """When the episode, as it now reads, was first reported to us.

    If a late end splits it off, we only know that it was by the time the row was last seen.
    """
    before, after, spec = news.before, news.after, news.spec
    if after.episode == before.episode or after.episode is None:
        sooner = news.alert.state is Condition.FIRING and news.at == after.episode
        heard_at = spec.episode_heard_at
        return min(heard_at, news.received_at) if heard_at and sooner else heard_at
    if before.episode and after.episode > before.episode and news.alert.state is Condition.RESOLVED:
        return spec.seen_at
    if before.episode and after.episode < before.episode and spec.episode_heard_at:
        return min(spec.episode_heard_at, news.received_at)
    return news.received_at


def _told_of(resolution: AlertEvent) -> AlertEvent:
    """Return what is kept of a resolution: the firing's own payload already fills much of a row.

    A heartbeat's silence is written from its last heartbeats.
    """
    unsaid: dict[str, object] = {} if resolution.kind is Kind.HEARTBEAT else {"labels": {}, "annotations": {}}
    return resolution.model_copy(update={"raw_provider": None, **unsaid})


def _episodes(news: News, resolution: AlertEvent | None) -> tuple[Episode, ...]:
    """Return the ended episodes as they now read: the one before, and the newest if it is resolved."""
    before, after = news.before, news.after
    ended_before = before.ended_at and after.episode and before.ended_at < after.episode
    told_otherwise = (after.episode,) if ended_before else (before.episode, after.episode)
    episodes = [episode for episode in news.spec.episodes if episode.began not in told_otherwise]
    if before.episode and _ahead(news) and not ended_before:
        episodes.append(Episode(before.episode, max(news.at or before.episode, before.episode)))
    if after.condition is Condition.RESOLVED and after.episode and after.ended_at:
        episodes.append(Episode(after.episode, after.ended_at, resolution is None or resolution.recovered))
    return tuple(episodes[-MOST_EPISODES:])
