"""Commands: what a person writes to us in a comment, and the result. Pure.

A command is the first line of a comment. Words that other bots listen to are theirs; a word that is nearly
ours is treated as a typo, and answered with the help.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from types import MappingProxyType

from chalicelib.conditions import acknowledgement, wishes
from chalicelib.conditions.clocks import APART
from chalicelib.conditions.command import Command, Reader, Remark
from chalicelib.conditions.hearing import MOST_HEARD, CommandsRead, first_line, length_of, remembered
from chalicelib.conditions.row import AlertState, Issue, Status
from chalicelib.conditions.wishes import Wish

ACK, UNACK, SNOOZE, UNSNOOZE, MUTE, UNMUTE = "ack", "unack", "snooze", "unsnooze", "mute", "unmute"
WORDS = (ACK, UNACK, SNOOZE, UNSNOOZE, MUTE, UNMUTE)
SEV = "sev"
"""Takes effect outside the row, like any further command that a stage may have."""
OF_NEWS = (MUTE, UNMUTE)
"""Commands for notifications, which nobody acknowledges or snoozes."""
ALIKE = 0.75
LONGEST_SNOOZE = timedelta(days=30)
MOST_REMARKS = 5
"""How many people's newest comments are remembered: whoever closes an issue has often just written one."""
PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PersonComment:
    """A comment that is not ours.

    An `insider` belongs or has contributed to the repository, according to GitHub, which is not always right:
    this allows nothing, and only decides whose permissions are checked first.
    """

    id: int
    author: str
    body: str
    at: datetime
    insider: bool = False


NO_MORE: Mapping[str, Reader] = MappingProxyType({})


def new(
    row: AlertState, spoken: Iterable[PersonComment], more: Mapping[str, Reader] = NO_MORE
) -> list[Command]:
    """Read the commands in comments that are new, the oldest first.

    `more` are further commands that a stage has, and how their arguments are read.
    """
    status, issue = row.status, row.status.issue
    if issue is None:
        return []
    since, known = listens_since(issue) - APART, set(status.heard)
    first = oldest(status.heard)
    fresh = [each for each in spoken if each.id not in known and each.id > first and each.at >= since]
    found = [command for each in fresh if (command := parse(issue, each, more))]
    if row.spec.news:
        found = [each if each.word in OF_NEWS else replace(each, word="") for each in found]
    return sorted(found, key=lambda command: command.id)


def insiders(spoken: Iterable[PersonComment]) -> frozenset[str]:
    """Name those who, according to GitHub, belong to the repository."""
    return frozenset(each.author for each in spoken if each.insider)


def oldest(heard: Sequence[int]) -> int:
    """Return the number below which every comment has been processed.

    GitHub numbers comments in order: if no more are remembered, older ones were processed.
    """
    return min(heard) if len(heard) >= MOST_HEARD else 0


def heard(
    row: AlertState,
    spoken: Sequence[PersonComment],
    comments: int,
    hearing: CommandsRead[Command],
    now: datetime,
) -> Status:
    """Note what was processed; `comments` is how many the issue has. The rest is read in a minute."""
    status, issue = row.status, row.status.issue
    if issue is None:
        return status
    newest = max((each.at for each in spoken), default=issue.heard_at)
    heard_to = min((command.at for command in hearing.left), default=newest)
    later = now + PAUSE if hearing.left else None
    return replace(
        status,
        issue=replace(
            issue,
            heard=comments,
            heard_at=heard_to,
            listen_at=later,
            remarks=_remarks(issue.remarks, spoken),
        ),
        commands=(*status.commands, *hearing.allowed),
        heard=remembered(status.heard, hearing.ids),
    )


def _remarks(known: tuple[Remark, ...], spoken: Sequence[PersonComment]) -> tuple[Remark, ...]:
    """Keep the newest remark of each person; a comment with nothing but a command does not count."""
    said = (Remark(each.id, each.author, each.at) for each in spoken if not _only_a_command(each.body))
    newest = {each.author: each for each in sorted((*known, *said), key=lambda each: each.id)}
    return tuple(sorted(newest.values(), key=lambda each: each.id)[-MOST_REMARKS:])


def _only_a_command(body: str) -> bool:
    first, *more = body.strip().splitlines() or [""]
    return not more and (not first or bool(first_line(first)[0]))


def listens_since(issue: Issue) -> datetime:
    """From when on an issue's comments have not been read."""
    return issue.heard_at or issue.episode


def parse(issue: Issue, spoken: PersonComment, more: Mapping[str, Reader] = NO_MORE) -> Command | None:
    """Read a comment's command, with an empty word if it is wrong; None if it is not ours."""
    word, argument = first_line(spoken.body)
    if not get_close_matches(word, (*WORDS, *more), cutoff=ALIKE):
        return None
    command = Command(issue.ref, spoken.id, spoken.author, word, spoken.at)
    if word == SNOOZE and (length := length_of(argument, LONGEST_SNOOZE)):
        # By GitHub's clock, which the person sees: it differs from ours by ten minutes at most.
        return replace(command, until=spoken.at + length)
    if word in more:
        read = more[word](argument)
        return replace(command, word="" if read is None else word, argument=read or "")
    right = word in WORDS and word != SNOOZE and not argument
    return command if right else replace(command, word="")


def obeyed(status: Status, command: Command, now: datetime) -> Status:
    """Do what a command says, as far as it concerns us, and mark it as done."""
    left = dismissed(status, command)
    noted = wishes.after(status.wishes, Wish(command.word, command.author, command.at))
    if command.word == SNOOZE:
        return replace(left, snoozed_until=command.until, wishes=noted)
    if command.word == UNSNOOZE:
        left = replace(left, snoozed_until=None, wishes=noted)
    issue = left.issue
    if issue is None or issue.ref != command.ref:
        return left
    return replace(left, issue=_had(issue, command, now), wishes=noted)


def _had(issue: Issue, command: Command, now: datetime) -> Issue:
    """Return the issue after a command; whoever ends a silence leaves it to people from now on."""
    if command.word == ACK:
        return acknowledgement.acknowledged(issue, command.author, command.at)
    if command.word == UNACK:
        return acknowledgement.given_back(issue, Wish(command.word, command.author, command.at), now)
    if command.word == MUTE:
        return replace(issue, muted=True)
    loud = replace(issue, muted=False) if command.word == UNMUTE else issue
    return acknowledgement.left_to_people(loud, now)


def corrected(status: Status, command: Command) -> Status:
    """Note that a command that is wrong needs an answer."""
    return replace(dismissed(status, command), replies=(*status.replies, command.id))


def dismissed(status: Status, command: Command) -> Status:
    """Mark a command as done."""
    return replace(status, commands=tuple(each for each in status.commands if each.id != command.id))
