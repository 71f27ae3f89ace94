"""Words for the cases of a test, so that one which fails says what is wrong."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from functools import singledispatch
from types import CodeType

from pydantic import BaseModel

from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.nothing import Nothing
from chalicelib.conditions.row import AlertState, Issue
from tests.twins.clock import START

MOST = 100
LEFT_TO_PYTEST = str | bytes | int | float | complex | Enum | None
"""What pytest names well itself."""


def of(value: object) -> str | None:
    """Put a case in words that are the same in every process; None where pytest has its own."""
    if isinstance(value, str | bytes) and len(value) > MOST:
        start = value[:20] if isinstance(value, str) else value[:20].decode("ascii", "ignore")
        return f"a long text {start.strip()}".strip()
    if isinstance(value, LEFT_TO_PYTEST | type):
        return None
    said = " ".join(_said(value).split())
    return re.sub(r"[^ -~]|[\[\]]|::", "", said)[:MOST].strip() or None


@singledispatch
def _said(value: object) -> str:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value, _telling(value))
    return _called(value) if callable(value) else re.sub(r" at 0x\w+", "", str(value))


@_said.register
def _enum(value: Enum) -> str:
    return str(value.value)


@_said.register
def _text(value: str) -> str:
    return value or "empty"


@_said.register
def _raw(value: bytes) -> str:
    shown = value.isascii() and value.decode("ascii").isprintable()
    return _text(value.decode("ascii")) if shown else f"{len(value)} bytes"


@_said.register
def _time(value: datetime) -> str:
    return f"minute {_minutes(value)}" if value.tzinfo else value.isoformat()


@_said.register
def _error(value: Exception) -> str:
    return f"{type(value).__name__} {value}"


@_said.register
def _alert(value: AlertEvent) -> str:
    return f"{'fires' if value.state is Condition.FIRING else 'ends'} at {_minutes(value.occurred_at)}"


@_said.register
def _model(value: BaseModel) -> str:
    return _fields(value, {name: getattr(value, name) for name in sorted(value.model_fields_set)})


@_said.register
def _ref(value: IssueRef) -> str:
    return f"#{value.number}"


@_said.register
def _state(value: AlertState) -> str:
    return ", ".join(_row(value))


@_said.register
def _nothing(value: Nothing) -> str:
    return f"nothing as {value.reason}"


@_said.register
def _mapping(value: Mapping) -> str:  # type: ignore[type-arg] # what is registered is a class
    return ", ".join(f"{key} {_said(each)}" for key, each in value.items()) or "nothing"


@_said.register(list)
@_said.register(tuple)
def _several(value: Sequence[object]) -> str:
    return " and ".join(map(_said, value)) or "nothing"


@_said.register(set)
@_said.register(frozenset)
def _any_of(value: Iterable[object]) -> str:
    return _several(sorted(map(_said, value)))


def _minutes(at: datetime) -> str:
    return f"{(at - START) / timedelta(minutes=1):g}"


def _fields(value: object, fields: Mapping[str, object]) -> str:
    told = ", ".join(f"{name} {_said(each)}" for name, each in fields.items())
    return f"{type(value).__name__} {told}".strip()


def _telling(value: object) -> dict[str, object]:
    """The fields that are not as they are by default."""
    fields = {field.name: field.default for field in dataclasses.fields(value)}  # type: ignore[arg-type]
    found = {name: getattr(value, name) for name in fields}
    return {name: each for name, each in found.items() if each is not fields[name] and each not in (None, ())}


def _row(row: AlertState) -> Iterator[str]:
    yield row.spec.condition.value.lower() if row.spec.alert else "only its end is known"
    yield from _issue(row.status.issue)
    if row.status.snoozed_until:
        yield f"snoozed until {_minutes(row.status.snoozed_until)}"
    if row.intent:
        yield f"unfinished {row.intent.verb.value.lower()}"


def _issue(issue: Issue | None) -> Iterator[str]:
    if issue is None:
        yield "no issue"
        return
    by = issue.closed_by.value.lower() if issue.closed_by else "nobody"
    yield "issue open" if issue.open else f"issue closed by {by}"
    yield from (flag for flag in ("muted", "quiet", "kept_open", "comments_closed") if getattr(issue, flag))


def _called(value: object) -> str:
    """A function by its name; one without a name by what it calls."""
    code = getattr(value, "__code__", None)
    name = str(getattr(value, "__name__", type(value).__name__))
    if name != "<lambda>" or not isinstance(code, CodeType):
        return name
    inner = [name for each in code.co_consts if isinstance(each, CodeType) for name in each.co_names]
    constants = [str(each) for each in code.co_consts if isinstance(each, str) and each != "<lambda>"]
    return " ".join([*code.co_names, *inner, *constants]) or "a function"
