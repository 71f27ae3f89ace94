"""An AlarmDescription: `TEAM=dev-infra | PRIORITY=P1`, or lines of KEY=value, among the text for people."""

import re
from dataclasses import dataclass

from chalicelib.adapters import fields, texts

KEYS = ("TEAM", "TEAMS", "PRIORITY", "RUNBOOK", "SUMMARY", "DASHBOARD")
ADDRESSES = frozenset({"runbook", "dashboard"})

_PAIR = re.compile(rf"({'|'.join(KEYS)})\s*+=\s*+(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Description:
    """The values by key in lower case, and the text that remains."""

    values: dict[str, str]
    text: str


def read(description: object) -> Description:
    """Read a description; the first value of a key counts, and an address that is none stays text."""
    values: dict[str, str] = {}
    lines = texts.clean(description).split("\n") if isinstance(description, str) else []
    left = [_left(line, values) for line in lines]
    return Description(values, "\n".join(line for line in left if line is not None).strip())


def _left(line: str, values: dict[str, str]) -> str | None:
    """Take the values out of a line; None if nothing is left of it."""
    parts = line.split("|")
    left = [part.strip() for part in parts if not _take(part.strip(), values)]
    if len(left) == len(parts):
        return line
    return " | ".join(filter(None, left)) or None


def _take(part: str, values: dict[str, str]) -> bool:
    found = _PAIR.fullmatch(part)
    if not found:
        return False
    key, value = found[1].lower(), found[2].strip()
    if key in ADDRESSES and value and not fields.url(value):
        return False
    if value:
        values.setdefault(key, value)
    return True
