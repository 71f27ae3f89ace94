"""A provider's texts and JSON, cleaned and shortened. Without pydantic, since the webhook uses it."""

import json
import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, takewhile
from typing import Any

DEEPEST = 20
"""Levels of nesting; pydantic writes at most 255, and no alert has more than ten."""

KEPT_LENGTH = 4000
LENGTHS = (sys.maxsize, 20_000, 5_000, 1_000, 250)

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(?:[brf]|u(?:00[0189]|007f|d[89a-f]))")
"""What JSON in ASCII must contain for a text in it not to be clean."""
_ASCII = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_UNICODE = json.JSONEncoder(ensure_ascii=False)


def clean(value: str) -> str:
    """Remove control characters except line breaks and tabs; half a surrogate pair becomes U+FFFD."""
    if value.isprintable():  # true for nearly every text, and a faster check than the search
        return value
    broken_alike = value.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", broken_alike))


def parsed(written: str | bytes) -> Any:
    """Read JSON; None if it is not valid, or nested too deeply."""
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return None


def decoded(written: str | bytes) -> Any:
    """Read JSON that every parser reads the same way: no duplicate keys, no infinite numbers or NaN.

    Raises ValueError, which repeats nothing of the input. The webhook and the collector share this rule,
    since the collector must be able to read whatever the webhook accepts.
    """
    try:
        return json.loads(written, parse_constant=_finite, parse_float=_finite, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("it contains a number that is infinite or NaN")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object has a duplicate key")
    return members


def line(value: str) -> str:
    """Put a text on one line."""
    return " ".join(clean(value).split())


def cut(value: str, limit: int) -> str:
    """Shorten to `limit` code points, with a note that says how many are missing."""
    if len(value) <= limit:
        return value
    room = max(0, limit - len(_note(len(value))))
    return value[:room] + _note(len(value) - room)


def fit(value: Mapping[str, Any], limit: int, kept: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Shorten an object to `limit` bytes of JSON: its longest strings first, then all but the `kept` names.

    Kept names are in lower case; as much of their content is kept as there is room for. Values nested too
    deeply to be written are removed in any case.
    """
    for length in LENGTHS:
        shorter = _Pass(partial(cut, limit=length), kept).members(value)
        if size(shorter) <= limit:
            return shorter
    essential = _Pass(partial(cut, limit=LENGTHS[-1]), kept, only_kept=True).members(value)
    if essential and size(essential) <= limit:
        return essential
    return _within(essential, limit, kept) or {"cut": f"left out: larger than {limit} bytes"}


def _within(value: dict[str, Any], limit: int, kept: frozenset[str]) -> dict[str, Any]:
    """Take members while there is room, those with kept names first, and the smallest first.

    If a member is too large, take as much as there is room for: a list of very many tags must not cost the
    alert its message or its priority.
    """
    sizes = {name: size({name: member}) for name, member in value.items()}
    if sum(sizes.values()) <= limit:
        return value
    room, within = limit - size({}), dict[str, Any]()
    for name in sorted(sizes, key=lambda name: (name.casefold() not in kept, sizes[name])):
        member = value[name]
        if sizes[name] > room and isinstance(member, dict):
            member = _within(member, room - size({name: {}}), kept)
        elif sizes[name] > room and isinstance(member, list):
            member = _first(member, room - size({name: []}))
        if member and (cost := size({name: member})) <= room:
            within[name], room = member, room - cost
    return within


def _first(items: list[Any], limit: int) -> list[Any]:
    """Take the first items of a list while there is room."""
    sums = accumulate(size(item) + 1 for item in items)
    return items[: sum(1 for _ in takewhile(lambda total: total <= limit, sums))]


def keep(value: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """Clean every text of an object, and shorten it to `limit` bytes of JSON, as `fit` does."""
    return dict(value) if _fit_to_keep(value, limit) else fit(scrub(value), limit)


def scrub(value: Mapping[str, Any]) -> dict[str, Any]:
    """Clean every text of an object."""
    return _Pass(clean).members(value)


def as_json(value: object) -> str:
    """Write JSON for people, with every letter as it is."""
    return _UNICODE.encode(value)


def size(value: object) -> int:
    """Count the bytes of JSON, written in ASCII without blanks."""
    return len(_ASCII.encode(value))


def _fit_to_keep(value: Mapping[str, Any], limit: int) -> bool:
    """Whether an object is clean and short: its JSON shows that faster than checking every text."""
    try:
        written = _ASCII.encode(value)
    except RecursionError:
        return False
    deepest = written.count("{") + written.count("[")
    return len(written) <= limit and deepest <= DEEPEST and not _ESCAPED.search(written)


def _note(missing: int) -> str:
    return f" [cut: {missing} more characters]"


@dataclass(frozen=True, slots=True)
class _Pass:
    """Rewrites every text of an object, but leaves those of kept names, unless they are overlong."""

    write: Callable[[str], str]
    kept: frozenset[str] = frozenset()
    only_kept: bool = False

    def members(self, value: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
        """Write an object; if two names become the same, the later value is kept."""
        written: dict[str, Any] = {}
        for name, member in value.items():
            is_kept = bool(self.kept) and name.casefold() in self.kept
            if is_kept and isinstance(member, str) and len(member) <= KEPT_LENGTH:
                written[name] = member
            elif is_kept or not self.only_kept:
                written[self.write(name)] = self._member(member, depth + 1)
        return written

    def _member(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self.write(value)
        if not isinstance(value, dict | list):
            return value
        if depth >= DEEPEST:
            return "[cut: nested too deeply]"
        if isinstance(value, dict):
            return self.members(value, depth)
        return [self._member(member, depth + 1) for member in value]
