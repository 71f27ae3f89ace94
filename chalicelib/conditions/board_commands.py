"""Commands on the board: what a person asks for in a comment there, and the result. Pure.

`/maintenance 2h team=storage source=grafana label:cluster=eu-1 new disks` asks for a window, and
`/maintenance end` ends those that were asked for on this board.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from unicodedata import normalize

from chalicelib.conditions.asked_windows import AskedWindows
from chalicelib.conditions.command import Reader
from chalicelib.conditions.commands import ALIKE, NO_MORE, PersonComment, oldest
from chalicelib.conditions.hearing import CommandsRead, first_line, length_of, remembered
from chalicelib.conditions.windows import Scope, Window

MAINTENANCE, END = "maintenance", "end"
LONGEST_ASKED = timedelta(days=7)
LONGEST_LINE = 300
DONE, WRONG = "+1", "confused"
"""Reactions, as GitHub names them."""

_OPTION = re.compile(r"(team|source)=([a-z0-9][a-z0-9-]{0,44})|label:([^\s=]{1,200})=(\S{1,200})")
_MEANT = re.compile("=|^(team|source|label)s?:", re.IGNORECASE)
"""What marks a word as an option, including the forms that phones and other languages write."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for; with neither a `window` nor `end` nor a `word`, the command is wrong.

    `word` is that of a further command, which only some stages have, and `argument` is what followed it.
    """

    id: int
    author: str
    at: datetime
    window: Window | None = None
    end: bool = False
    word: str = ""
    argument: str = ""


def new(
    asked: AskedWindows,
    repository: str,
    spoken: Iterable[PersonComment],
    more: Mapping[str, Reader] = NO_MORE,
) -> list[Request]:
    """Read the commands in comments that are new, the oldest first."""
    first = oldest(asked.heard)
    fresh = (each for each in spoken if each.id > first and each.id not in asked.heard)
    found = [request for each in fresh if (request := parse(repository, each, more))]
    return sorted(found, key=lambda request: request.id)


def parse(repository: str, spoken: PersonComment, more: Mapping[str, Reader] = NO_MORE) -> Request | None:
    """Read a comment's command; None if it is not ours."""
    word, argument = first_line(spoken.body, LONGEST_LINE)
    if not get_close_matches(word, (MAINTENANCE, *more), cutoff=ALIKE):
        return None
    request = Request(spoken.id, spoken.author, spoken.at)
    if word in more:
        read = more[word](argument)
        return request if read is None else replace(request, word=word, argument=read)
    if word != MAINTENANCE:
        return request
    if argument.lower() == END:
        return replace(request, end=True)
    length, _, rest = argument.partition(" ")
    lasts = length_of(length, LONGEST_ASKED)
    if lasts is None:
        return request
    # By GitHub's clock, which the person sees: it differs from ours by ten minutes at most.
    scope, reason, odd = _scope(repository, rest.split())
    window = Window(spoken.at, spoken.at + lasts, scope, reason, spoken.author)
    return request if odd else replace(request, window=window)


def _scope(repository: str, words: Sequence[str]) -> tuple[Scope, str, bool]:
    """Read what a window covers, and the reason, which is everything that is not an option.

    Also return whether a word looks like an option but is not one: ignoring it would make the window too
    wide.
    """
    found = [(word, _OPTION.fullmatch(word)) for word in words]
    options = [match for _, match in found if match]
    named = {kind: frozenset(each[2] for each in options if each[1] == kind) for kind in ("team", "source")}
    labels = tuple(sorted((each[3], each[4]) for each in options if each[3]))
    others = [word for word, match in found if not match]
    odd = any(_MEANT.search(normalize("NFKC", word)) for word in others)
    return Scope(repository, named["team"], named["source"], labels), " ".join(others), odd


def heard(
    asked: AskedWindows,
    spoken: Sequence[PersonComment],
    read: CommandsRead[Request],
    now: datetime,
    done: Container[int] = (),
) -> AskedWindows:
    """Do what was asked for, note reactions to add and what was processed; the rest follows in a minute.

    `done` are the comments whose commands were carried out elsewhere.
    """
    windows, answers = dict(asked.windows), dict(asked.answers)
    for request in read.allowed:
        if request.window:
            windows[request.id] = request.window
        elif request.end:
            earlier = {name: window for name, window in windows.items() if name < request.id}
            windows |= {name: _ended(window, now) for name, window in earlier.items()}
        answers[request.id] = DONE if _right(request, done) else WRONG
    newest = max((each.at for each in spoken), default=asked.since)
    since = min((each.at for each in read.left), default=newest)
    newer = asked.model_copy(
        update={
            "windows": windows,
            "answers": answers,
            "since": since,
            "heard": remembered(asked.heard, read.ids),
            "wanted": bool(read.left),
        }
    )
    newer.forget(now)
    return newer


def _right(request: Request, done: Container[int]) -> bool:
    return request.window is not None or request.end or request.id in done


def _ended(window: Window, now: datetime) -> Window:
    return replace(window, ends=min(window.ends, max(now, window.begins)))
