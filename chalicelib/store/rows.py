"""The table: rows of conditions, and small documents.

Every write requires the row's revision and increases it, so that no two writers ever act on the same
version of a row. Only settle applies its outcome to a newer revision, since the lease makes the status its
own. Access is by key, or by one index query with a limit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.alert import Priority
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Intent, Lease
from chalicelib.errors import StoreUnavailable
from chalicelib.store import codec, schema
from chalicelib.store.codec import Item
from chalicelib.store.documents import Document
from chalicelib.store.dynamodb import NotMetError, answering, only, update_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_AT_ONCE = 100
"""Items: docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html."""


class DynamoStore:
    """The table on DynamoDB.

    Raises StoreUnavailable if it does not answer, StoreRefused if it can never accept the request.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def get(self, fingerprint: str) -> AlertState | None:
        """Read the current version of a row."""
        item = self._get(fingerprint)
        return codec.row(item) if item else None

    def several(self, fingerprints: Sequence[str]) -> list[AlertState]:
        """Read the current versions of rows, in the order asked for; those that do not exist are left out."""
        found: dict[str, AlertState] = {}
        names = list(dict.fromkeys(fingerprints))
        for start in range(0, len(names), MOST_AT_ONCE):
            part = map(codec.row, self._batch(names[start : start + MOST_AT_ONCE]))
            found |= {row.fingerprint: row for row in part}
        return [found[name] for name in names if name in found]

    def record(self, row: AlertState) -> AlertState | None:
        """Write what the provider said, and when the row is due; None if another was faster."""
        return self._write(row, codec.spec(row) | codec.due(row))[0]

    def ask(self, row: AlertState) -> AlertState | None:
        """Write that people changed the issue, and when the row is due; None if another was faster."""
        return self._write(row, codec.look(wanted=row.look) | codec.due(row))[0]

    def claim(self, row: AlertState, intent: Intent | None, lease: Lease) -> AlertState | None:
        """Take the lease and record the intent; None if the row has changed.

        It is due when the lease ends: after a crash reconcile finds it, behind the rows that are due by then.
        """
        claimed = replace(row, intent=intent, lease=lease, due_at=lease.until, held=None)
        written, newer = self._write(claimed, codec.intent(intent) | codec.lease(lease) | codec.due(claimed))
        if newer and newer.get("lease_owner") == {"S": lease.owner}:
            return codec.row(newer)  # the first attempt's answer was lost; the second found its write
        return written

    def settle(self, claimed: AlertState, settled: AlertState, now: datetime) -> AlertState | None:
        """Write a step's outcome and release the lease; None if the lease was lost.

        If record has changed the row meanwhile, its spec is kept and the row stays due.
        """
        changes = codec.status(settled) | codec.intent(settled.intent) | codec.lease(None)
        changes |= codec.look(wanted=settled.look)
        free = replace(settled, lease=None)
        written, newer = self._write(free, changes | codec.due(free))
        if written or newer is None:
            return written
        kept = codec.row(newer)
        if kept.lease is None or claimed.lease is None or kept.lease.owner != claimed.lease.owner:
            return None
        moved = replace(kept, status=settled.status, intent=settled.intent, due_at=now)
        return self.settle(claimed, moved, now)

    def rest(self, row: AlertState) -> AlertState | None:
        """Write when the row is next due, if at all, and who works on it; None if another was quicker."""
        return self._write(row, codec.due(row) | codec.lease(row.lease))[0]

    def note(self, row: AlertState) -> AlertState | None:
        """Write the status, and when the row is due, whoever has the lease; None if another was faster."""
        return self._write(row, codec.status(row) | codec.due(row))[0]

    def retire(self, row: AlertState) -> AlertState | None:
        """Stop finding it by its issue, until the status is next written; None if another was quicker."""
        return self._write(row, codec.retired())[0]

    def due(self, priority: Priority, now: datetime, limit: int) -> list[str]:
        """List fingerprints of due rows of a priority, the longest due first.

        Like all indexes, this one lags slightly.
        """
        names = {"#hash": "due_priority", "#range": "due_at"}
        values = {":hash": {"S": priority.value}, ":now": codec.number(now)}
        return self._query("due", "#hash = :hash AND #range <= :now", names, values, limit)

    def of_issue(self, ref: IssueRef) -> str | None:
        """Find the fingerprint that an issue belongs to."""
        names = {"#hash": "issue_repository", "#range": "issue_number"}
        values = {":hash": codec.repository(ref.repository), ":number": {"N": str(ref.number)}}
        found = self._query("issues", "#hash = :hash AND #range = :number", names, values, 1)
        return found[0] if found else None

    def of_repository(self, repository: str, after: int, limit: int) -> list[str]:
        """List fingerprints with an issue in a repository numbered above `after`, by number."""
        names = {"#hash": "issue_repository", "#range": "issue_number"}
        values = {":hash": codec.repository(repository), ":after": {"N": str(after)}}
        return self._query("issues", "#hash = :hash AND #range > :after", names, values, limit)

    def load(self, key: str) -> Document:
        """Read a document; one that was never written has version 0 and no text."""
        item = self._get(key)
        return codec.document(item) if item else Document(0, "")

    def swap(self, key: str, text: str, version: int) -> Document | None:
        """Replace the named version; if there is a newer one, return that instead."""
        unchanged = "attribute_not_exists(#version)" if version == 0 else "#version = :seen"
        values: dict[str, Any] = {":text": {"S": text}, ":next": {"N": str(version + 1)}}
        if version:
            values[":seen"] = {"N": str(version)}
        update = {
            "UpdateExpression": "SET #document = :text, #version = :next",
            "ConditionExpression": unchanged,
            "ExpressionAttributeNames": {"#document": "document", "#version": "version"},
            "ExpressionAttributeValues": values,
        }
        written, newer = self._update(key, update)
        if written:
            return None
        return codec.document(newer) if newer else Document(0, "")

    def _get(self, key: str) -> Item | None:
        with answering(self._table):
            answer = self._client.get_item(
                TableName=self._table, Key={"fingerprint": {"S": key}}, ConsistentRead=True
            )
        return answer.get("Item")

    def _batch(self, names: Sequence[str]) -> Iterator[Item]:
        """Read items; those that exceed an answer's 16 MB, or are throttled, are requested again."""
        keys = [{"fingerprint": {"S": name}} for name in names]
        wanted: Any = {"Keys": keys, "ConsistentRead": True, **only(schema.OF_A_ROW)}
        while wanted:
            with answering(self._table):
                answer = self._client.batch_get_item(RequestItems={self._table: wanted})
            read = answer["Responses"].get(self._table, [])
            wanted = answer["UnprocessedKeys"].get(self._table)
            if wanted and not read:
                raise StoreUnavailable("the state table is throttled: it read none of several rows")
            yield from read

    def _write(self, row: AlertState, changes: Item) -> tuple[AlertState | None, Item | None]:
        """Write attributes if the revision is still the row's; otherwise return the newer item."""
        unchanged = "#revision = :seen" if row.revision else "attribute_not_exists(#revision)"
        seen = {":seen": {"N": str(row.revision)}} if row.revision else {}
        whole = {**changes, **schema.written(row)}
        written, newer = self._update(row.fingerprint, update_of(whole, unchanged, seen))
        return (replace(row, revision=row.revision + 1) if written else None), newer

    def _update(self, key: str, update: Mapping[str, Any]) -> tuple[bool, Item | None]:
        """Update one item; returns whether it was, and the item that did not meet the condition."""
        try:
            with answering(self._table):
                self._client.update_item(
                    TableName=self._table,
                    Key={"fingerprint": {"S": key}},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **update,
                )
        except NotMetError as lost:
            return False, lost.item or self._get(key)
        return True, None

    def _query(
        self, index: str, condition: str, names: Mapping[str, str], values: Mapping[str, Any], limit: int
    ) -> list[str]:
        with answering(self._table):
            answer = self._client.query(
                TableName=self._table,
                IndexName=index,
                KeyConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                ProjectionExpression="fingerprint",
                Limit=limit,
            )
        return [item["fingerprint"]["S"] for item in answer["Items"]]
