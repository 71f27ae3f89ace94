"""How alerts name their team and priority, according to the routing table's file."""

from typing import Annotated

from pydantic import AfterValidator

from chalicelib.adapters import registry
from chalicelib.alert import Priority

SOURCES = tuple(name for name in registry.SOURCES if name != registry.OWN_EMITTERS)
"""The sources whose alerts have labels; the canonical schema has its own fields for both."""


def _lower(name: str) -> str:
    if not name.strip():
        raise ValueError("an empty name")
    return name.strip().casefold()


def _words(words: dict[str, Priority]) -> dict[str, Priority]:
    lower = {word.strip().casefold(): priority for word, priority in words.items()}
    if len(lower) < len(words) or "" in lower:
        raise ValueError("every word must be unique, ignoring case, and not empty")
    return lower


def _source(name: str) -> str:
    if name not in SOURCES:
        raise ValueError(f"{name!r} is not one of {', '.join(SOURCES)}")
    return name


Names = tuple[Annotated[str, AfterValidator(_lower)], ...]
Severity = Annotated[dict[str, Priority], AfterValidator(_words)]
Source = Annotated[str, AfterValidator(_source)]
