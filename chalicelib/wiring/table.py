"""The table, wired: its rows, and the census of them."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.store import DynamoStore
from chalicelib.wiring.stage import Stage

if TYPE_CHECKING:
    from chalicelib.census import DynamoCensus


@cache
def store(stage: Stage) -> DynamoStore:
    """Wire the rows."""
    return DynamoStore(stage.client("dynamodb"), stage.table)


@cache
def census(stage: Stage) -> "DynamoCensus":
    """Wire the counts, which only reconcile and the command line need."""
    from chalicelib.census import DynamoCensus

    return DynamoCensus(stage.client("dynamodb"), stage.table)
