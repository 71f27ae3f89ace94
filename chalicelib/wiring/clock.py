"""The clock of this machine: real time, real sleep, real randomness."""

import time
import uuid
from datetime import UTC, datetime


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def unique(self) -> str:
        """A word never used before."""
        return uuid.uuid4().hex


CLOCK = SystemClock()
