"""Commands: reads what people wrote on an issue or changed on it, and carries out what they asked for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from chalicelib.conditions import commands, outcome
from chalicelib.conditions.command import Command, Reader
from chalicelib.conditions.commands import PersonComment
from chalicelib.conditions.comments import Comment
from chalicelib.conditions.hearing import hear
from chalicelib.conditions.issue import IssueRef, Seen
from chalicelib.conditions.row import AlertState, Issue, Status
from chalicelib.conditions.steps import FollowCommands
from chalicelib.errors import Refused
from chalicelib.labels import MUTED_LABEL
from chalicelib.routing.route import MAX_ASSIGNEES

DONE, WRONG = "+1", "confused"
"""Reactions, as GitHub names them."""

Write = Callable[[AlertState, Seen, dict[str, Any]], Status]
"""Rewrites the issue's text, together with other changes."""


class Conversation(Protocol):
    """What talking with people needs from the issue tracker."""

    def read(self, ref: IssueRef, before: datetime) -> Seen:
        """Read an issue; raises Gone if it was deleted."""

    def add_labels(self, ref: IssueRef, labels: tuple[str, ...], before: datetime) -> None:
        """Add labels."""

    def remove_label(self, ref: IssueRef, label: str, before: datetime) -> None:
        """Remove a label."""

    def spoken(self, ref: IssueRef, since: datetime, before: datetime) -> Iterator[PersonComment]:
        """List the comments of others changed since a time."""

    def may_write(self, repository: str, login: str, before: datetime) -> bool:
        """Say whether somebody may write to the repository."""

    def refused(self, repository: str, now: datetime) -> frozenset[str]:
        """Name those who may not write, as GitHub said recently; makes no call."""

    def edit(self, ref: IssueRef, changes: dict[str, Any], before: datetime) -> Seen:
        """Change an issue, such as its assignees; a new list replaces the old one."""

    def react(self, ref: IssueRef, comment: int, content: str, before: datetime) -> None:
        """React to a comment; a second time changes nothing."""


def listen(
    tracker: Conversation, row: AlertState, ref: IssueRef, now: datetime, more: Mapping[str, Reader]
) -> AlertState:
    """Read the issue, and the comments of people where there may be new ones."""
    seen = tracker.read(ref, row.lease_end)
    looked = replace(row, status=outcome.observed(row, seen, now), intent=None, look=False)
    issue = looked.status.issue
    if issue is None or not (row.look or issue.listen_at or issue.heard != seen.comments):
        return looked
    spoken = list(tracker.spoken(seen.ref, commands.listens_since(issue), row.lease_end))
    found = commands.new(looked, spoken, more)
    name, insiders = seen.ref.repository, commands.insiders(spoken)
    hearing = hear(
        found,
        row.status.heard,
        lambda login: tracker.may_write(name, login, row.lease_end),
        insiders,
        tracker.refused(name, now),
    )
    return replace(looked, status=commands.heard(looked, spoken, seen.comments, hearing, now))


def unheard(issue: Issue, seen: Seen, key: str) -> bool:
    """Whether to listen first: GitHub may not have reported that somebody acknowledged it."""
    return Comment.of(key) is Comment.TIER and seen.comments != issue.heard


def obey(
    tracker: Conversation, row: AlertState, step: FollowCommands, write: Write, now: datetime
) -> AlertState:
    """Carry out what a person asked for, and react; do nothing if that person may no longer write.

    Repeating it is safe. The reaction comes last, since it says that the rest is done.
    """
    command, issue = step.command, row.status.issue
    if not tracker.may_write(command.ref.repository, command.author, row.lease_end):
        return replace(row, status=commands.dismissed(row.status, command), intent=None)
    if command.word in (commands.ACK, commands.UNACK):
        seen = tracker.read(command.ref, row.lease_end)
        if issue and issue.ref == command.ref and outcome.surprising(issue, seen):
            return replace(row, status=outcome.observed(row, seen, now), intent=None)
        had = replace(row, status=commands.obeyed(row.status, command, now))
        reaction, status = DONE, _say_who(tracker, had, seen, _assignees(row, seen, command), write)
    else:
        reaction, status = _answer(tracker, row, command, now)
    tracker.react(step.ref, command.id, reaction, row.lease_end)
    return replace(row, status=status, intent=None)


def _say_who(
    tracker: Conversation, had: AlertState, seen: Seen, people: dict[str, Any], write: Write
) -> Status:
    """Assign or unassign in the same call that updates who has it in the text, while it fires."""
    issue, firing = had.status.issue, had.spec.firing
    if issue and issue.ref == seen.ref and issue.open and firing:
        return write(had, seen, people)
    if people:
        tracker.edit(seen.ref, people, had.lease_end)
    return had.status


def _assignees(row: AlertState, seen: Seen, command: Command) -> dict[str, Any]:
    """Add or remove one assignee: GitHub replaces the whole list (docs.github.com/rest/issues/issues)."""
    issue = row.status.issue
    holder = issue.acked_by if issue and issue.ref == command.ref else ""
    known = {login.casefold() for login in seen.assignees}
    if command.word == commands.UNACK:
        left = [login for login in seen.assignees if login.casefold() != holder.casefold()]
        return {"assignees": left} if len(left) < len(known) else {}
    if command.author.casefold() in known or len(known) >= MAX_ASSIGNEES:
        return {}
    return {"assignees": [*seen.assignees, command.author]}


def _answer(tracker: Conversation, row: AlertState, command: Command, now: datetime) -> tuple[str, Status]:
    if command.word not in commands.WORDS:
        return WRONG, commands.corrected(row.status, command)
    _carry_out(tracker, row, command)
    return DONE, commands.obeyed(row.status, command, now)


def _carry_out(tracker: Conversation, row: AlertState, command: Command) -> None:
    """Carry out the part of a command that changes something on GitHub."""
    muted = row.status.issue is not None and row.status.issue.muted
    if command.word == commands.MUTE:
        tracker.add_labels(command.ref, (MUTED_LABEL,), row.lease_end)
    if command.word == commands.UNMUTE and muted:
        _unmute(tracker, row, command.ref)


def _unmute(tracker: Conversation, row: AlertState, ref: IssueRef) -> None:
    """Remove the label, unless a person has already done so."""
    try:
        tracker.remove_label(ref, MUTED_LABEL, row.lease_end)
    except Refused as error:
        if error.status != 404:
            raise
