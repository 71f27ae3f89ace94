"""The clock's twin: time that passes only when a test says so, or sleeps."""

import itertools
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


class ManualClock:
    """Virtual time."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start
        self._ids = itertools.count(1)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def unique(self) -> str:
        return f"id-{next(self._ids)}"

    def pass_(self, **duration: float) -> None:
        self.time += timedelta(**duration)
