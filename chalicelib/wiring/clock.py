"""The clock of this machine: real time, real sleep, real randomness."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from chalicelib.conditions import clocks


def machine() -> datetime:
    """What the clock of this machine shows, in UTC."""
    return datetime.now(UTC)


class SystemClock:
    """The clock of this machine, corrected by the table's where that proves it wrong.

    Without this a worker whose clock is ahead by more than a lease lasts would take over another one's
    unfinished work. AWS rejects calls from a clock more than five minutes off
    (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html).
    """

    def __init__(self, shows: Callable[[], datetime] = machine) -> None:
        self._shows, self._ahead, self._asked_at = shows, timedelta(), shows()

    def now(self) -> datetime:
        """The time in UTC."""
        return self._shows() - self._ahead

    def asks(self) -> None:
        """Note that a request to the table begins."""
        self._asked_at = self._shows()

    def answered(self, date: datetime | None) -> None:
        """Learn from the date of the table's answer."""
        if date:
            self._ahead = clocks.ahead(self._ahead, date, self._asked_at, self._shows())

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def unique(self) -> str:
        """A word never used before."""
        return uuid.uuid4().hex


CLOCK = SystemClock()
