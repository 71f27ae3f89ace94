"""Commands: reads what people did to an issue and wrote on it, and carries out what they asked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.conditions import commands, outcome
from chalicelib.conditions.commands import PersonComment
from chalicelib.conditions.issue import IssueRef, Seen
from chalicelib.conditions.row import AlertState, Command, Status
from chalicelib.conditions.steps import FollowCommands
from chalicelib.errors import Refused
from chalicelib.labels import MUTED_LABEL

DONE, WRONG = "+1", "confused"
"""Reactions, as GitHub names them."""


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


def obey(tracker: Conversation, row: AlertState, step: FollowCommands) -> AlertState:
    """Do what a person may ask for, and react; nothing, if they may not write any more.

    All of it can be done twice; the reaction comes last, as it says that the rest was done.
    """
    if not tracker.may_write(step.command.ref.repository, step.command.author, row.lease_end):
        return replace(row, status=commands.dismissed(row.status, step.command), intent=None)
    reaction, status = _answer(tracker, row, step.command)
    tracker.react(step.ref, step.command.id, reaction, row.lease_end)
    return replace(row, status=status, intent=None)


def _answer(tracker: Conversation, row: AlertState, command: Command) -> tuple[str, Status]:
    if not command.word:
        return WRONG, commands.corrected(row.status, command)
    _carry_out(tracker, row, command)
    return DONE, commands.obeyed(row.status, command)


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
