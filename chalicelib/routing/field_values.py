"""Values of issue fields, as the routing table's file writes them. Pure.

https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/managing-issue-fields-in-your-organization
"""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, PlainValidator

from chalicelib.alert import AlertEvent, Priority

FieldValue = str | float | Mapping[Priority, str]
"""A text, in which words in braces stand for the alert's own; a number; or a text for each priority."""

WORDS = ("priority", "team", "source")
_WORD = re.compile(r"\{([^{}]*)\}")


def filled(
    fields: Mapping[str, FieldValue], alert: AlertEvent, team: str
) -> tuple[tuple[str, str | float], ...]:
    """Fill in each field's value for an alert; a field without a value for its priority is left out."""
    own = {"priority": alert.priority.value, "team": team, "source": alert.source}
    chosen = {
        name: value.get(alert.priority, "") if isinstance(value, Mapping) else value
        for name, value in fields.items()
    }
    return tuple(
        (name, _WORD.sub(lambda word: own[word[1]], value) if isinstance(value, str) else value)
        for name, value in chosen.items()
        if value != ""
    )


def _value(value: object) -> FieldValue:
    if isinstance(value, dict):
        return {_priority(key): _text(text) for key, text in value.items()}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return _text(value)


def _priority(key: object) -> Priority:
    if not isinstance(key, str) or key not in list(Priority):
        raise ValueError(f"{key!r} is not one of {', '.join(Priority)}")
    return Priority(key)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} is not a string, a number, or a table of strings by priority")
    if unknown := [word for word in _WORD.findall(value) if word not in WORDS]:
        known = ", ".join(f"{{{word}}}" for word in WORDS)
        raise ValueError(f"{{{unknown[0]}}} is not one of {known}")
    return value


def _name(name: str) -> str:
    if not name.strip():
        raise ValueError("an empty name")
    return name


FieldName = Annotated[str, AfterValidator(_name)]
Value = Annotated[FieldValue, PlainValidator(_value)]
