"""The spec of a row: what the provider reports, written only by record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.alert import AlertEvent, Condition, Kind
from chalicelib.conditions.readings import Reading

MOST_EPISODES = 20
"""How many ended episodes a row keeps."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that the provider reported: what, at which of its times, and whether a period began with it.

    `received` is when we received it, by our own clock; known only for sources that repeat themselves.
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
    """What the provider reports; written only by record.

    `at` is the provider's time of the newest message, `fired_at` that of the newest firing, `episode` the
    first firing of the newest firing period (None for a tombstone); if a source sends an old start again, the
    time of receipt replaces it. `count` is the number of firings in this episode, `repeats_every` how often
    its source seems to repeat a firing alert, `listed` how its source lists it while it reports nothing, such
    as silenced. `alert` is the newest firing, `resolution` what ended it; `early` is a resolution that ended
    nothing known, since its firing may still be on its way. `readings` are the values in this episode's
    reports.

    By our own clock, `seen_at` is when the newest accepted message was received, `episode_heard_at` when the
    episode's first firing was, and `recorded_at` when the latest news was recorded; None in older rows.
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
    def firing(self) -> bool:
        """Whether the condition fires now."""
        return self.condition is Condition.FIRING

    @property
    def news(self) -> bool:
        """Whether the row is about notifications, so that it never fires and has no end."""
        return self.alert is not None and self.alert.kind is Kind.NOTIFICATION

    @property
    def began_by_our_clock(self) -> datetime | None:
        """When the episode began, by our own clock; by the provider's if nothing else is known."""
        return self.episode_heard_at or self.episode
