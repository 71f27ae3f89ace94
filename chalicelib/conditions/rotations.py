"""Rotations: people who take turns, with shifts that change by local time. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.conditions.shifts import Shift

SHORTEST = timedelta(hours=4)
"""Shorter shifts could overlap at a clock change, which is up to two hours."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Who takes turns; the first shift begins at `starts`, a local time without an offset.

    A shift changes at the same time of day in every season, so one in spring is an hour shorter and one in
    autumn an hour longer. A local time that a clock change skips counts as if the clocks had not changed; if
    it occurs twice, the first counts (PEP 495).
    """

    people: tuple[str, ...]
    starts: datetime
    lasts: timedelta
    zone: ZoneInfo

    def shifts(self, since: datetime, until: datetime) -> Iterator[Shift]:
        """Yield the shifts between two times, the oldest first."""
        turn = (since.astimezone(self.zone).replace(tzinfo=None) - self.starts) // self.lasts - 1
        turn = max(turn, 0)
        while (begins := self._begins(turn)) < until:
            ends = self._begins(turn + 1)
            if ends > since:
                yield Shift(self.people[turn % len(self.people)], begins, ends)
            turn += 1

    def _begins(self, turn: int) -> datetime:
        return (self.starts + turn * self.lasts).replace(tzinfo=self.zone).astimezone(UTC)
