"""What people asked for or said in comments on an issue, as far as a row keeps it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.conditions.issue import IssueRef

Reader = Callable[[str], str | None]
"""Reads what stands after a command's word; None if it is wrong."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asked for in a comment, and when; without a `word` it was asked wrongly.

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
    """A comment in which a person said more than a command."""

    id: int
    author: str
