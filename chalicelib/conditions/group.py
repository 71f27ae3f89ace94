"""The storm that a condition is part of, as the condition's row records it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.conditions.issue import IssueRef

MOST_SUB_ISSUES = 100
"""GitHub's limit for one issue, closed ones included.

docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues
"""


@dataclass(frozen=True, slots=True)
class Group:
    """The storm's row, by fingerprint, when it began, and its issue, if that was known.

    `id` is GitHub's id of that issue across all repositories; 0 if unknown.
    """

    fingerprint: str
    began: datetime
    ref: IssueRef | None = None
    id: int = 0
