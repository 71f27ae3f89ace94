"""Facts: what happened to a condition's issue, kept in its row until a mirror has it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.alert import Priority
from chalicelib.conditions.issue import Closer, IssueRef


class FactKind(StrEnum):
    """What can happen to an issue; receivers may rely on these words."""

    OPENED = "opened"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to an issue, as the row learned at `at`.

    `id` is the same each time that it is delivered. `closed_by` is None unless the issue is closed.
    """

    id: str
    kind: FactKind
    ref: IssueRef
    url: str
    title: str
    priority: Priority
    teams: tuple[str, ...]
    at: datetime
    closed_by: Closer | None = None
