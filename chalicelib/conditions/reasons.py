"""Reasons: which rule applies to a message. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.adapters import registry
from chalicelib.alert import AlertEvent, Condition, Kind
from chalicelib.conditions.moments import Reading
from chalicelib.conditions.spec import Moment, Spec


class Reason(StrEnum):
    """The rule that applied to a message, as in the table of docs/lifecycle.md."""

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
    NOTIFIED = "NOTIFIED"


@dataclass(frozen=True, slots=True)
class News:
    """A message compared with what is known: the readings before and after it.

    `at` is its time among the others; None for a firing that is not in the newest period. `newest` says that
    it is a firing that was not known, and that none was reported after it.
    """

    spec: Spec
    alert: AlertEvent
    received_at: datetime
    moments: tuple[Moment, ...]
    before: Reading
    after: Reading
    at: datetime | None
    newest: bool

    @property
    def same_words(self) -> bool:
        """Whether nothing is new except when it was received."""
        before, after = (
            {(m.at, m.condition, m.anew) for m in each} for each in (self.spec.moments, self.moments)
        )
        return before == after


def ended_by_another(spec: Spec, alert: AlertEvent) -> bool:
    """Whether only an end is known, and another sender reported it than the one that now reports a firing.

    Otherwise a sender could end in advance what it may not end, while nobody has said yet whose it is.
    """
    early = spec.early if spec.alert is None else None
    fires = alert.kind is Kind.CONDITION and alert.state is Condition.FIRING
    return fires and early is not None and early.sender not in (None, alert.sender)


def reason_of(news: News, duplicate: timedelta) -> Reason:
    """Find the rule that applies; the same message again within `duplicate` is a copy."""
    reason = _reason(news)
    if reason is Reason.REPEAT and _delivered_twice(news, duplicate):
        return Reason.DUPLICATE
    return Reason.STALE if reason is Reason.REPEAT and _said_before(news) else reason


def _reason(news: News) -> Reason:
    """Find the rule that applies; a message older than the row is stale unless it changes the episode."""
    before, after = news.before, news.after
    if news.alert.state is Condition.RESOLVED:
        return _reason_of_resolution(before, after)
    if (before.condition, after.condition) == (Condition.RESOLVED, Condition.FIRING):
        return Reason.RECURRED
    moved = after.episode != before.episode
    fires = before.condition is Condition.FIRING and news.at is not None
    if fires and news.at and news.at >= before.at:
        return Reason.RECURRED_UNRESOLVED if moved else Reason.REPEAT
    if moved or (not fires and _says_who_else(news)):
        return Reason.FIRING_LATE
    # Alertmanager moves a start back if another replica of Prometheus saw it earlier (types.Alert.Merge).
    again = fires and registry.repeats(news.alert) and news.received_at > news.spec.seen_at
    return Reason.REPEAT if again else Reason.STALE


def _says_who_else(news: News) -> bool:
    """Whether the newest firing names a different priority or different teams."""
    known = news.spec.alert
    same = known is None or (known.priority, known.teams) == (news.alert.priority, news.alert.teams)
    return news.newest and not same


def _reason_of_resolution(before: Reading, after: Reading) -> Reason:
    if before.condition is Condition.FIRING and after.condition is Condition.RESOLVED:
        return Reason.RESOLVED
    if before.condition is after.condition is Condition.RESOLVED and after.at > before.at:
        return Reason.ALREADY_RESOLVED
    return Reason.RESOLVED_LATE if after.episode != before.episode else Reason.STALE


def _delivered_twice(news: News, duplicate: timedelta) -> bool:
    """Whether it is a copy: providers and SNS deliver twice, some three times at once."""
    known = news.spec.alert
    return (
        news.same_words
        and news.received_at - news.spec.seen_at < duplicate
        and known is not None
        and known.says_the_same_as(news.alert)
    )


def _said_before(news: News) -> bool:
    """Whether it was received before; of two messages about one moment the later received counts.

    That one may have a new priority, which a redelivery of the earlier one must not undo.
    """
    return news.same_words and news.received_at < news.spec.seen_at
