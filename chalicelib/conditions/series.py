"""Series: what a metric measured before its issue was opened, as a few points. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite

MOST = 36
"""Points of a series: three hours in steps of five minutes, which fit on one line on a phone."""

SHORTEST = timedelta(hours=3)
FEWEST = 12
"""Points of a metric whose period is so long that three hours would show next to nothing."""

DIGITS = 4
"""How many significant digits of a value a row keeps: more than a chart can show."""

Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each `step` up to `until`, None if nothing was measured.

    `threshold` is the limit of the comparison, `lower` and `upper` the expected band, if there is one; `name`
    says what was measured, in `unit` as CloudWatch names it.
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
        """The length of time that it shows."""
        return self.step * len(self.values)


@dataclass(frozen=True, slots=True)
class Window:
    """A time before an issue is opened, in steps of several whole periods; it excludes `until`."""

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
        """Keep one value for each step, chosen by `pick`."""
        values: list[float | None] = [None] * self.points
        for at, value in points:
            place = (at - self.start) // self.step
            if 0 <= place < self.points and isfinite(value):
                known = values[place]
                values[place] = value if known is None else pick(known, value)
        return tuple(None if value is None else float(f"{value:.{DIGITS}g}") for value in values)


def window(period: timedelta, now: datetime) -> Window:
    """Choose how much of a metric to show: three hours, or more if its periods are long.

    It ends with the last whole period, since the sum of an incomplete one would be too low.
    """
    whole = max(SHORTEST, period * FEWEST)
    step = period * -(-whole // (period * MOST))
    begun = datetime.fromtimestamp(0, UTC)
    return Window(now - (now - begun) % period, step, -(-whole // step))
