"""Deeds: commands with an effect outside the row. A stage has those that it has switched on."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

from chalicelib.conditions import commands
from chalicelib.conditions.command import Command, Reader
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.steps import FollowCommands
from chalicelib.sync.commands import DONE, WRONG, Conversation


class Deed(Protocol):
    """A command, such as `/handoff`."""

    def read(self, argument: str) -> str | None:
        """Read what follows the word; None if it is wrong."""

    def do(self, tracker: Conversation, row: AlertState, command: Command) -> Status | None:
        """Carry it out, once even if called twice; None if what it names makes that impossible.

        Returns the row's status, with what has changed in it.
        """


Deeds = Mapping[str, Deed]
"""Deeds by the word of their command."""

NONE: Deeds = MappingProxyType({})


def readers(deeds: Deeds) -> dict[str, Reader]:
    """Return how to read what follows each word."""
    return {word: deed.read for word, deed in deeds.items()}


def carry_out(tracker: Conversation, row: AlertState, step: FollowCommands, deed: Deed) -> AlertState:
    """Carry out what a person with write access asked for, and react, which says that all of it was done."""
    command = step.command
    if not tracker.may_write(command.ref.repository, command.author, row.lease_end):
        return replace(row, status=commands.dismissed(row.status, command), intent=None)
    done = deed.do(tracker, row, command)
    status = commands.dismissed(done, command) if done else commands.corrected(row.status, command)
    tracker.react(step.ref, command.id, DONE if done else WRONG, row.lease_end)
    return replace(row, status=status, intent=None)
