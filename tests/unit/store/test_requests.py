"""What is asked of DynamoDB, word for word: a twin that answers more than it was asked would hide a fault."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState
from chalicelib.store import schema
from chalicelib.store.census import MOST, DynamoCensus
from chalicelib.store.documents import Document
from chalicelib.store.rows import DynamoStore
from tests.unit.builders import firing, resolved, row_of

TABLE = "alerting-dev-alerts-state"
ROW = row_of(firing(0))
NOW = datetime(2026, 3, 1, 3, 0, 7, 250_000, UTC)
SECONDS = {"N": "1772334007.250000"}
ISSUE = IssueRef("Example-Org/Alerts", 12)
IN_REPOSITORY = {"S": "example-org/alerts"}


class Client:
    """Notes what it is asked, and answers with what it is given, or else that nothing is there."""

    def __init__(self, **answers: Any) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {
            "get_item": {},
            "update_item": {},
            "batch_get_item": {"Responses": {}, "UnprocessedKeys": {}},
            "query": {"Items": [], "Count": 0},
        }
        self.answers |= answers

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            self.asked.append((name, asked))
            return self.answers[name]

        return call

    @property
    def store(self) -> DynamoStore:
        return DynamoStore(self, TABLE)  # type: ignore[arg-type]

    @property
    def census(self) -> DynamoCensus:
        return DynamoCensus(self, TABLE)  # type: ignore[arg-type]


def found(*names: str) -> dict[str, Any]:
    return {"Items": [{"fingerprint": {"S": name}} for name in names], "Count": len(names)}


# Reads


def test_a_row_and_a_document_are_read_as_they_are_now() -> None:
    client = Client()
    assert client.store.get("abc") is None
    assert client.store.load("budget#acme") == Document(0, "")
    assert client.asked == [
        ("get_item", {"TableName": TABLE, "Key": {"fingerprint": {"S": key}}, "ConsistentRead": True})
        for key in ("abc", "budget#acme")
    ]


def test_several_rows_are_read_as_they_are_now_a_hundred_at_a_time_and_each_once() -> None:
    client = Client()
    names = [f"{number}" for number in range(101)]
    assert client.store.several([*names, "7"]) == []

    def asked(names: list[str]) -> dict[str, Any]:
        keys = [{"fingerprint": {"S": name}} for name in names]
        attributes = {
            "ProjectionExpression": ", ".join(f"#{name}" for name in schema.OF_A_ROW),
            "ExpressionAttributeNames": {f"#{name}": name for name in schema.OF_A_ROW},
        }
        return {"RequestItems": {TABLE: {"Keys": keys, "ConsistentRead": True, **attributes}}}

    assert client.asked == [
        ("batch_get_item", asked(names[:100])),
        ("batch_get_item", asked(names[100:])),
    ]


def query(index: str, condition: str, names: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    return {
        "TableName": TABLE,
        "IndexName": index,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }


LISTS: dict[str, tuple[Callable[[DynamoStore], Any], dict[str, Any]]] = {
    "due": (
        lambda store: store.due(Priority.P1, NOW, 7),
        query(
            "due",
            "#hash = :hash AND #range <= :now",
            {"#hash": "due_priority", "#range": "due_at"},
            {":hash": {"S": "P1"}, ":now": SECONDS},
        ),
    ),
    "of_repository": (
        lambda store: store.of_repository(ISSUE.repository, 5, 7),
        query(
            "issues",
            "#hash = :hash AND #range > :after",
            {"#hash": "issue_repository", "#range": "issue_number"},
            {":hash": IN_REPOSITORY, ":after": {"N": "5"}},
        ),
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_rows_asks_for_their_names_alone(name: str) -> None:
    call, asked = LISTS[name]
    client = Client(query=found("one", "two"))
    assert call(client.store) == ["one", "two"]
    assert client.asked == [("query", asked | {"ProjectionExpression": "fingerprint", "Limit": 7})]


def test_the_row_of_an_issue_is_looked_for_by_both_keys_of_the_index() -> None:
    client = Client(query=found("one"))
    assert client.store.of_issue(ISSUE) == "one"
    asked = query(
        "issues",
        "#hash = :hash AND #range = :number",
        {"#hash": "issue_repository", "#range": "issue_number"},
        {":hash": IN_REPOSITORY, ":number": {"N": "12"}},
    )
    assert client.asked == [("query", asked | {"ProjectionExpression": "fingerprint", "Limit": 1})]
    assert Client().store.of_issue(ISSUE) is None


# Counts and lists


def of(index: str, name: str, value: str) -> dict[str, Any]:
    return query(index, "#hash = :hash", {"#hash": name}, {":hash": {"S": value}})


def since(asked: dict[str, Any], condition: str, names: dict[str, str]) -> dict[str, Any]:
    """The same, from or until a time."""
    return asked | {
        "KeyConditionExpression": f"#hash = :hash AND {condition}",
        "ExpressionAttributeNames": asked["ExpressionAttributeNames"] | names,
        "ExpressionAttributeValues": asked["ExpressionAttributeValues"] | {":since": SECONDS},
    }


def newest(asked: dict[str, Any]) -> dict[str, Any]:
    return asked | {"ProjectionExpression": "fingerprint", "ScanIndexForward": False, "Limit": 7}


def oldest(asked: dict[str, Any]) -> dict[str, Any]:
    return newest(asked) | {"ScanIndexForward": True}


NAMED: dict[str, tuple[Callable[[DynamoCensus], Any], dict[str, Any]]] = {
    "late": (lambda census: census.late(Priority.P1, 7), oldest(of("waiting", "waiting_priority", "P1"))),
    "silenced": (
        lambda census: census.silenced(Priority.P1, 7),
        oldest(of("waiting", "waiting_priority", "SILENCED#P1")),
    ),
    "held": (
        lambda census: census.held(Priority.P1, 7),
        oldest(of("waiting", "waiting_priority", "HELD#P1")),
    ),
    "with_open_issue": (
        lambda census: census.with_open_issue(Priority.P1, 7),
        newest(of("open", "open_priority", "P1")),
    ),
    "notifications": (
        lambda census: census.notifications(Priority.P1, 7),
        newest(of("open", "open_priority", "NEWS#P1")),
    ),
    "newest_in": (
        lambda census: census.newest_in("Example-Org/Alerts", 7),
        newest(of("issues", "issue_repository", "example-org/alerts")),
    ),
    "resolved": (
        lambda census: census.resolved(NOW.date(), 7),
        newest(of("resolved", "resolved_day", "2026-03-01")),
    ),
    "began": (
        lambda census: census.began("dev-infra", NOW, 7),
        newest(since(of("groups", "group", "TEAM#dev-infra"), "#range >= :since", {"#range": "group_since"})),
    ),
    "members": (lambda census: census.members("parent", 7), oldest(of("groups", "group", "parent"))),
    "of_our_own": (
        lambda census: census.of_our_own("alerting-storm", 7),
        newest(of("groups", "group", "OWN#alerting-storm")),
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_list_of_the_census_asks_for_names_in_its_order(name: str) -> None:
    call, asked = NAMED[name]
    client = Client(query=found("one", "two"))
    assert call(client.census) == ["one", "two"]
    assert client.asked == [("query", asked)]


COUNTS: dict[str, tuple[Callable[[DynamoCensus], int], dict[str, Any], int]] = {
    "waiting": (lambda census: census.waiting(Priority.P2), of("waiting", "waiting_priority", "P2"), MOST),
    "open": (lambda census: census.open(Priority.P2), of("open", "open_priority", "P2"), MOST),
    "size": (lambda census: census.size("parent", 7), of("groups", "group", "parent"), 7),
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_of_the_census_reads_no_items(name: str) -> None:
    call, asked, limit = COUNTS[name]
    client = Client(query={"Items": [], "Count": 3})
    assert call(client.census) == 3
    assert client.asked == [("query", asked | {"Select": "COUNT", "Limit": limit})]


def test_those_ahead_are_the_more_urgent_and_those_that_wait_longer() -> None:
    client = Client(query={"Items": [], "Count": 3})
    assert client.census.ahead(Priority.P1, NOW) == 6
    counted = {"Select": "COUNT", "Limit": MOST}
    urgent, same = of("waiting", "waiting_priority", "P0"), of("waiting", "waiting_priority", "P1")
    assert client.asked == [
        ("query", urgent | counted),
        ("query", since(same, "waiting_since < :since", {}) | counted),
    ]


def test_the_longest_waiting_is_the_first_of_its_index() -> None:
    client = Client(query={"Items": [{"waiting_since": SECONDS}], "Count": 1})
    assert client.census.oldest(Priority.P2) == NOW
    asked = of("waiting", "waiting_priority", "P2") | {"ProjectionExpression": "waiting_since", "Limit": 1}
    assert client.asked == [("query", asked)]
    assert Client().census.oldest(Priority.P2) is None


def test_a_page_of_open_issues_begins_where_the_one_before_ended() -> None:
    last = {"fingerprint": {"S": "two"}, "open_since": {"N": "1"}}
    client = Client(query=found("one", "two") | {"LastEvaluatedKey": last})
    names, after = client.census.page_of_open(Priority.P1, "", 7)
    assert names == ["one", "two"]
    client.answers["query"] = found("three")
    assert client.census.page_of_open(Priority.P1, after, 7) == (["three"], "")
    first = of("open", "open_priority", "P1") | {"ProjectionExpression": "fingerprint", "Limit": 7}
    assert client.asked == [("query", first), ("query", first | {"ExclusiveStartKey": last})]


# Writes


def test_a_document_is_written_over_the_version_that_was_read() -> None:
    client = Client()
    for version in (0, 3):
        assert client.store.swap("budget#acme", "text", version) is None
    written = {
        "TableName": TABLE,
        "Key": {"fingerprint": {"S": "budget#acme"}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "UpdateExpression": "SET #document = :text, #version = :next",
        "ExpressionAttributeNames": {"#document": "document", "#version": "version"},
    }
    first = {":text": {"S": "text"}, ":next": {"N": "1"}}
    later = {":text": {"S": "text"}, ":next": {"N": "4"}, ":seen": {"N": "3"}}
    assert client.asked == [
        (
            "update_item",
            written
            | {
                "ConditionExpression": "attribute_not_exists(#version)",
                "ExpressionAttributeValues": first,
            },
        ),
        (
            "update_item",
            written | {"ConditionExpression": "#version = :seen", "ExpressionAttributeValues": later},
        ),
    ]


@pytest.mark.parametrize("revision", [0, 3])
def test_a_row_is_written_over_the_revision_that_was_read(revision: int) -> None:
    client = Client()
    row: AlertState = replace(ROW, revision=revision)
    assert client.store.retire(row) == replace(row, revision=revision + 1)
    seen = {":seen": {"N": "3"}} if revision else {}
    assert client.asked == [
        (
            "update_item",
            {
                "TableName": TABLE,
                "Key": {"fingerprint": {"S": ROW.fingerprint}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                "UpdateExpression": "REMOVE #issue_repository, #issue_number, #schema ADD #revision :one",
                "ConditionExpression": "#revision = :seen" if revision else "attribute_not_exists(#revision)",
                "ExpressionAttributeNames": {
                    "#issue_repository": "issue_repository",
                    "#issue_number": "issue_number",
                    "#schema": "schema",
                    "#revision": "revision",
                },
                "ExpressionAttributeValues": {":one": {"N": "1"}} | seen,
            },
        )
    ]


def test_what_is_set_and_what_is_removed_are_two_clauses_of_one_update() -> None:
    client = Client()
    client.store.ask(replace(row_of(resolved(0)), look=True, revision=3))
    ((_, asked),) = client.asked
    assert asked["UpdateExpression"] == (
        "SET #look = :look REMOVE #due_priority, #due_at, #waiting_priority, #waiting_since, #group, "
        "#group_since, #held, #schema ADD #revision :one"
    )
    assert asked["ExpressionAttributeValues"] == {
        ":look": {"BOOL": True},
        ":one": {"N": "1"},
        ":seen": {"N": "3"},
    }
