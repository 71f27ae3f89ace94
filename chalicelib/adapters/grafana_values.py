"""The values on which a Grafana alert fires, and their series."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from chalicelib import quantities
from chalicelib.adapters import fields
from chalicelib.adapters.group_member import Member

MAX_VALUES = 20
MOST_TO_SEARCH = 2000
IN_SHORT = 200
_VALUE = re.compile(r"\[ (?:var|metric)='([^']*)'.*? value=(\S+) \]", re.DOTALL)
_LABELS = re.compile(r"labels=\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Value:
    """A value with the name of its query; a classic condition has one for each series."""

    name: str
    written: str
    labels: Mapping[str, str]


def in_words(member: Member, *, counts_no_data: bool) -> str:
    """Write the values briefly, each with the labels that distinguish its series from the others.

    If the rule treats missing data as a state, -1 stands for no value.
    """
    text = _value_string(member)
    told = _told(text)
    found = _values(member, {value.name: value.labels for value in told}, counts_no_data=counts_no_data)
    if found is None:
        found = told
        if not told:
            return quantities.shortened(fields.title(text, IN_SHORT))
    shared = _shared(told)
    return ", ".join(_in_words(value, shared) for value in found[:MAX_VALUES])


def series(member: Member) -> dict[str, str]:
    """Return the labels that all series of the values share; a classic condition's alert has none of them."""
    return _shared(_told(_value_string(member)))


def _values(
    member: Member, labels: Mapping[str, Mapping[str, str]], *, counts_no_data: bool
) -> list[Value] | None:
    values = member.alert.get("values")
    if not isinstance(values, Mapping) or not values:
        return None
    return [
        Value(name, quantities.number(value), labels.get(name, {}))
        for name, value in sorted(values.items())
        if isinstance(value, int | float) and not (counts_no_data and value == -1)
    ]


def _value_string(member: Member) -> str:
    return fields.text(member.alert.get("valueString"), MOST_TO_SEARCH) or ""


@lru_cache(16)
def _told(text: str) -> list[Value]:
    """Read `[ var='B' labels={...} value=22 ]`, the only form before there were `values`."""
    return [
        Value(found[1], quantities.shortened(found[2]), _labels(found[0])) for found in _VALUE.finditer(text)
    ]


def _labels(text: str) -> dict[str, str]:
    """Read `device=/dev/sda, mountpoint=/`; a part without `=` belongs to the value before it."""
    found = _LABELS.search(text)
    labels: dict[str, str] = {}
    last = ""
    for part in found[1].split(", ") if found else []:
        name, equals, value = part.partition("=")
        if equals:
            labels[name], last = value, name
        elif last:
            labels[last] += f", {part}"
    return labels


def _shared(values: list[Value]) -> dict[str, str]:
    series = [value.labels for value in values if value.labels]  # an expression's value has no labels
    return {
        name: value
        for name, value in (series[0] if series else {}).items()
        if all(other.get(name) == value for other in series)
    }


def _in_words(value: Value, shared: Mapping[str, str]) -> str:
    own = ", ".join(f"{name}={said}" for name, said in value.labels.items() if name not in shared)
    return f"{value.name} ({own}) = {value.written}" if own else f"{value.name} = {value.written}"
