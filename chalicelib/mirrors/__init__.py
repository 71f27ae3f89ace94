"""Who else learns what happened to an issue: the port for mirrors, and one file for each mirror."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.conditions.facts import Fact
from chalicelib.errors import AlertingError

__all__ = ["Mirror", "MirrorUnavailable"]


class MirrorUnavailable(AlertingError):
    """A mirror did not take facts; they are delivered again."""


class Mirror(Protocol):
    """Takes facts; it must finish, or fail, within a few seconds."""

    def deliver(self, condition: str, facts: Sequence[Fact]) -> None:
        """Take facts about a condition, in order; they may have been delivered before.

        Raises MirrorUnavailable unless all were taken.
        """
