"""Commands: what a person says to us in a comment, and what comes of it. Pure.

A command is the first line of a comment. Words that other bots listen to are theirs; one that is nearly ours
is taken for a slip, and answered with the help.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from chalicelib.lifecycle.clocks import APART
from chalicelib.lifecycle.state import AlertState, Command, Issue, Status

ACK, SNOOZE, UNSNOOZE, MUTE, UNMUTE = "ack", "snooze", "unsnooze", "mute", "unmute"
WORDS = (ACK, SNOOZE, UNSNOOZE, MUTE, UNMUTE)
ALIKE = 0.75
LONGEST_SNOOZE = timedelta(days=30)
MOST_HEARD = 64

LONGEST_ARGUMENT = 100

_WORD = re.compile(r"/[A-Za-z]{2,20}")
_LENGTH = re.compile(r"([0-9]{1,5})\s*([mhd])", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A comment that is not ours."""

    id: int
    author: str
    body: str
    at: datetime


def heard(row: AlertState, spoken: Iterable[Spoken], comments: int) -> Status:
    """Note the commands in comments that were not heard yet; `comments` is how many the issue has."""
    status, issue = row.status, row.status.issue
    if issue is None:
        return status
    since = listens_since(issue) - APART
    new = [each for each in spoken if each.id not in status.heard and each.at >= since]
    found = [command for each in new if (command := parse(issue, each))]
    newest = max((each.at for each in new), default=issue.heard_at)
    return replace(
        status,
        issue=replace(issue, heard=comments, heard_at=newest),
        commands=(*status.commands, *found),
        heard=(*status.heard, *(command.id for command in found))[-MOST_HEARD:],
    )


def listens_since(issue: Issue) -> datetime:
    """From when on an issue's comments have not been heard."""
    return issue.heard_at or issue.episode


def parse(issue: Issue, spoken: Spoken) -> Command | None:
    """Read a comment's command, with an empty word where it is wrong; None where it is none of ours."""
    word, argument = _first_line(spoken.body)
    if not get_close_matches(word, WORDS, n=1, cutoff=ALIKE):
        return None
    command = Command(issue.ref, spoken.id, spoken.author, word, spoken.at)
    if word == SNOOZE and (length := _length(argument)):
        # By GitHub's clock, which the person reads: ten minutes at most of what they asked for.
        return replace(command, until=spoken.at + length)
    right = word in WORDS and word != SNOOZE and not argument
    return command if right else replace(command, word="")


def _first_line(body: str) -> tuple[str, str]:
    """Split the first line that is not blank into a command's word and its argument; empty if it has none.

    Anybody may comment on a public issue, so this reads the text once and never goes back: a pattern for the
    whole line took 40 seconds over one comment of 3,000 blanks.
    """
    line = re.split("[\r\n]", body.lstrip(), maxsplit=1)[0].rstrip(" \t")
    word, _, argument = line.replace("\t", " ").partition(" ")
    if not _WORD.fullmatch(word) or len(argument.strip()) > LONGEST_ARGUMENT:
        return "", ""
    return word[1:].lower(), argument.strip()


def _length(argument: str) -> timedelta | None:
    found = _LENGTH.fullmatch(argument)
    length = int(found[1]) * _UNITS[found[2].lower()] if found else timedelta()
    return length if timedelta() < length <= LONGEST_SNOOZE else None


def obeyed(status: Status, command: Command) -> Status:
    """Do what a command says, so far as it is ours to do, and be done with it."""
    issue, left = status.issue, dismissed(status, command)
    if command.word == SNOOZE:
        return replace(left, snoozed_until=command.until)
    if command.word == UNSNOOZE:
        return replace(left, snoozed_until=None)
    if issue is None or issue.ref != command.ref:
        return left
    if command.word == ACK:
        return replace(left, issue=replace(issue, acked_by=command.author))
    return replace(left, issue=replace(issue, muted=command.word == MUTE))


def corrected(status: Status, command: Command) -> Status:
    """Owe an answer to a command that is wrong."""
    return replace(dismissed(status, command), replies=(*status.replies, command.id))


def dismissed(status: Status, command: Command) -> Status:
    """Be done with a command."""
    return replace(status, commands=tuple(each for each in status.commands if each.id != command.id))
