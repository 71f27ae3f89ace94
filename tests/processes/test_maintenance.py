"""Maintenance on the whole system: asked for on the board, it holds an alert back until it is ended."""

import json
from collections.abc import Iterator

import pytest

from chalicelib import render
from tests.local.github.model import Issue
from tests.local.stack import LocalStack
from tests.processes.test_pipeline import ALERTS, INFRA, alerts, issues, now, post

WAKES = 150.0
"""Seconds within which a row that was held back is planned again: a minute, and what its step takes."""


@pytest.fixture
def stack() -> Iterator[LocalStack]:
    with LocalStack(http=True, repositories=(ALERTS, INFRA)) as running:
        yield running


def board(stack: LocalStack) -> Issue | None:
    """The board of the repository that the alerts of this test belong to."""
    listed = stack.github.world.repository(ALERTS).listed
    return next((issue for issue in listed if render.is_board(issue.body or "")), None)


def ask(stack: LocalStack, words: str) -> None:
    shown = board(stack)
    assert shown
    comment = stack.github.person("mona").comment(ALERTS, shown.number, words)
    stack.wait_until(lambda: bool(comment.reactions), "the reaction", WAKES)
    assert [content for _, content in comment.reactions] == ["+1"]


def test_an_alert_is_held_back_while_maintenance_lasts_and_opened_after_its_end(stack: LocalStack) -> None:
    stack.wait_until(lambda: board(stack) is not None, "the board")
    stack.wait_until(lambda: f"maintenance#{ALERTS}" in keys(stack), "a listener")
    ask(stack, "/maintenance 2h new disks")
    (alert,) = alerts("Held", 1)
    assert post(stack, alert.payload(now())) == 1
    held = {"reason": "MAINTENANCE", "what": "new disks", "by": "mona"}
    stack.wait_until(lambda: bool(kept(stack)), "the row")
    assert kept(stack).items() >= held.items()
    assert issues(stack, "Held") == []
    ask(stack, "/maintenance end")
    stack.wait_until(lambda: bool(issues(stack, "Held")), "the issue", WAKES)


def keys(stack: LocalStack) -> set[str]:
    return {row["fingerprint"] for row in stack.aws.rows()}


def kept(stack: LocalStack) -> dict[str, str]:
    """What the row says that holds it back."""
    (row,) = [row for row in stack.aws.rows() if "spec" in row] or [{}]
    found: dict[str, str] = json.loads(row.get("held", "{}"))
    return found
