"""The census: how many rows are due and how many issues open, counted in the table's indexes.

No row is read, and the table is never scanned; as indexes are, the counts are a moment behind.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib import items
from chalicelib.alert import Priority
from chalicelib.store import answering

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST = 5000
"""One page of an index holds as many keys; where there are more, this is what is told."""


class DynamoCensus:
    """Counts on DynamoDB; raises StoreUnavailable where it does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def due(self, priority: Priority, now: datetime) -> int:
        """Count the rows of a priority that are due."""
        return int(self._query(_due(priority, now) | {"Select": "COUNT"}, MOST)["Count"])

    def oldest(self, priority: Priority, now: datetime) -> datetime | None:
        """Since when the longest due row of a priority is due."""
        found = self._query(_due(priority, now) | {"ProjectionExpression": "due_at"}, 1)["Items"]
        return items.time(found[0]["due_at"]) if found else None

    def open(self, priority: Priority) -> int:
        """Count the open issues of a priority."""
        asked = {
            "IndexName": "open",
            "KeyConditionExpression": "open_priority = :hash",
            "ExpressionAttributeValues": {":hash": {"S": priority.value}},
            "Select": "COUNT",
        }
        return int(self._query(asked, MOST)["Count"])

    def _query(self, asked: Mapping[str, Any], limit: int) -> Any:
        with answering():
            return self._client.query(TableName=self._table, Limit=limit, **asked)


def _due(priority: Priority, now: datetime) -> dict[str, Any]:
    return {
        "IndexName": "due",
        "KeyConditionExpression": "due_priority = :hash AND due_at <= :now",
        "ExpressionAttributeValues": {":hash": {"S": priority.value}, ":now": items.number(now)},
    }
