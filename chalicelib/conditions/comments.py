"""Comments: the kinds that we write, and the key that identifies each of them. Pure.

The key is stored in the row and, as a marker, in the comment on GitHub, so that the comment can be found
again. So these kinds may be added to, but never changed. After a rollback, an earlier version reads a key up
to its first dash, and so takes a call to the next tier, or by an alert left alone, for an escalation.
"""

from datetime import datetime
from enum import StrEnum


class Comment(StrEnum):
    """A kind of comment; a key begins with it."""

    REPEAT = "repeat"
    ESCALATION = "escalation"
    TIER = "escalation-tier"
    ALONE = "escalation-alone"
    RESOLVED = "resolved"
    SNOOZE = "snooze"
    QUIET = "quiet"
    STALE = "stale"
    HELP = "help"
    INCIDENT = "help-incident"
    REVIEW = "resolved-review"

    @property
    def calls(self) -> bool:
        """Whether it is written to call people."""
        return self in (Comment.ESCALATION, Comment.TIER, Comment.ALONE)

    def key(self, of: int | datetime) -> str:
        """Make the key: from the generation it is about, the comment it answers, or a time."""
        return f"{self}-{of:%Y%m%dT%H%M%S%f}" if isinstance(of, datetime) else f"{self}-{of}"

    @classmethod
    def of(cls, key: str) -> "Comment":
        """Read the kind from a key; raises ValueError if the key is not ours."""
        return cls(key.rpartition("-")[0])


PURPOSE = {
    Comment.REPEAT: "that it still fires",
    Comment.ESCALATION: "that it got worse, to call the people of its new priority",
    Comment.TIER: "that nobody has acknowledged it, to call the next tier",
    Comment.ALONE: "that GitHub refuses the issue of its storm, to call its people here",
    Comment.RESOLVED: "that it has ended",
    Comment.SNOOZE: "that the snooze is over",
    Comment.QUIET: "that it fires again, though its issue was closed as not planned",
    Comment.STALE: "that its source has not reported it for too long",
    Comment.HELP: "how to write a command",
    Comment.INCIDENT: "which incident it is part of already",
    Comment.REVIEW: "what a review of the incident needs",
}
"""What a comment of each kind says, in words that follow `comment`."""

ONCE = (Comment.QUIET, Comment.STALE, Comment.TIER, Comment.REVIEW)
"""Kinds that are written only once for a key, whatever was written since."""
