"""The spec of a row: what the provider says, written by record alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.alert import AlertEvent, Condition, Kind
from chalicelib.conditions.readings import Reading

MOST_EPISODES = 20
"""Ended episodes that a row keeps."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing the provider said: what, at which of its times, and whether that began anew.

    `received` is when we received it, by our own clock; known of sources that repeat themselves alone.
    """

    at: datetime
    condition: Condition
    anew: bool = False
    received: datetime | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """A firing period that has ended."""

    began: datetime
    ended: datetime
    recovered: bool = True


@dataclass(frozen=True, slots=True)
class Spec:
    """What the provider says; written only by record.

    `at` is the provider's time of the newest message, `fired_at` that of the newest firing, `episode` the
    first firing of the newest firing period (None for a tombstone); where a source sends an old start again,
    the time it was received stands for it. `count` is the firings seen in this episode, `repeats_every` how
    often its source seems to repeat a firing alert, `listed` how its source lists it while it reports
    nothing, such as silenced. `alert` is the newest firing, `resolution` what ended it; `early` is a
    resolution that ended nothing known, as its firing may still be under way. `readings` are the values that
    this episode's reports brought.

    By our own clock, `seen_at` is when the newest accepted message was received, `episode_heard_at` when the
    episode's first firing was, and `recorded_at` when the latest news was written down; None in older rows.
    """

    condition: Condition
    at: datetime
    seen_at: datetime
    moments: tuple[Moment, ...]
    episode: datetime | None = None
    fired_at: datetime | None = None
    count: int = 0
    alert: AlertEvent | None = None
    resolution: AlertEvent | None = None
    episodes: tuple[Episode, ...] = ()
    generation: int = 1
    repeats_every: timedelta | None = None
    episode_heard_at: datetime | None = None
    listed: str = ""
    recorded_at: datetime | None = None
    early: AlertEvent | None = None
    readings: tuple[Reading, ...] = ()

    @property
    def news(self) -> bool:
        """Whether the row is about notifications, so that it never fires and has no end."""
        return self.alert is not None and self.alert.kind is Kind.NOTIFICATION

    @property
    def began_by_our_clock(self) -> datetime | None:
        """When the episode began, by our own clock; by the provider's where nothing else is known."""
        return self.episode_heard_at or self.episode
