"""What the fields of an alert may contain. Without pydantic, since the webhook loads this."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum

MAX_TITLE = 500
MAX_GROUP = 500
MAX_DESCRIPTION = 4000
MAX_SUMMARY = 1000
MAX_REASON = 2000
MAX_LABELS = 64
MAX_LABEL_NAME = 200
MAX_LABEL_VALUE = 1000
MAX_ANNOTATIONS = 32
MAX_LABELS_BYTES, MAX_ANNOTATIONS_BYTES = 20_000, 12_000
"""Of all of them as JSON: a row has up to three alerts in 400 KB, and an issue no more text than 64 KB."""
MAX_MEASURED = 200

SHORTEST_INTERVAL, LONGEST_INTERVAL = timedelta(minutes=1), timedelta(days=31)
"""For a heartbeat's interval; silence is checked for once a minute."""

INTERVAL = r"(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,7})s)?"
"""As Prometheus writes durations: `5m`, `1h30m`."""

UNKNOWN_TEAM = "unknown"
"""The team of an alert that names none, if a fallback team takes such alerts."""


class Condition(StrEnum):
    """What the provider reports about the condition."""

    FIRING = "FIRING"
    RESOLVED = "RESOLVED"


class Kind(StrEnum):
    """What an alert is about."""

    CONDITION = "condition"
    """Something that begins and ends."""
    NOTIFICATION = "notification"
    """News for a person, which has no end."""
    HEARTBEAT = "heartbeat"
    """A sign of life, whose absence is the alert."""


class Priority(StrEnum):
    """How urgent it is: P0 wakes everybody, P3 nobody."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"

    @property
    def urgent(self) -> bool:
        """Whether an episode gets an issue even if it ended before one could be opened."""
        return self <= Priority.P1


def in_utc(moment: datetime) -> datetime:
    """Convert a time with an offset to UTC; raises ValueError outside the years 2000 to 2199."""
    # Both years are checked, since the time in UTC must be accepted again when the row is read.
    if not (2000 <= moment.year < 2200 and 2000 <= moment.astimezone(UTC).year < 2200):
        raise ValueError(f"not a time of this century or the next: {moment.isoformat()}")
    return moment.astimezone(UTC)


def interval(value: object) -> timedelta:
    """Read `5m`, `1h30m` or seconds; raises ValueError, also if it is too short or too long."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    seconds = timedelta(seconds=int(text)) if re.fullmatch(r"[0-9]{1,7}", text) else timedelta()
    if found := re.fullmatch(INTERVAL, text, re.ASCII):
        days, hours, minutes, rest = (int(number or 0) for number in found.groups())
        seconds = timedelta(days=days, hours=hours, minutes=minutes, seconds=rest)
    if SHORTEST_INTERVAL <= seconds <= LONGEST_INTERVAL:
        return seconds
    raise ValueError("must be a length of time from 1m to 31d, such as 5m, 1h30m, or a number of seconds")
