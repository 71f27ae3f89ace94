"""Hearing: how a comment's first line is read, and whose commands are carried out. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

MOST_AT_ONCE, MOST_PEOPLE = 5, 10
"""How many commands are taken in one look at an issue, and of how many people it asks whether they may."""
LONGEST_ARGUMENT = 100

_WORD = re.compile(r"/[A-Za-z]{2,20}")
_LENGTH = re.compile(r"([0-9]{1,5})\s*([mhd])", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Asked(Protocol):
    """A command, as far as it must be known whether it may be carried out."""

    @property
    def id(self) -> int:
        """The number of its comment."""

    @property
    def author(self) -> str:
        """Who wrote it."""


A = TypeVar("A", bound=Asked)


@dataclass(frozen=True, slots=True)
class CommandsRead(Generic[A]):
    """Of new commands: those to carry out, the comments that were heard, and what is left for later."""

    allowed: tuple[A, ...] = ()
    ids: tuple[int, ...] = ()
    left: tuple[A, ...] = ()


def hear(found: Sequence[A], may_write: Callable[[str], bool]) -> CommandsRead[A]:
    """Choose the commands of those who may write: a few, and asking about a few people.

    Anybody may comment on a public repository, so what a stranger asks for is dropped here, without a trace.
    """
    allowed: list[A] = []
    known: dict[str, bool] = {}
    for number, command in enumerate(found):
        asks = command.author not in known
        if len(allowed) == MOST_AT_ONCE or (asks and len(known) == MOST_PEOPLE):
            return CommandsRead(
                tuple(allowed), tuple(each.id for each in found[:number]), tuple(found[number:])
            )
        if asks:
            known[command.author] = may_write(command.author)
        if known[command.author]:
            allowed.append(command)
    return CommandsRead(tuple(allowed), tuple(each.id for each in found))


def first_line(body: str, longest: int = LONGEST_ARGUMENT) -> tuple[str, str]:
    """Split the first line that is not blank into a command's word and its argument; empty if it has none.

    Anybody may comment on a public issue, so this reads the text once and never goes back: a pattern for the
    whole line took 40 seconds over one comment of 3,000 blanks.
    """
    line = re.split("[\r\n]", body.lstrip(), maxsplit=1)[0].rstrip(" \t")
    word, _, argument = line.replace("\t", " ").partition(" ")
    if not _WORD.fullmatch(word) or len(argument.strip()) > longest:
        return "", ""
    return word[1:].lower(), argument.strip()


def length_of(argument: str, longest: timedelta) -> timedelta | None:
    """Read a length of time such as `4h`; None if it is not one, or too long."""
    found = _LENGTH.fullmatch(argument)
    length = int(found[1]) * _UNITS[found[2].lower()] if found else timedelta()
    return length if timedelta() < length <= longest else None
