"""The steps: everything that can be done about an issue next, each with what it needs and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import Command, Intent


class Quiet(StrEnum):
    """Why there is nothing to do on GitHub."""

    IN_PROGRESS = "IN_PROGRESS"
    DISABLED = "DISABLED"
    LOOKED = "LOOKED"
    CLOSED_BY_PERSON = "CLOSED_BY_PERSON"
    REOPENED_BY_PERSON = "REOPENED_BY_PERSON"
    MUTED = "MUTED"
    SNOOZED = "SNOOZED"
    NOT_PLANNED = "NOT_PLANNED"
    FLAPPING = "FLAPPING"
    LATER = "LATER"
    RESOLVED_UNTOLD = "RESOLVED_UNTOLD"
    UP_TO_DATE = "UP_TO_DATE"


@dataclass(frozen=True, slots=True)
class Nothing:
    """Leave GitHub as it is; `due_at` is when to plan again, None if only a change can make a difference."""

    reason: Quiet
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """Open a fresh issue for the episode."""


@dataclass(frozen=True, slots=True)
class ReopenIssue:
    """Open the issue that we closed again."""

    ref: IssueRef


@dataclass(frozen=True, slots=True)
class UpdateIssue:
    """Rewrite our block of the body, and the title while it is ours.

    Carries an open issue over to a new episode.
    """

    ref: IssueRef


@dataclass(frozen=True, slots=True)
class AddLabels:
    """Set labels of ours that the issue lacks."""

    ref: IssueRef
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveLabel:
    """Take away a label that we set and that no longer holds."""

    ref: IssueRef
    label: str


@dataclass(frozen=True, slots=True)
class AddComment:
    """Say something that notifies; `key` tells it from our other comments."""

    ref: IssueRef
    key: str


@dataclass(frozen=True, slots=True)
class Obey:
    """Carry out a person's command, if that person may write to the repository."""

    ref: IssueRef
    command: Command


@dataclass(frozen=True, slots=True)
class CloseIssue:
    """Close the issue, saying when and why."""

    ref: IssueRef
    recovered: bool


@dataclass(frozen=True, slots=True)
class Find:
    """Learn whether an opening or a comment that never answered took effect."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class Look:
    """Learn how an update, closing or reopening that never answered ended, or what people did."""

    ref: IssueRef


@dataclass(frozen=True, slots=True)
class Adopt:
    """Take the older of two open issues for the row's."""

    ref: IssueRef


@dataclass(frozen=True, slots=True)
class CloseDuplicate:
    """Close the younger of two open issues, pointing at the row's."""

    ref: IssueRef


Change = UpdateIssue | ReopenIssue | CloseIssue | AddLabels | RemoveLabel
Step = OpenIssue | Change | AddComment | Obey | Find | Look | Adopt | CloseDuplicate | Nothing

T = TypeVar("T")


def needed(part: T | None) -> T:
    """Take a part of the row without which its step would not have been planned."""
    if part is None:
        raise AssertionError("a step was planned on a row that lacks what it needs")
    return part
