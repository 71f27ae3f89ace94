"""The table, wired: its rows, and the census of them."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from chalicelib.store import DynamoStore
from chalicelib.wiring.stage import settings

if TYPE_CHECKING:
    from chalicelib.census import DynamoCensus

TABLE = Config(connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 3})
"""A call ends within 18 seconds, pauses included.

A message takes two, and none is begun after a third of the collector's minute: the function is not stopped in
the middle, which would count as a receive of each message.
"""


@cache
def store() -> DynamoStore:
    """Wire the rows."""
    return DynamoStore(boto3.client("dynamodb", config=TABLE), settings().table)


@cache
def census() -> "DynamoCensus":
    """Wire the counts, which only reconcile needs."""
    from chalicelib.census import DynamoCensus

    return DynamoCensus(boto3.client("dynamodb", config=TABLE), settings().table)
