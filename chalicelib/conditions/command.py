"""What people asked for or said in comments on an issue, as far as a row keeps it."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.conditions.issue import IssueRef


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asked for in a comment, and when; without a `word` it was asked wrongly.

    `until` is when a snooze ends.
    """

    ref: IssueRef
    id: int
    author: str
    word: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment in which a person said more than a command."""

    id: int
    author: str
