"""What the provider's messages, in whatever order they came, say together.

The reading is a function of the set of moments alone, so every order of arrival and every repetition leads
to the same row. Moments that no later arrival can make matter again are dropped; what is left is bounded.
"""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.alert import Condition
from chalicelib.lifecycle.spec import Moment

MOST_MOMENTS = 32


@dataclass(frozen=True, slots=True)
class Reading:
    """The condition and its time, and the newest firing period: its first and newest firing, and its end."""

    condition: Condition
    at: datetime
    episode: datetime | None = None
    fired_at: datetime | None = None
    ended_at: datetime | None = None


def read(moments: tuple[Moment, ...]) -> Reading:
    """Read moments, oldest first; there is at least one."""
    episode = fired_at = ended_at = None
    firing = False
    for moment in moments:
        if moment.condition is Condition.FIRING:
            if moment.anew or not firing:
                episode = moment.at
            firing, fired_at, ended_at = True, moment.at, None
        else:
            ended_at = moment.at if firing else ended_at
            firing = False
    return Reading(moments[-1].condition, moments[-1].at, episode, fired_at, ended_at)


def insert(moments: tuple[Moment, ...], new: Moment) -> tuple[Moment, ...]:
    """Put a moment in its place; at equal times RESOLVED comes last, so that it wins."""
    others = [moment for moment in moments if _key(moment) != _key(new)]
    anew = new.anew or any(moment.anew for moment in moments if _key(moment) == _key(new))
    ordered = sorted([*others, Moment(new.at, new.condition, anew)], key=_key)
    return _bounded(_relevant(tuple(ordered)))


def _key(moment: Moment) -> tuple[datetime, Condition]:
    return moment.at, moment.condition


def _relevant(moments: tuple[Moment, ...]) -> tuple[Moment, ...]:
    """Drop what lies before the newest episode's beginning.

    The resolution before it stays, as it keeps older firings out.
    """
    begins = Moment(read(moments).episode or moments[0].at, Condition.FIRING)
    first = next((index for index, moment in enumerate(moments) if _key(moment) == _key(begins)), None)
    if first is None:
        return moments
    return moments[first:] if moments[first].anew else moments[max(first - 1, 0) :]


def _bounded(moments: tuple[Moment, ...]) -> tuple[Moment, ...]:
    """Keep the beginning and the newest; a resolution older than those splits the episode less exactly."""
    return moments if len(moments) <= MOST_MOMENTS else moments[:2] + moments[2 - MOST_MOMENTS :]
