"""The table, wired: its rows, and the census of them."""

from functools import cache
from typing import TYPE_CHECKING

import boto3

from chalicelib.store import DynamoStore
from chalicelib.wiring.stage import AWS, settings

if TYPE_CHECKING:
    from chalicelib.census import DynamoCensus


@cache
def store() -> DynamoStore:
    """Wire the rows."""
    return DynamoStore(boto3.client("dynamodb", config=AWS), settings().table)


@cache
def census() -> "DynamoCensus":
    """Wire the counts, which only reconcile needs."""
    from chalicelib.census import DynamoCensus

    return DynamoCensus(boto3.client("dynamodb", config=AWS), settings().table)
