"""When GitHub reports a comment on a board, the board's comments are read within a minute."""

from datetime import UTC, datetime

import pytest

from chalicelib.adapters.envelope import Message
from chalicelib.collector.github_hint import GitHubHints
from chalicelib.conditions.asked_windows import AskedWindows, key
from chalicelib.webhook.hints import Hint
from tests.twins.store import MemoryStore
from tests.twins.telemetry import Recorder

REPOSITORY = "example-org/alerts"
NOW = datetime(2026, 11, 29, tzinfo=UTC)


def take(store: MemoryStore, event: str, action: str) -> None:
    hint = Hint(event, action, "Example-Org/alerts", 7, "mona", "delivery")
    message = Message("id", "handle", "github", "", NOW, "request", hint.message())
    assert GitHubHints(store, lambda: NOW, Recorder()).take(message) is None


@pytest.mark.parametrize(
    ("event", "action", "wanted"), [("issue_comment", "created", True), ("issues", "closed", False)]
)
def test_a_comment_on_an_issue_that_is_no_rows_may_be_on_the_board(
    event: str, action: str, *, wanted: bool
) -> None:
    store = MemoryStore()
    store.swap(key(REPOSITORY), AskedWindows().model_dump_json(), 0)
    take(store, event, action)
    assert store.load(key(REPOSITORY)).parsed(AskedWindows).wanted is wanted


def test_where_no_board_is_listened_to_nothing_is_written() -> None:
    store = MemoryStore()
    take(store, "issue_comment", "created")
    assert store.load(key(REPOSITORY)).version == 0
