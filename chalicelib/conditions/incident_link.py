"""The incident that a condition is part of, as the condition's row records it. Pure."""

from dataclasses import dataclass

from chalicelib.conditions.issue import IssueRef


@dataclass(frozen=True, slots=True)
class IncidentLink:
    """The incident's row, by fingerprint, and its issue, once that is known.

    `asked` are the comments that asked for an incident while it was open; each is answered until it ends.
    """

    fingerprint: str
    ref: IssueRef | None = None
    asked: tuple[int, ...] = ()
