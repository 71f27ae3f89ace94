"""What all adapters read: texts, labels, addresses, ids and times."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Union

from chalicelib.adapters import texts
from chalicelib.alert_values import Priority, in_utc
from chalicelib.errors import Rejected

if TYPE_CHECKING:
    from chalicelib.alert import AlertEvent

MAX_URL = 2048
"""Bytes."""
MAX_ID = 2000
MAX_RAW = 20_000
MAX_NAMED = 100
"""The longest quote from a provider in an error, in code points; an SQS attribute has the whole sentence."""

SCALAR = str | int | float
TEMPLATE_WITHOUT_VALUE = frozenset({"[no value]", "<no value>"})

_URL = re.compile(r"https?://[^\s<>\"`\\]+")


LOWER = {"P4": "P3", "P5": "P3"}
"""Priorities of services whose scale has more levels below ours."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that was understood and does not affect any issue; `reason` is a constant."""

    reason: str
    title: str


Parsed = Union["AlertEvent", Ignored]


@dataclass(frozen=True, slots=True)
class Ownership:
    """The teams and priority of an alert, the lower-case names they came from, and the rules that decided.

    `unknown` is a word for its severity that no rule knows.
    """

    teams: tuple[str, ...]
    priority: Priority
    names: frozenset[str] = frozenset()
    team_rule: str = ""
    priority_rule: str = ""
    unknown: str = ""


def quoted(value: object) -> str:
    """Quote a provider's word in an error; for an object or list, only say what it is."""
    word = str(value) if isinstance(value, SCALAR) else f"({type(value).__name__})"
    return f"`{texts.cut(texts.line(word), MAX_NAMED)}`"


def text(value: object, limit: int) -> str | None:
    """Read a text; None if it is missing."""
    return texts.cut(texts.clean(value).strip(), limit) or None if isinstance(value, str) else None


def title(value: object, limit: int) -> str:
    """Read a one-line text; empty if it is missing."""
    return texts.cut(texts.line(value), limit) if isinstance(value, str) else ""


def word(value: object) -> str:
    """Read a text or a number as one short word; empty if it is neither."""
    return title(str(value), MAX_NAMED) if isinstance(value, str | int) else ""


def lower_end(priority: str) -> str:
    """Map a priority on a scale down to P5 to ours, which ends at P3; other words are unchanged."""
    return LOWER.get(priority.upper(), priority)


def mapping(value: object) -> Mapping[str, Any]:
    """Read an object; empty if it is not one."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: object) -> Iterator[Mapping[str, Any]]:
    """Read the objects of a list; empty if it is not a list."""
    return (entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else iter(())


def line(pairs: Mapping[str, Any], name: str) -> str:
    """Read a one-line text from an object; empty if it is missing."""
    return texts.line(pairs[name]) if isinstance(pairs.get(name), str) else ""


def strings(value: object) -> dict[str, str]:
    """Read labels; values that are neither text nor number are left out."""
    if not isinstance(value, Mapping):
        return {}
    return {
        texts.clean(name): texts.clean(str(member))
        for name, member in value.items()
        if isinstance(member, SCALAR)
    }


def tags(value: object) -> dict[str, str]:
    """Read AWS tags: an object, or a list of keys and values in either case."""
    if not isinstance(value, list):
        return strings(value)
    pairs = [lowered(strings(tag)) for tag in value]
    return {pair["key"]: pair["value"] for pair in pairs if pair.keys() >= {"key", "value"}}


def lowered(pairs: Mapping[str, str]) -> dict[str, str]:
    """Make names lower-case; if names differ only in case, the lower-case one counts."""
    return {name.lower(): pairs[name] for name in sorted(pairs)}


def first(sources: Sequence[Mapping[str, str]], *names: str) -> str:
    """Find the first text in the order of sources, then names; empty if no name has one."""
    for source in sources:
        for name in names:
            value = source.get(name, "").strip()
            if value and value not in TEMPLATE_WITHOUT_VALUE:
                return value
    return ""


def url(value: object) -> str | None:
    """Read an http or https address; None if it is not one."""
    address = value.strip() if isinstance(value, str) else ""
    return (
        address
        if address == texts.clean(address) and len(address.encode()) <= MAX_URL and _URL.fullmatch(address)
        else None
    )


def time(value: object, field: str) -> datetime:
    """Read a time with its offset; raises Rejected, since a time is never guessed."""
    try:
        return moment(value)
    except ValueError as error:
        raise Rejected(
            "INVALID_TIME",
            f"`{field}` is not a time: {quoted(value)}, {texts.cut(str(error), MAX_NAMED)}",
            f"Send `{field}` as the provider does, for example 2026-11-23T03:10:00Z.",
        ) from error


def moment(value: object) -> datetime:
    """Read a time with its offset; raises ValueError."""
    found = datetime.fromisoformat(value if isinstance(value, str) else "")
    if found.tzinfo is None:
        raise ValueError("it has no offset from UTC")
    return in_utc(found)


def identifier(value: str, limit: int = MAX_ID) -> str:
    """Read a provider's id; the end of an overlong one is replaced by its hash, so that it stays unique."""
    cleaned = texts.clean(value)
    if len(cleaned) <= limit:
        return cleaned
    return f"{cleaned[:limit]} sha256:{hashlib.sha256(cleaned.encode()).hexdigest()}"


def raw(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what the provider sent, cleaned and shortened."""
    return texts.keep(payload, MAX_RAW)
