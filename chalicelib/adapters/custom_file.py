"""Your own sources, `chalicelib/custom.toml`: read as a whole, every fault named with its key.

docs/senders/custom.md explains the file. Without pydantic, since the webhook loads this.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from chalicelib.adapters import own
from chalicelib.adapters.expressions import Expression
from chalicelib.errors import ConfigurationError

FILE = "custom.toml"
NAME = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{0,43}(?<!-)")
TAKEN = frozenset({"external", "github", "unknown"}) | own.RESERVED
"""Names that the webhook and the log use for something else."""

REQUIRED = ("title", "alarm_id", "occurred_at")
TEXTS = ("summary", "description", "reason", "team", "teams", "priority", "account_id", "region")
MEASURED = ("value", "threshold")
LINKS = ("runbook_url", "dashboard_url", "source_url", "silence_url", "image_url")
FIELDS = frozenset({*REQUIRED, *TEXTS, *MEASURED, *LINKS})
KEYS = frozenset({"name", "shown_as", "each", "recognise", "state", "alert", "labels", "annotations"})

NEVER = Expression("`null`")
"""Stands for an expression that cannot be read, in a definition that is discarded."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Definition:
    """A source as the file defines it.

    `each` finds the alerts in a body, `recognise` says whether a body is this source's, `state` finds the
    word that `firing` or `resolved` lists; `alert`, `labels` and `annotations` find the values by name.
    """

    name: str
    shown_as: str
    state: Expression
    firing: frozenset[str]
    resolved: frozenset[str]
    alert: Mapping[str, Expression]
    labels: Mapping[str, Expression] = field(default_factory=dict)
    annotations: Mapping[str, Expression] = field(default_factory=dict)
    each: Expression | None = None
    recognise: Expression | None = None


def load(text: str, taken: frozenset[str]) -> dict[str, Definition]:
    """Read definitions by name, none of them `taken`; raises ConfigurationError with every fault."""
    try:
        file = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(FILE, [f"not TOML: {error}"]) from None
    reader = _Reader([], taken | TAKEN)
    reader.only(file, frozenset({"custom"}), "")
    tables = file.get("custom", [])
    found = [reader.definition(each, number) for number, each in enumerate(reader.list(tables, "custom"))]
    if reader.faults:
        raise ConfigurationError(FILE, reader.faults)
    return {definition.name: definition for definition in found if definition}


@dataclass
class _Reader:
    """Reads tables, and notes their faults."""

    faults: list[str]
    taken: frozenset[str]
    names: set[str] = field(default_factory=set)

    def definition(self, table: object, number: int) -> Definition | None:
        """Read one table; None if it has a fault."""
        before, place = len(self.faults), f"custom.{number}"
        own = self.table(table, place)
        self.only(own, KEYS, f"{place}.")
        name = self._name(own.get("name"), place)
        place = f"custom.{name}" if name else place
        state = self.table(own.get("state"), f"{place}.state")
        self.only(state, frozenset({"is", "firing", "resolved"}), f"{place}.state.")
        alert = self.table(own.get("alert"), f"{place}.alert")
        self.only(alert, FIELDS, f"{place}.alert.")
        self.faults += [f"{place}.alert.{each}: missing" for each in REQUIRED if each not in alert]
        word = self.expression(state.get("is"), f"{place}.state.is") or NEVER
        definition = Definition(
            name=name,
            shown_as=self.text(own.get("shown_as", name or place), f"{place}.shown_as"),
            state=word,
            firing=self.words(state, "firing", place),
            resolved=self.words(state, "resolved", place),
            alert=self.expressions(alert, f"{place}.alert"),
            labels=self.expressions(own.get("labels", {}), f"{place}.labels"),
            annotations=self.expressions(own.get("annotations", {}), f"{place}.annotations"),
            each=self.expression(own["each"], f"{place}.each") if "each" in own else None,
            recognise=self.expression(own["recognise"], f"{place}.recognise") if "recognise" in own else None,
        )
        return definition if len(self.faults) == before else None

    def only(self, table: Mapping[str, Any], known: frozenset[str], place: str) -> None:
        """Note unknown keys."""
        self.faults += [f"{place}{key}: unknown key" for key in table.keys() - known]

    def list(self, value: object, place: str) -> Iterator[object]:
        """Read a list of tables."""
        if isinstance(value, list):
            return iter(value)
        self.faults.append(f"{place}: must be written as [[{place}]]")
        return iter(())

    def table(self, value: object, place: str) -> Mapping[str, Any]:
        """Read a table."""
        return self._read(value, lambda each: isinstance(each, Mapping), place, "missing", {})

    def text(self, value: object, place: str) -> str:
        """Read a string that is not empty."""
        return self._read(
            value, lambda each: isinstance(each, str) and bool(each.strip()), place, "must be a string", ""
        )

    def words(self, state: Mapping[str, Any], key: str, place: str) -> frozenset[str]:
        """Read the words of a state."""
        listed = state.get(key)
        sound = isinstance(listed, list) and listed and all(isinstance(each, str) for each in listed)
        if not sound:
            self.faults.append(f"{place}.state.{key}: must be a list of words")
        return frozenset(listed) if sound and isinstance(listed, list) else frozenset()

    def expressions(self, table: object, place: str) -> dict[str, Expression]:
        """Read expressions by name."""
        named = self.table(table, place)
        read = {name: self.expression(text, f"{place}.{name}") for name, text in named.items()}
        return {name: expression for name, expression in read.items() if expression}

    def expression(self, text: object, place: str) -> Expression | None:
        """Read an expression."""
        try:
            return Expression(text if isinstance(text, str) else "")
        except ValueError as error:
            self.faults.append(f"{place}: {error}")
            return None

    def _name(self, value: object, place: str) -> str:
        name = value if isinstance(value, str) and NAME.fullmatch(value) else ""
        if not name:
            self.faults.append(
                f"{place}.name: must be lower-case letters and digits, joined by single hyphens"
            )
        elif name in self.taken | self.names:
            self.faults.append(f"{place}.name: {name} is the name of another source")
        self.names.add(name)
        return name

    def _read(self, value: Any, sound: Callable[[Any], bool], place: str, fault: str, instead: T) -> T:
        if sound(value):
            read: T = value
            return read
        self.faults.append(f"{place}: {fault}")
        return instead
