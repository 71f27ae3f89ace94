"""A message about a row that only a newer version can read waits, and the others are recorded."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.store import schema
from chalicelib.store.rows import DynamoStore
from tests.twins.dynamodb import DynamoTwin
from tests.unit.collector.test_collector import World, alert

Change = Callable[[dict[str, Any]], dict[str, Any]]


def named(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"schema": {"N": str(schema.READS + 1)}}


def unnamed(item: dict[str, Any]) -> dict[str, Any]:
    """A word of tomorrow, whose version forgot to say so."""
    spec = json.loads(item["spec"]["S"]) | {"condition": "PENDING"}
    return item | {"spec": {"S": json.dumps(spec)}}


@pytest.mark.parametrize("change", [named, unnamed])
def test_it_goes_back_to_the_queue_until_the_newer_version_is_there_again(change: Change) -> None:
    world, twin = World(), DynamoTwin(lambda: 0.0)
    object.__setattr__(world._collect, "rows", DynamoStore(twin, "table"))  # type: ignore[arg-type]
    first, other = alert("first"), alert("other")
    world.collect(first)
    known = twin.items[first.fingerprint]
    newer = twin.items[first.fingerprint] = change(known)

    world.collect(alert("first", 5, ends=True), other)
    assert twin.items[first.fingerprint] == newer
    assert other.fingerprint in twin.items
    assert [keys["reason"] for keys in world.telemetry.named("REQUEUED")] == ["UNREADABLE"]
    assert [name for name, _ in world.telemetry.problems] == ["NOT_RECORDED"]
    assert world.queue.rejected == []

    twin.items[first.fingerprint] = known
    world.collect(world.returned())
    assert json.loads(twin.items[first.fingerprint]["spec"]["S"])["condition"] == "RESOLVED"
