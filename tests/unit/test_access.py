"""How the table is reached and how secrets are compared, read from the code."""

import ast
import re

from tests.unit.test_imports import SOURCES, tree

BY_KEY = {"get_item", "update_item", "put_item", "delete_item"}
SECRET = re.compile(
    r"token|secret|signature|credential|password|presented|expected|hexdigest|hmac", re.IGNORECASE
)
EQUALITY = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def calls(module: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree(SOURCES[module])) if isinstance(node, ast.Call)]


def named(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def keywords(call: ast.Call) -> set[str | None]:
    return {keyword.arg for keyword in call.keywords}


def test_nothing_scans_and_nothing_asks_in_another_language() -> None:
    forbidden = {"scan", "execute_statement", "batch_execute_statement"}
    assert not [(m, named(call)) for m in SOURCES for call in calls(m) if named(call) in forbidden]
    pages = [call.args[0] for m in SOURCES for call in calls(m) if named(call) == "get_paginator"]
    assert {ast.unparse(page) for page in pages} <= {"'describe_alarms'"}


def test_the_table_is_reached_by_key_or_by_a_query_of_one_index_with_a_limit() -> None:
    named_it = [call for module in SOURCES for call in calls(module) if "TableName" in keywords(call)]
    reached = [call for call in named_it if named(call) != "describe_table"]  # which reads no row
    assert {named(call) for call in reached} <= BY_KEY | {"query"}
    assert {"get_item", "update_item", "query"} <= {named(call) for call in reached}
    for call in reached:
        assert ("Key" if named(call) in BY_KEY else "Limit") in keywords(call), ast.unparse(call)
    queries = [module for module in SOURCES for call in calls(module) if named(call) == "query"]
    for module in queries:
        code = ast.unparse(tree(SOURCES[module]))
        assert "IndexName" in code
        assert "KeyConditionExpression" in code
        assert "FilterExpression" not in code, "it reads what it then leaves out"


def test_no_secret_is_compared_by_equality() -> None:
    """The time it takes would reveal how much was right; a constant, such as a scheme, may be compared."""
    found = [
        f"{module}: {ast.unparse(node)}"
        for module in SOURCES
        for node in ast.walk(tree(SOURCES[module]))
        if isinstance(node, ast.Compare) and any(isinstance(each, EQUALITY) for each in node.ops)
        for sides in [[node.left, *node.comparators]]
        if not any(isinstance(side, ast.Constant | ast.Tuple) for side in sides)
        and any(SECRET.search(ast.unparse(side)) for side in sides)
    ]
    assert found == []


def test_tokens_and_signatures_are_compared_in_constant_time() -> None:
    """What is presented and what is expected meet in one function, and it is this one that compares."""
    functions = {
        node.name: node
        for node in ast.walk(tree(SOURCES["webhook.authentication"]))
        if isinstance(node, ast.FunctionDef)
    }
    (returned,) = [node for node in ast.walk(functions["_same"]) if isinstance(node, ast.Return)]
    assert isinstance(returned.value, ast.Call)
    assert ast.unparse(returned.value.func) == "hmac.compare_digest"
    for name in ("_presents_token", "signed"):
        assert any(
            ast.unparse(node.func) == "_same"
            for node in ast.walk(functions[name])
            if isinstance(node, ast.Call)
        )
