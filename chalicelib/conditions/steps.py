"""The steps: everything that can be done to an issue next, each with what it needs and nothing else.

A step describes itself. `action` names it in logs and metrics, `words` to people. `verb` is what the row
records before the step is taken; None keeps what was recorded before. `kind` is the call that the rate limit
is asked for, `on_issue` whether it is about the row's own issue. To add a step, add its class and put it into
`Work`; mypy names what is left to write.
"""

from dataclasses import dataclass
from typing import TypeVar

from chalicelib.conditions.calls import Kind
from chalicelib.conditions.command import Command
from chalicelib.conditions.comments import PURPOSE, Comment
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.nothing import Nothing
from chalicelib.conditions.row import Intent, Verb


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """Open a fresh issue for the episode."""

    action, words = "CREATE", "open an issue"
    verb, kind, on_issue = Verb.OPEN, Kind.OPEN, False


@dataclass(frozen=True, slots=True)
class ReopenIssue:
    """Reopen the issue that we closed."""

    action, words = "REOPEN", "reopen the issue"
    verb, kind, on_issue = Verb.REOPEN, Kind.CHANGE, True

    ref: IssueRef


@dataclass(frozen=True, slots=True)
class UpdateIssue:
    """Rewrite our block of the body, and the title while it is ours.

    Also carries an open issue over to a new episode.
    """

    action, words = "UPDATE", "update the issue's text"
    verb, kind, on_issue = Verb.CHANGE, Kind.CHANGE, True

    ref: IssueRef


@dataclass(frozen=True, slots=True)
class AddLabels:
    """Add labels of ours that the issue lacks."""

    action, words = "UPDATE", "add labels"
    verb, kind, on_issue = Verb.CHANGE, Kind.CHANGE, True

    ref: IssueRef
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveLabel:
    """Remove a label that we set and that no longer applies."""

    action, words = "UPDATE", "remove a label"
    verb, kind, on_issue = Verb.CHANGE, Kind.CHANGE, True

    ref: IssueRef
    label: str


@dataclass(frozen=True, slots=True)
class AddComment:
    """Write a comment that notifies; `key` tells it from our other comments."""

    action = "COMMENT"
    verb, on_issue = Verb.COMMENT, True

    ref: IssueRef
    key: str

    @property
    def words(self) -> str:
        """What the comment says, from its key."""
        return f"comment {PURPOSE[Comment.of(self.key)]}"

    @property
    def kind(self) -> Kind:
        """A comment that calls people waits no longer than the opening that would have called them."""
        return Kind.OPEN if Comment.of(self.key).calls else Kind.COMMENT


@dataclass(frozen=True, slots=True)
class FollowCommands:
    """Carry out a person's command, if that person may write to the repository."""

    action, words = "UPDATE", "carry out a person's command"
    verb, kind, on_issue = Verb.CHANGE, Kind.CHANGE, True

    ref: IssueRef
    command: Command


@dataclass(frozen=True, slots=True)
class CloseIssue:
    """Close the issue, saying when and why."""

    action, words = "CLOSE", "close the issue"
    verb, kind, on_issue = Verb.CHANGE, Kind.CHANGE, True

    ref: IssueRef
    recovered: bool


@dataclass(frozen=True, slots=True)
class Recover:
    """Learn whether an opening or a comment without an answer took effect."""

    action, words = "FIND", "find out whether an unfinished opening or comment took effect"
    verb, kind = None, Kind.READ

    intent: Intent

    @property
    def on_issue(self) -> bool:
        """An opening is searched for among all issues of a repository."""
        return self.intent.verb is not Verb.OPEN


@dataclass(frozen=True, slots=True)
class ReadIssue:
    """Learn how an update, closing or reopening without an answer ended, or what people did."""

    action, words = "LOOK", "read the issue, as a step's outcome is unknown"
    verb, kind, on_issue = None, Kind.READ, True

    ref: IssueRef


@dataclass(frozen=True, slots=True)
class Adopt:
    """Make the older of two open issues the row's."""

    action, words = "LOOK", "take over an open issue"
    verb, kind, on_issue = None, Kind.READ, False

    ref: IssueRef


@dataclass(frozen=True, slots=True)
class CloseDuplicate:
    """Close the younger of two open issues, pointing at the row's."""

    action, words = "UPDATE", "close a duplicate"
    verb, kind, on_issue = Verb.CHANGE, Kind.CHANGE, False

    ref: IssueRef


@dataclass(frozen=True, slots=True)
class CloseSuperseded:
    """Close the issue of an earlier notification in the series, pointing at the row's."""

    action, words = "UPDATE", "close the issue of the notification before this one"
    verb, kind, on_issue = Verb.CHANGE, Kind.CHANGE, False

    ref: IssueRef


Edit = UpdateIssue | ReopenIssue | CloseIssue
Work = (
    OpenIssue
    | Edit
    | AddLabels
    | RemoveLabel
    | AddComment
    | FollowCommands
    | Recover
    | ReadIssue
    | Adopt
    | CloseDuplicate
    | CloseSuperseded
)
Step = Work | Nothing

T = TypeVar("T")


def needed(part: T | None) -> T:
    """Return a part of the row without which its step would not have been planned."""
    if part is None:
        raise AssertionError("a step was planned on a row that lacks what it needs")
    return part
