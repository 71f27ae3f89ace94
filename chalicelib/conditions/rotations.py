"""Rotations: people who take turns, each for a shift of the same length by the clock on the wall. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.conditions.shifts import Shift

SHORTEST = timedelta(hours=4)
"""Shorter shifts could swap places where clocks are changed, by up to two hours."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Who takes turns; the first begins at `starts`, a time of the zone's clocks without an offset.

    A shift changes at the same time of day in every season, so one lasts an hour more and one an hour less.
    A time that a change of clocks skips counts as if the clocks had not changed; of one that comes twice, the
    first counts (PEP 495).
    """

    people: tuple[str, ...]
    starts: datetime
    lasts: timedelta
    zone: ZoneInfo

    def shifts(self, since: datetime, until: datetime) -> Iterator[Shift]:
        """Give the shifts that a time lies in, the oldest first; none is from before the first one."""
        turn = (since.astimezone(self.zone).replace(tzinfo=None) - self.starts) // self.lasts - 1
        turn = max(turn, 0)
        while (begins := self._begins(turn)) < until:
            ends = self._begins(turn + 1)
            if ends > since:
                yield Shift(self.people[turn % len(self.people)], begins, ends)
            turn += 1

    def _begins(self, turn: int) -> datetime:
        return (self.starts + turn * self.lasts).replace(tzinfo=self.zone).astimezone(UTC)
