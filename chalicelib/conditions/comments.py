"""Comments: the kinds that we write, and the key that identifies each of them. Pure.

The key is stored in the row and, as a marker, in the comment on GitHub, which is found again by it. So what
is written here is never changed, only added to.
"""

from datetime import datetime
from enum import StrEnum


class Comment(StrEnum):
    """A kind of comment; a key begins with it."""

    REPEAT = "repeat"
    ESCALATION = "escalation"
    RESOLVED = "resolved"
    SNOOZE = "snooze"
    QUIET = "quiet"
    STALE = "stale"
    HELP = "help"

    def key(self, of: int | datetime) -> str:
        """Make the key: the generation that it is about, the comment that it answers, or a time."""
        return f"{self}-{of:%Y%m%dT%H%M%S%f}" if isinstance(of, datetime) else f"{self}-{of}"

    @classmethod
    def of(cls, key: str) -> "Comment":
        """Read the kind from a key; raises ValueError if the key is not ours."""
        return cls(key.partition("-")[0])


ONCE = (Comment.QUIET, Comment.STALE)
"""Kinds that are written once for a key, whatever was said since."""
