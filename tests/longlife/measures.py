"""What a stage holds and uses, measured on the way."""

import gc
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from tests.longlife.people import of_alerts
from tests.longlife.world import World
from tests.twins.dynamodb import INDEXES

WRITES = ("open", "edit", "comment", "label", "unlabel", "react", "new-label", "dress-label")


@dataclass(frozen=True)
class Totals:
    """What was used since the beginning."""

    log_lines: int
    log_bytes: int
    calls: Counter[str]


@dataclass(frozen=True)
class Day:
    """A day's use, and what there is at its end; sizes in bytes, as DynamoDB counts them."""

    day: int
    rows: int
    rows_bytes: int
    largest_row: int
    longest_lists: Mapping[str, int]
    documents: Mapping[str, int]
    index_entries: Mapping[str, int]
    memory_bytes: int
    log_lines: int
    log_bytes: int
    github_calls: int
    github_writes: int
    table_calls: int
    longest_body: int
    most_comments: int
    open_issues: int


def totals(world: World) -> Totals:
    return Totals(world.log.lines.total(), world.log.bytes, world.calls.copy())


def measured(world: World, day: int, before: Totals) -> Day:
    """Measure the world at the end of a day that began with these totals."""
    now = totals(world)
    calls = now.calls - before.calls
    rows = [size(item) for item in world.items().values()]
    items = world.table.items.values()
    issues = [*of_alerts(world, "open"), *of_alerts(world, "closed")]
    return Day(
        day=day,
        rows=len(rows),
        rows_bytes=sum(rows),
        largest_row=max(rows),
        longest_lists=_longest_lists(world),
        documents={key: size(item) for key, item in world.documents().items()},
        index_entries={name: sum(keys <= item.keys() for item in items) for name, keys in _KEYS.items()},
        memory_bytes=memory(),
        log_lines=now.log_lines - before.log_lines,
        log_bytes=now.log_bytes - before.log_bytes,
        github_calls=sum(count for point, count in calls.items() if point.startswith("github.")),
        github_writes=sum(calls[f"github.{write}"] for write in WRITES),
        table_calls=sum(count for point, count in calls.items() if point.startswith("table.")),
        longest_body=max((len(each.body or "") for each in issues), default=0),
        most_comments=max((len(each.comments) for each in issues), default=0),
        open_issues=len(of_alerts(world, "open")),
    )


_KEYS = {name: {*keys} for name, keys in INDEXES.items()}


def size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """How large an item is: its names and values in UTF-8.

    docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    values = (value for attribute in item.values() for value in attribute.values())
    return sum(len(name.encode()) for name in item) + sum(len(str(value).encode()) for value in values)


def _longest_lists(world: World) -> dict[str, int]:
    """How many entries the longest list of each name has in a row."""
    items, parts = world.items().values(), ("spec", "status")
    stored = [item[part]["S"] for item in items for part in parts if part in item]
    longest: dict[str, int] = {}
    for name, value in (each for text in stored for each in json.loads(text).items()):
        if isinstance(value, list):
            longest[name] = max(len(value), longest.get(name, 0))
    return longest


def memory() -> int:
    """How much the product holds in this process: what its modules and caches lead to."""
    modules = [module for name, module in sys.modules.items() if name.startswith("chalicelib")]
    seen: set[int] = set()
    return sum(map(sys.getsizeof, _reached([vars(module) for module in modules], seen)))


def _reached(roots: list[Any], seen: set[int]) -> Iterator[Any]:
    """Go through objects and what they refer to; code, types and what the tests hold are left out."""
    left = list(roots)
    while left:
        each = left.pop()
        if id(each) in seen or isinstance(each, (ModuleType, type, FunctionType)) or _of_tests(each):
            continue
        seen.add(id(each))
        yield each
        left += gc.get_referents(each)


def _of_tests(each: object) -> bool:
    return type(each).__module__.startswith(("tests.", "_pytest", "pytest", "logging"))


def shown(days: list[Day]) -> str:
    """The figures as lines of JSON."""
    return "\n".join(json.dumps(vars(day), default=dict) for day in days)
