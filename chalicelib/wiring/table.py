"""The table, wired: its rows, and the census of them."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.github.dates import http_date
from chalicelib.store.rows import DynamoStore
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import Stage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.store.census import DynamoCensus


@cache
def client(stage: Stage) -> "DynamoDBClient":
    """Wire the table's client, whose answers correct our clock."""
    made: DynamoDBClient = stage.client("dynamodb")
    made.meta.events.register("before-call.dynamodb", lambda **_: CLOCK.asks())
    made.meta.events.register("after-call.dynamodb", _answered)
    return made


def _answered(parsed: Mapping[str, Any], **_: Any) -> None:
    CLOCK.answered(http_date(parsed["ResponseMetadata"]["HTTPHeaders"].get("date", "")))


@cache
def store(stage: Stage) -> DynamoStore:
    """Wire the rows."""
    return DynamoStore(client(stage), stage.table)


@cache
def census(stage: Stage) -> "DynamoCensus":
    """Wire the lists and counts that the indexes give."""
    from chalicelib.store.census import DynamoCensus

    return DynamoCensus(client(stage), stage.table)
