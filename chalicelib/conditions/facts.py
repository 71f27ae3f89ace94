"""Facts: what happened to a condition's issue, kept in its row until a mirror has it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.alert import Priority
from chalicelib.conditions.issue import Closer, IssueRef


class FactKind(StrEnum):
    """What can happen to an issue; a receiver may rely on these words."""

    OPENED = "opened"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to an issue, as the row learnt it at `at`.

    `id` is the same whenever it is delivered again. `closed_by` is None unless the issue is closed.
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
