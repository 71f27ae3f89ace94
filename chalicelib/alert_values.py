"""What the fields of an alert may hold. Without pydantic, as the webhook loads this."""

from datetime import UTC, datetime
from enum import StrEnum

MAX_TITLE = 500
MAX_DESCRIPTION = 4000
MAX_SUMMARY = 1000
MAX_REASON = 2000
MAX_LABELS = 64
MAX_LABEL_NAME = 200
MAX_LABEL_VALUE = 1000
MAX_ANNOTATIONS = 32
MAX_MEASURED = 200

UNKNOWN_TEAM = "unknown"
"""The team of an alert that names none, where a fallback team takes such alerts."""


class Condition(StrEnum):
    """What the provider says about the condition now."""

    FIRING = "FIRING"
    RESOLVED = "RESOLVED"


class Kind(StrEnum):
    """What an alert is about."""

    CONDITION = "condition"
    """Something that begins and ends."""
    NOTIFICATION = "notification"
    """News for a person, which has no end."""
    HEARTBEAT = "heartbeat"
    """A sign of life, whose absence is the trouble."""


class Priority(StrEnum):
    """How bad it is: P0 wakes everybody, P3 nobody."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"

    @property
    def urgent(self) -> bool:
        """Whether an episode gets an issue even if it ended before one could be opened."""
        return self <= Priority.P1


def in_utc(moment: datetime) -> datetime:
    """Bring a time with an offset to UTC; raises ValueError outside the years 2000 to 2199."""
    # Both years are checked, as a time in UTC must be accepted again when the row is read.
    if not (2000 <= moment.year < 2200 and 2000 <= moment.astimezone(UTC).year < 2200):
        raise ValueError(f"not a time of this century or the next: {moment.isoformat()}")
    return moment.astimezone(UTC)
