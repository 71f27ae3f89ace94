"""Hidden markers in what we write: which condition an issue is about, and which part of its body is ours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

BOARD = "<!-- alerting:board -->"
"""Marks the beginning of a board's tables."""

_BEGIN = re.compile(r"<!-- alerting:fingerprint=([\w.:-]+) episode=([\w.:+-]+) -->")
_REQUEST = re.compile(r"[\w.:-]{1,128}", re.ASCII)
_END = re.compile(r"<!-- alerting:end opened=([\w.:+-]+)(?: [^<>]*)? -->")


@dataclass(frozen=True, slots=True)
class Mark:
    """Which condition, and which of its episodes, an issue is about."""

    fingerprint: str
    episode: datetime


@dataclass(frozen=True, slots=True)
class Parts:
    """A body: what people wrote before and after our block, and when the issue's first episode began."""

    before: str
    after: str
    opened: datetime | None = None


def marker(fingerprint: str, episode: datetime) -> str:
    """Mark the beginning of our block."""
    return f"<!-- alerting:fingerprint={fingerprint} episode={episode.isoformat()} -->"


def end_marker(opened: datetime, request: str | None = None) -> str:
    """Mark the end of our block, and keep when the issue's first episode began.

    `request` is the correlation id of what it shows, as in logs and dead letters.
    """
    known = f" request={request}" if request and _REQUEST.fullmatch(request) else ""
    said = "text above is rewritten, text below is yours"
    return f"<!-- alerting:end opened={opened.isoformat()}{known} {said} -->"


def comment_marker(fingerprint: str, episode: datetime, key: str) -> str:
    """Mark a comment; this never counts as an issue's marker, not even if an issue quotes the comment."""
    return f"<!-- alerting:comment fingerprint={fingerprint} episode={episode.isoformat()} key={key} -->"


def read_marker(body: str) -> Mark | None:
    """Read an issue's first complete marker."""
    return next(read_markers(body), None)


def read_markers(body: str) -> Iterator[Mark]:
    """Read all complete markers; a board is about no condition, whatever is pasted into it."""
    for found in _BEGIN.finditer("" if BOARD in body else body):
        if episode := _moment(found[2]):
            yield Mark(found[1], episode)


def split(body: str) -> Parts:
    """Separate our block from what people wrote; without both of our markers, in order, all of it is theirs.

    A beginning whose end a person deleted must not extend to a later block's end, so the last one counts.
    """
    for begin, end in _blocks(body):
        return Parts(body[: begin.start()], body[end.end() :], _moment(end[1]))
    return Parts("", f"\n\n{body}" if body else "")


def is_board(body: str) -> bool:
    """Whether an issue's body is a board's."""
    return BOARD in body


def _blocks(body: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    begin, behind = None, 0
    for end in _END.finditer(body):
        for begin in _BEGIN.finditer(body, behind, end.start()):
            behind = begin.end()
        if begin:
            yield begin, end
        behind = end.end()


def _moment(value: str) -> datetime | None:
    """Read a time with its offset; None if a person has changed it."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
