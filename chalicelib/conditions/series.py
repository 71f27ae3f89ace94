"""Series: what a metric measured up to the moment its issue was opened, in few points. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite

MOST = 36
"""Points of a series: five minutes each of three hours, and on a phone one line."""

SHORTEST = timedelta(hours=3)
FEWEST = 12
"""Points of a metric whose period is so long that three hours would show next to nothing."""

DIGITS = 4
"""Significant digits that a row keeps of a value: more than a picture can show."""

Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each `step` up to `until`, None where nothing was measured.

    `threshold` is the limit that is compared with, `lower` and `upper` the band that is expected, if there is
    one; `name` says what was measured, in `unit` as CloudWatch names it.
    """

    until: datetime
    step: timedelta
    values: Values
    threshold: float | None = None
    lower: Values = ()
    upper: Values = ()
    unit: str = ""
    name: str = ""

    @property
    def lasted(self) -> timedelta:
        """How long a time it shows."""
        return self.step * len(self.values)


@dataclass(frozen=True, slots=True)
class Window:
    """A time before an issue is opened, in steps of several whole periods; `until` is not in it."""

    until: datetime
    step: timedelta
    points: int

    @property
    def start(self) -> datetime:
        """When it begins."""
        return self.until - self.step * self.points

    def reduced(
        self, points: Iterable[tuple[datetime, float]], pick: Callable[[float, float], float]
    ) -> Values:
        """Keep one value for each step, which of several `pick` says."""
        values: list[float | None] = [None] * self.points
        for at, value in points:
            place = (at - self.start) // self.step
            if 0 <= place < self.points and isfinite(value):
                known = values[place]
                values[place] = value if known is None else pick(known, value)
        return tuple(None if value is None else float(f"{value:.{DIGITS}g}") for value in values)


def window(period: timedelta, now: datetime) -> Window:
    """Choose how much of a metric to show: three hours, or more if its periods are long.

    It ends with the last whole period, as of one that has only begun a sum would be too low.
    """
    whole = max(SHORTEST, period * FEWEST)
    step = period * -(-whole // (period * MOST))
    begun = datetime.fromtimestamp(0, UTC)
    return Window(now - (now - begun) % period, step, -(-whole // step))
