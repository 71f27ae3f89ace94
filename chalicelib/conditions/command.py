"""What people asked for or wrote in comments on an issue, as far as a row stores it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.conditions.issue import IssueRef

Reader = Callable[[str], str | None]
"""Reads what stands after a command's word; None if it is wrong."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asked for in a comment, and when; an empty `word` means that the command was wrong.

    `until` is when a snooze ends, `argument` what a command with an effect outside the row was given.
    """

    ref: IssueRef
    id: int
    author: str
    word: str
    at: datetime
    until: datetime | None = None
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment that contains more than a command; an older row does not say when it was written."""

    id: int
    author: str
    at: datetime | None = None
