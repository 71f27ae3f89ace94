"""Hearing: how a comment's first line is read, and whose commands are carried out. Pure."""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

MOST_AT_ONCE, MOST_PEOPLE = 5, 10
"""How many commands are taken in one look at an issue, and how many people's permissions are checked."""
MOST_HEARD, MOST_AHEAD = 64, 32
"""How many comments are remembered as processed, and how many of these may be newer than unprocessed ones."""
LONGEST_ARGUMENT = 200

_WORD = re.compile(r"/[A-Za-z]{2,20}")
_LENGTH = re.compile(r"([0-9]{1,5})\s*([mhd])", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Asked(Protocol):
    """A command, as far as permission to carry it out is concerned."""

    @property
    def id(self) -> int:
        """The number of its comment."""

    @property
    def author(self) -> str:
        """Who wrote it."""


A = TypeVar("A", bound=Asked)


@dataclass(frozen=True, slots=True)
class CommandsRead(Generic[A]):
    """New commands: those to carry out, the comments that were processed, and those left for later."""

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
    """Choose the commands of people who may write, the oldest first: a few, after checking a few people.

    Anybody may comment on a public repository, so a stranger's commands are silently dropped here. Insiders
    are checked first, so that no crowd delays them: their commands may overtake those of people who are still
    to be checked, and then only theirs are noted as processed early. Somebody who was refused a moment ago is
    not checked again.
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
    """Return who is known to be allowed to write, or not.

    The author of the oldest comment is always checked, so that insiders cannot delay the others for ever.
    """
    strange = dict.fromkeys(each for each in authors if each not in refused)
    inside = [each for each in strange if each in insiders]
    asked = list(dict.fromkeys([*list(strange)[:1], *inside, *strange]))[:MOST_PEOPLE]
    known = {author: False for author in authors if author in refused}
    return known | {author: may_write(author) for author in asked}


def remembered(heard: Sequence[int], new: Sequence[int]) -> tuple[int, ...]:
    """Remember what was processed; if too many, the newest, since GitHub numbers comments in order."""
    return tuple(sorted({*heard, *new}))[-MOST_HEARD:]


def first_line(body: str, longest: int = LONGEST_ARGUMENT) -> tuple[str, str]:
    """Split the first line that is not blank into a command's word and its argument; empty if it has none.

    Anybody may comment on a public issue, so this reads the text once, without backtracking: a pattern for
    the whole line took 40 seconds over one comment of 3,000 spaces.
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
