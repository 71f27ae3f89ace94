"""DynamoDB's twin: one table behind the calls of boto3's client that the store makes.

Items are read as they are, indexes `lag` seconds behind. A condition that is not met raises what botocore
raises. Expressions: SET, REMOVE, ADD; conditions joined by AND.
"""

import heapq
import itertools
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from email.utils import formatdate
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from tests.twins.outside import Outside, direct

Item = dict[str, Any]

INDEXES = {
    "due": ("due_priority", "due_at"),
    "groups": ("group", "group_since"),
    "issues": ("issue_repository", "issue_number"),
    "resolved": ("resolved_day", "resolved_at"),
    "open": ("open_priority", "open_since"),
    "waiting": ("waiting_priority", "waiting_since"),
}
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}
_CLAUSE = re.compile(r"(SET|REMOVE|ADD) (.*?)(?= (?:SET|REMOVE|ADD) |$)")
_CONDITION = re.compile(r"(#\w+) (=|<=|<|>=|>) (:\w+)|attribute_(not_)?exists\((#\w+)\)")


class DynamoTwin:
    """The table. `changed` is called with every item written, and with what was there before."""

    def __init__(
        self,
        now: Callable[[], float],
        outside: Outside = direct,
        changed: Callable[[Item | None, Item], None] = lambda before, after: None,
    ) -> None:
        self._now, self._outside, self._changed = now, outside, changed
        self.items: dict[str, Item] = {}
        self.lag = 0.0
        self._indexed: dict[str, tuple[int, Item]] = {}
        self._unindexed: list[tuple[float, int, str, Item]] = []
        self._writes = itertools.count(1)

    def get_item(self, *, Key: Item, **_: Any) -> Item:  # noqa: N803 - boto3's names
        key = Key["fingerprint"]["S"]
        point = "table.load" if "#" in key else "table.get"
        return self._answer(point, lambda: {"Item": self.items[key]} if key in self.items else {})

    def batch_get_item(self, *, RequestItems: Item) -> Item:  # noqa: N803
        ((table, asked),) = RequestItems.items()
        keys = [key["fingerprint"]["S"] for key in asked["Keys"]]
        assert len(keys) == len(set(keys)) <= 100, "DynamoDB refuses it"
        names = asked["ExpressionAttributeNames"]
        wanted = [names[name] for name in asked["ProjectionExpression"].split(", ")]

        def part(item: Item) -> Item:
            return {name: item[name] for name in wanted if name in item}

        return self._answer(
            "table.get",
            lambda: {
                "Responses": {table: [part(self.items[key]) for key in keys if key in self.items]},
                "UnprocessedKeys": {},
            },
        )

    def update_item(self, *, Key: Item, **update: Any) -> Item:  # noqa: N803
        return self._answer(
            f"table.{_purpose(update)}", lambda: self._update(Key["fingerprint"]["S"], update)
        )

    def query(self, **query: Any) -> Item:
        point = f"table.query_{query['IndexName']}"
        return self._answer(point, lambda: self._query(query))

    def _answer(self, point: str, effect: Callable[[], Item]) -> Item:
        """Date an answer as HTTP does."""

        def dated() -> Item:
            answer = effect()
            date = formatdate(self._now(), usegmt=True)
            return answer | {"ResponseMetadata": {"HTTPHeaders": {"date": date}}}

        return self._outside(point, dated)

    def _update(self, key: str, update: Mapping[str, Any]) -> Item:
        names, values = update["ExpressionAttributeNames"], update["ExpressionAttributeValues"]
        before = self.items.get(key)
        if not _met(update["ConditionExpression"], before or {}, names, values):
            raise not_met(before)
        after: Item = dict(before or {"fingerprint": {"S": key}})
        for clause, rest in _clauses(update["UpdateExpression"]):
            for part in rest.split(", "):
                _apply(after, clause, part, names, values)
        self.items[key] = after
        count = next(self._writes)
        heapq.heappush(self._unindexed, (self._now() + self.lag, count, key, after))
        self._changed(before, after)
        return {}

    def _query(self, query: Mapping[str, Any]) -> Item:
        self._index()
        hash_name, range_name = INDEXES[query["IndexName"]]
        names = query["ExpressionAttributeNames"]
        assert (names["#hash"], names.get("#range", range_name)) == (hash_name, range_name)
        found = [
            (_number(item[range_name]), key)
            for key, (_, item) in self._indexed.items()
            if hash_name in item
            and range_name in item
            and _met(query["KeyConditionExpression"], item, names, query["ExpressionAttributeValues"])
        ]
        ordered = sorted(found, reverse=not query.get("ScanIndexForward", True))
        page = [key for _, key in ordered[: query["Limit"]]]
        shown = [{"fingerprint": {"S": key}, range_name: self._indexed[key][1][range_name]} for key in page]
        return {"Items": shown, "Count": len(shown)}

    def _index(self) -> None:
        """Let the indexes see what was written longer ago than they lag."""
        while self._unindexed and self._unindexed[0][0] <= self._now():
            _, count, key, item = heapq.heappop(self._unindexed)
            if count > self._indexed.get(key, (0, {}))[0]:
                self._indexed[key] = (count, item)


def not_met(item: Item | None) -> ClientError:
    """What botocore raises where a condition is not met."""
    answer: Any = {
        "Error": {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}
    }
    return ClientError(answer | ({"Item": item} if item else {}), "UpdateItem")


def _purpose(update: Mapping[str, Any]) -> str:
    """What an update is for, by what it changes."""
    changes = update["UpdateExpression"]
    marks = {
        "#document": "swap",
        "#status": "settle",
        "#lease_owner": "claim",
        "#spec": "record",
        "#look": "ask",
    }
    return next((name for mark, name in marks.items() if re.search(rf"{mark}\b", changes)), "rest")


@cache
def _clauses(expression: str) -> list[tuple[str, str]]:
    return _CLAUSE.findall(expression)


def _apply(item: Item, clause: str, part: str, names: Mapping[str, str], values: Item) -> None:
    if clause == "REMOVE":
        item.pop(names[part], None)
    elif clause == "SET":
        name, value = part.split(" = ")
        item[names[name]] = values[value]
    else:
        name, value = part.split(" ")
        kept = int(item[names[name]]["N"]) if names[name] in item else 0
        item[names[name]] = {"N": str(kept + int(values[value]["N"]))}


def _met(expression: str, item: Item, names: Mapping[str, str], values: Item) -> bool:
    return all(_holds(part, item, names, values) for part in expression.split(" AND "))


def _holds(part: str, item: Item, names: Mapping[str, str], values: Item) -> bool:
    found = _CONDITION.fullmatch(part)
    if found is None:
        raise ValueError(f"the twin reads no such condition: {part}")
    name, compared, value, negated, existing = found.groups()
    if existing:
        return (names[existing] in item) is not bool(negated)
    kept = item.get(names[name])
    return kept is not None and COMPARED[compared](_number(kept), _number(values[value]))


def _number(value: Mapping[str, str]) -> Any:
    return Decimal(value["N"]) if "N" in value else value["S"]
