"""Hearing: how a comment's first line is read, and whose commands are carried out. Pure."""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

MOST_AT_ONCE, MOST_PEOPLE = 5, 10
"""How many commands are taken in one look at an issue, and of how many people it asks whether they may."""
MOST_HEARD, MOST_AHEAD = 64, 32
"""How many comments are remembered as heard, and how many of these may have been heard before older ones."""
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


def hear(
    found: Sequence[A],
    heard: Sequence[int],
    may_write: Callable[[str], bool],
    insiders: Container[str] = (),
    refused: Container[str] = (),
) -> CommandsRead[A]:
    """Choose the commands, the oldest first, of those who may write: a few, and asking about a few people.

    Anybody may comment on a public repository, so what a stranger asks for is dropped here, without a trace.
    Insiders are asked about first, so that no crowd holds them up: their commands may overtake those of
    people who have yet to be asked about, and then these alone are noted as heard before their turn.
    Who was refused a moment ago is not asked about again.
    """
    may = _asked([each.author for each in found], may_write, insiders, refused)
    room = MOST_AHEAD - len([number for number in heard if found and number > found[0].id])
    allowed, ids, left = list[A](), list[int](), list[A]()
    for command in found:
        takes = may.get(command.author) and len(allowed) < MOST_AT_ONCE and (room > 0 or not left)
        if takes:
            allowed.append(command)
            room -= bool(left)
        if takes or (may.get(command.author) is False and not left):
            ids.append(command.id)
        else:
            left.append(command)
    return CommandsRead(tuple(allowed), tuple(ids), tuple(left))


def _asked(
    authors: Sequence[str],
    may_write: Callable[[str], bool],
    insiders: Container[str],
    refused: Container[str],
) -> dict[str, bool]:
    """Say of whom it is known whether they may write.

    Whoever spoke first is always asked about, so that no crowd of insiders holds the others up for ever.
    """
    strange = dict.fromkeys(each for each in authors if each not in refused)
    inside = [each for each in strange if each in insiders]
    asked = list(dict.fromkeys([*list(strange)[:1], *inside, *strange]))[:MOST_PEOPLE]
    known = {author: False for author in authors if author in refused}
    return known | {author: may_write(author) for author in asked}


def remembered(heard: Sequence[int], new: Sequence[int]) -> tuple[int, ...]:
    """Remember what was heard: of too many the newest, as GitHub numbers comments as they come."""
    return tuple(sorted({*heard, *new}))[-MOST_HEARD:]


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
