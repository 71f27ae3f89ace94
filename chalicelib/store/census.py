"""The census: how many rows wait, and which have an open issue or ended on a day, read from the indexes.

No row is read, and the table is never scanned. The answers lag slightly, since indexes are only eventually
consistent (docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html).
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.alert import Priority
from chalicelib.conditions import storms
from chalicelib.store import codec
from chalicelib.store.dynamodb import answering

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST = 5000
"""One page of an index holds this many keys; counts go no higher."""


class DynamoCensus:
    """Counts on DynamoDB; raises StoreUnavailable if it does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def waiting(self, priority: Priority) -> int:
        """Count the rows of a priority that GitHub does not show correctly yet."""
        return int(self._query(_waiting(priority) | {"Select": "COUNT"}, MOST)["Count"])

    def oldest(self, priority: Priority) -> datetime | None:
        """Return since when the longest-waiting row of a priority has waited."""
        found = self._query(_waiting(priority) | {"ProjectionExpression": "waiting_since"}, 1)["Items"]
        return codec.time(found[0]["waiting_since"]) if found else None

    def ahead(self, priority: Priority, since: datetime) -> int:
        """Count the rows that wait and are more urgent, or of the same priority and for longer."""
        longer = _waiting(priority) | {"Select": "COUNT"}
        longer["KeyConditionExpression"] += " AND waiting_since < :since"
        longer["ExpressionAttributeValues"] |= {":since": codec.number(since)}
        more_urgent = sum(self.waiting(each) for each in Priority if each < priority)
        return more_urgent + int(self._query(longer, MOST)["Count"])

    def late(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints of rows that GitHub does not show correctly yet, the longest-waiting first."""
        return self._fingerprints(_waiting(priority), limit, oldest_first=True)

    def silenced(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints that fire without an open issue because people want that, the longest first."""
        return self._fingerprints(_waiting(priority, codec.SILENCED), limit, oldest_first=True)

    def held(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints that are held back from outside the row, the longest first."""
        return self._fingerprints(_waiting(priority, codec.HELD), limit, oldest_first=True)

    def open(self, priority: Priority) -> int:
        """Count the open issues of a priority."""
        return int(self._query(_open(priority) | {"Select": "COUNT"}, MOST)["Count"])

    def with_open_issue(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints whose issue is open and shows a priority, the newest first."""
        return self._fingerprints(_open(priority), limit)

    def notifications(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints of notifications with an open issue of a priority, the newest first."""
        return self._fingerprints(_open(priority, codec.NEWS), limit)

    def page_of_open(self, priority: Priority, after: str, limit: int) -> tuple[list[str], str]:
        """List fingerprints whose issue is open and shows a priority, and the start of the next page."""
        begin = {"ExclusiveStartKey": json.loads(after)} if after else {}
        page = self._query(_open(priority) | {"ProjectionExpression": "fingerprint"} | begin, limit)
        last = page.get("LastEvaluatedKey")
        return [item["fingerprint"]["S"] for item in page["Items"]], json.dumps(last) if last else ""

    def newest_in(self, repository: str, limit: int) -> list[str]:
        """List fingerprints with an issue in a repository, the newest issue first."""
        asked = {
            "IndexName": "issues",
            "KeyConditionExpression": "#hash = :hash",
            "ExpressionAttributeNames": {"#hash": "issue_repository"},
            "ExpressionAttributeValues": {":hash": codec.repository(repository)},
        }
        return self._fingerprints(asked, limit)

    def resolved(self, day: date, limit: int) -> list[str]:
        """List fingerprints whose newest episode ended on a day (UTC), the newest first."""
        return self._fingerprints(_of("resolved", "resolved_day", f"{day:%Y-%m-%d}"), limit)

    def began(self, team: str, since: datetime, limit: int) -> list[str]:
        """List fingerprints of what fires for a team outside storms, from a time on, the newest first."""
        asked = _of("groups", "group", f"{storms.OF_TEAM}{team}")
        asked["KeyConditionExpression"] += " AND #range >= :since"
        asked["ExpressionAttributeNames"] |= {"#range": "group_since"}
        asked["ExpressionAttributeValues"] |= {":since": codec.number(since)}
        return self._fingerprints(asked, limit)

    def members(self, storm: str, limit: int) -> list[str]:
        """List fingerprints of what fires in a storm, the longest-firing first."""
        return self._fingerprints(_of("groups", "group", storm), limit, oldest_first=True)

    def size(self, storm: str, limit: int) -> int:
        """Count what fires in a storm, up to a limit."""
        return int(self._query(_of("groups", "group", storm) | {"Select": "COUNT"}, limit)["Count"])

    def of_our_own(self, source: str, limit: int) -> list[str]:
        """List fingerprints of firing rows of one of our own sources, the newest first."""
        return self._fingerprints(_of("groups", "group", f"{storms.OF_OURS}{source}"), limit)

    def _fingerprints(self, asked: Mapping[str, Any], limit: int, *, oldest_first: bool = False) -> list[str]:
        listed = {"ProjectionExpression": "fingerprint", "ScanIndexForward": oldest_first}
        return [item["fingerprint"]["S"] for item in self._query({**asked, **listed}, limit)["Items"]]

    def _query(self, asked: Mapping[str, Any], limit: int) -> Any:
        with answering(self._table):
            return self._client.query(TableName=self._table, Limit=limit, **asked)


def _waiting(priority: Priority, kind: str = codec.WAITING) -> dict[str, Any]:
    return _of("waiting", "waiting_priority", codec.part(kind, priority))


def _open(priority: Priority, kind: str = codec.ALERTING) -> dict[str, Any]:
    return _of("open", "open_priority", codec.part(kind, priority))


def _of(index: str, attribute: str, value: str) -> dict[str, Any]:
    """Query an index for the rows whose attribute, its key, has a value."""
    return {
        "IndexName": index,
        "KeyConditionExpression": "#hash = :hash",
        "ExpressionAttributeNames": {"#hash": attribute},
        "ExpressionAttributeValues": {":hash": {"S": value}},
    }
