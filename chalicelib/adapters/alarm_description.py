"""An AlarmDescription: `TEAM=dev-infra | PRIORITY=P1`, or lines of KEY=value, within text for people."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.adapters import alarm_owner, fields, texts
from chalicelib.adapters.alarm_owner import ADDRESS, QUOTES, TAKEN, Named

_BAR = re.compile(rf"(?P<address>{ADDRESS})|(?P<bar>\|)", re.IGNORECASE)
_LINK = re.compile(r"(?<![^\s\x00,;(\"'`\[{])(RUNBOOK|DASHBOARD)[ \t]*=[ \t]*([^\s\x00]*)", re.IGNORECASE)
_KIND = re.compile(r"(?<![^\s\x00,;(\"'`\[{])KIND[ \t]*=[ \t]*(condition|notification)\b", re.IGNORECASE)
_SUMMARY = re.compile(r"SUMMARY[ \t]*=(.*)", re.IGNORECASE)
_TAKEN = re.compile(rf"{TAKEN}[ \t,;]*")
_AROUND, _LEFT_OVER = QUOTES + ",;", " ,;"
_EMPTY = re.compile(r"[(\[{] ?[)\]}]")


@dataclass(frozen=True, slots=True)
class Description:
    """Whose the alarm is and how urgent, other values by key in lower case, and the text that remains."""

    team: Named
    priority: Named
    values: dict[str, str]
    text: str


def read(description: object) -> Description:
    """Read a description; of several links of a kind the first counts; what is not an address stays text."""
    values: dict[str, str] = {}
    team, priority, left = alarm_owner.take(texts.clean(description) if isinstance(description, str) else "")
    lines = [_left(line, values) for line in left.split("\n")]
    return Description(team, priority, values, "\n".join(line for line in lines if line is not None).strip())


def _left(line: str, values: dict[str, str]) -> str | None:
    """Remove the values from a line; None if nothing is left of it."""
    parts = list(_parts(line))
    left = [_taken(part, values) for part in parts]
    if left == parts:
        return line
    return " | ".join(filter(None, (part.strip() for part in left))) or None


def _parts(line: str) -> Iterator[str]:
    """Split at `|`, but not within an address."""
    begin = 0
    for found in _BAR.finditer(line):
        if found["bar"]:
            yield line[begin : found.start()]
            begin = found.end()
    yield line[begin:]


def _taken(part: str, values: dict[str, str]) -> str:
    """Remove the values from a part; if what is left has no letter or digit, it is removed too."""
    if found := _SUMMARY.fullmatch(_without_taken(part).strip()):
        if value := found[1].strip():
            values.setdefault("summary", value)
        return ""
    left = _LINK.sub(lambda link: _link(link, values), part)
    left = _KIND.sub(lambda kind: _kind(kind, values), left)
    if TAKEN not in left:
        return left
    rest = _without_taken(left)
    return rest if any(map(str.isalnum, rest)) else ""


def _link(found: re.Match[str], values: dict[str, str]) -> str:
    address = found[2].strip(_AROUND)
    if address and not fields.url(address):
        return found[0]
    if address:
        values.setdefault(found[1].lower(), address)
    return TAKEN


def _kind(found: re.Match[str], values: dict[str, str]) -> str:
    values.setdefault("kind", found[1])
    return TAKEN


def _without_taken(part: str) -> str:
    if TAKEN not in part:
        return part
    left = " ".join(_TAKEN.sub(" ", part).split())
    return " ".join(_EMPTY.sub("", left).split()).strip(_LEFT_OVER)
