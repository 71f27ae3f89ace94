"""The noise review's alert: once a month, how noisy each rule of a team was. Pure."""

from datetime import datetime
from enum import StrEnum

from chalicelib.adapters import own
from chalicelib.adapters.content import Content, Part
from chalicelib.alert import AlertEvent, Condition, Identity, Kind, Priority


class Advice(StrEnum):
    """What to do about a noisy rule."""

    GROUP = "group"
    MEASURE_LONGER = "measure-longer"
    WAIT = "wait"
    MUTED = "muted"
    DELETE = "delete"
    THRESHOLD = "threshold"


class Suggestion(Part):
    """Advice and the numbers behind it: it applies to `part` out of `of`; `limit` is the advice's own."""

    advice: Advice
    part: int
    of: int
    limit: int = 0


class Counts(Part):
    """What a month held: issues opened, closed, closed untouched, flapping and muted; medians in seconds."""

    conditions: int
    opened: int
    closed: int
    untouched: int
    flapped: int
    muted: int
    to_ack: int | None = None
    to_resolve: int | None = None


class Rule(Part):
    """A rule of a provider, the newest issue known for it, and its figures."""

    source: str
    name: str
    counts: Counts
    url: str = ""
    suggestion: Suggestion | None = None


class Review(Content):
    """A team's month: its totals, its noisiest rules, and the issues opened on each of its days.

    `rules_in_all` also counts the rules that are not listed; `partial` says that there was too much to count
    all.
    """

    source = own.REVIEW
    team: str
    month: datetime
    total: Counts
    days: tuple[int, ...]
    rules: tuple[Rule, ...]
    rules_in_all: int
    partial: bool = False


def alert(review: Review, over_at: datetime, expires_at: datetime) -> AlertEvent:
    """Make the alert of a month that was over at a time; made twice, it is the same alert."""
    return AlertEvent(
        source=own.REVIEW,
        state=Condition.FIRING,
        title=f"Noise review of {review.month:%B %Y}: {review.team}",
        priority=Priority.P3,
        occurred_at=over_at,
        teams=(review.team,),
        identity=Identity(alarm_id=f"{review.team} {review.month:%Y-%m}"),
        kind=Kind.NOTIFICATION,
        collapse_key=review.team,
        expires_at=expires_at,
        raw_provider=review.written(),
    )
