"""The clock of this machine: real time, real sleep, real randomness."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from chalicelib.conditions import clocks


def machine() -> datetime:
    """The time by this machine's clock, in UTC."""
    return datetime.now(UTC)


class SystemClock:
    """The clock of this machine, corrected when the table's answers prove it wrong.

    Otherwise a worker whose clock is ahead by more than a lease would take over another worker's
    unfinished step. AWS rejects calls whose clock is off by more than five minutes
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
        """Wait."""
        time.sleep(seconds)

    def unique(self) -> str:
        """Return a word that was never used before."""
        return uuid.uuid4().hex


CLOCK = SystemClock()
