"""DynamoDB: how its errors are told apart, and how its updates are written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import StoreRefused, StoreUnavailable, TableMissing
from chalicelib.store.codec import Item

NEVER = frozenset(
    {"ValidationException", "ItemCollectionSizeLimitExceededException", "SerializationException"}
)
"""The call itself is wrong: another attempt would fail as well.

docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

ELSEWHERE = "ReplicatedWriteConflictException"
"""With strong consistency across several regions, a table refuses one of two simultaneous writes.

docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""


class NotMetError(Exception):
    """The condition of a write was not met; `item` is what is there instead, if the answer includes it."""

    def __init__(self, item: Any) -> None:
        super().__init__("condition not met")
        self.item: Item | None = item


@contextmanager
def answering(table: str) -> Iterator[None]:
    """Tell apart why a call failed.

    Raises NotMetError, StoreRefused if the call is at fault, StoreUnavailable if the table is.
    """
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ConditionalCheckFailedException":
            raise NotMetError(dict(error.response).get("Item")) from error
        if code == "ResourceNotFoundException":
            raise TableMissing(
                f"there is no table {table}: `terraform apply` in infra-extra creates it"
            ) from error
        if code == ELSEWHERE:
            raise NotMetError(None) from error
        if code in NEVER:
            raise StoreRefused(f"the state table rejects this call: {code}") from error
        raise StoreUnavailable(f"the state table refused: {code}") from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"the state table did not answer: {type(error).__name__}") from error


def update_of(changes: Item, condition: str, values: Item) -> dict[str, Any]:
    """Write an update: None removes an attribute; every update increases the revision."""
    kept = {name: value for name, value in changes.items() if value is not None}
    dropped = [f"#{name}" for name in changes if name not in kept]
    clauses = [f"SET {', '.join(f'#{name} = :{name}' for name in kept)}"] if kept else []
    clauses += [f"REMOVE {', '.join(dropped)}"] if dropped else []
    return {
        "UpdateExpression": " ".join([*clauses, "ADD #revision :one"]),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {f"#{name}": name for name in (*changes, "revision")},
        "ExpressionAttributeValues": {f":{name}": value for name, value in kept.items()}
        | {":one": {"N": "1"}}
        | dict(values),
    }


def only(attributes: Sequence[str]) -> dict[str, Any]:
    """Write which attributes of items to read; under other names, as DynamoDB reserves some."""
    names = {f"#{name}": name for name in attributes}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
