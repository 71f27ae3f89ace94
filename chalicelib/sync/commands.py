"""Commands: reads what people did to an issue and wrote on it, and carries out what they asked for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from chalicelib.alert import Condition
from chalicelib.conditions import commands, outcome
from chalicelib.conditions.commands import PersonComment
from chalicelib.conditions.issue import IssueRef, Seen
from chalicelib.conditions.row import AlertState, Command, Issue, Status
from chalicelib.conditions.steps import FollowCommands
from chalicelib.errors import Refused
from chalicelib.labels import MUTED_LABEL
from chalicelib.routing.table import MAX_ASSIGNEES

DONE, WRONG = "+1", "confused"
"""Reactions, as GitHub names them."""

Write = Callable[[AlertState, Seen, dict[str, Any]], Status]
"""Writes the issue's text anew, with other changes."""


class Conversation(Protocol):
    """What is needed of the issue tracker to talk with people."""

    def read(self, ref: IssueRef, before: datetime) -> Seen:
        """Read an issue; raises Gone if it was deleted."""

    def add_labels(self, ref: IssueRef, labels: tuple[str, ...], before: datetime) -> None:
        """Add labels."""

    def remove_label(self, ref: IssueRef, label: str, before: datetime) -> None:
        """Take a label off."""

    def spoken(self, ref: IssueRef, since: datetime, before: datetime) -> Iterator[PersonComment]:
        """List the comments of others changed since a time."""

    def may_write(self, repository: str, login: str, before: datetime) -> bool:
        """Say whether somebody may write to the repository."""

    def assign(self, ref: IssueRef, login: str, before: datetime) -> None:
        """Add an assignee."""

    def react(self, ref: IssueRef, comment: int, content: str, before: datetime) -> None:
        """React to a comment; doing so twice is once."""


def listen(tracker: Conversation, row: AlertState, ref: IssueRef, now: datetime) -> AlertState:
    """Read the issue, and the comments of people where there may be new ones."""
    seen = tracker.read(ref, row.lease_end)
    looked = replace(row, status=outcome.observed(row, seen, now), intent=None, look=False)
    issue = looked.status.issue
    if issue is None or not (row.look or issue.listen_at or issue.heard != seen.comments):
        return looked
    spoken = list(tracker.spoken(seen.ref, commands.listens_since(issue), row.lease_end))
    found = commands.new(looked, spoken)
    hearing = commands.hear(found, lambda login: tracker.may_write(seen.ref.repository, login, row.lease_end))
    return replace(looked, status=commands.heard(looked, spoken, seen.comments, hearing, now))


def obey(
    tracker: Conversation, row: AlertState, step: FollowCommands, write: Write, now: datetime
) -> AlertState:
    """Do what a person may ask for, and react; nothing, if they may not write any more.

    All of it can be done twice; the reaction comes last, as it says that the rest was done.
    """
    command, ref = step.command, step.command.ref
    if not tracker.may_write(ref.repository, command.author, row.lease_end):
        return replace(row, status=commands.dismissed(row.status, command), intent=None)
    issue = row.status.issue
    if issue and _says_who_has_it(row, command):
        seen = tracker.read(ref, row.lease_end)
        if outcome.surprising(issue, seen):
            return replace(row, status=outcome.observed(row, seen, now), intent=None)
        had = replace(row, status=commands.obeyed(row.status, command, now))
        reaction, status = DONE, write(had, seen, _assignees(issue, seen, command))
    else:
        reaction, status = _answer(tracker, row, command, now)
    tracker.react(step.ref, command.id, reaction, row.lease_end)
    return replace(row, status=status, intent=None)


def _says_who_has_it(row: AlertState, command: Command) -> bool:
    """Whether the issue's text says who has it, and so has to change with a command."""
    issue, firing = row.status.issue, row.spec.condition is Condition.FIRING
    here = issue is not None and issue.open and issue.ref == command.ref
    return firing and here and command.word in (commands.ACK, commands.UNACK)


def _assignees(issue: Issue, seen: Seen, command: Command) -> dict[str, Any]:
    """Assign or unassign in the call that changes the text: a call of its own would be a further write."""
    known = {login.casefold() for login in seen.assignees}
    if command.word == commands.UNACK:
        left = [login for login in seen.assignees if login.casefold() != issue.acked_by.casefold()]
        return {"assignees": left} if len(left) < len(known) else {}
    if command.author.casefold() in known or len(known) >= MAX_ASSIGNEES:
        return {}
    return {"assignees": [*seen.assignees, command.author]}


def _answer(tracker: Conversation, row: AlertState, command: Command, now: datetime) -> tuple[str, Status]:
    if not command.word:
        return WRONG, commands.corrected(row.status, command)
    _carry_out(tracker, row, command)
    return DONE, commands.obeyed(row.status, command, now)


def _carry_out(tracker: Conversation, row: AlertState, command: Command) -> None:
    """Do what of a command is GitHub's to do."""
    muted = row.status.issue is not None and row.status.issue.muted
    if command.word == commands.ACK:
        tracker.assign(command.ref, command.author, row.lease_end)
    if command.word == commands.MUTE:
        tracker.add_labels(command.ref, (MUTED_LABEL,), row.lease_end)
    if command.word == commands.UNMUTE and muted:
        _unmute(tracker, row, command.ref)


def _unmute(tracker: Conversation, row: AlertState, ref: IssueRef) -> None:
    """Take the label off, unless a person was quicker."""
    try:
        tracker.remove_label(ref, MUTED_LABEL, row.lease_end)
    except Refused as error:
        if error.status != 404:
            raise
