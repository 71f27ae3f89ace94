"""What a newer version wrote is left alone, and what an older one would misread is marked."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.alert import Kind
from chalicelib.conditions.row import AlertState, Lease
from chalicelib.store import schema
from chalicelib.store.documents import Document
from chalicelib.store.rows import DynamoStore
from chalicelib.store.schema import WrittenByNewer
from tests.twins.dynamodb import DynamoTwin
from tests.unit.builders import at, firing, resolved, row_of

BEAT = {"kind": "heartbeat", "interval": "1d", "source": "backup"}
CONDITION, ENDED = row_of(firing(1)), row_of(firing(1), resolved(2))
NEWS = row_of(firing(1, kind="notification"))
BEATING, SILENT = row_of(resolved(1, **BEAT)), row_of(resolved(1, **BEAT), firing(3000, **BEAT))
LEASE = Lease("worker", at(2))


class Table(DynamoTwin):
    """The table, and what its one row or document contains."""

    def __init__(self) -> None:
        super().__init__(lambda: 0.0)
        self.store = DynamoStore(self, "alerting-local-alerts-state")  # type: ignore[arg-type]

    @property
    def item(self) -> dict[str, Any]:
        (item,) = self.items.values()
        return item

    def age(self, version: int) -> dict[str, Any]:
        """Make it look as if a version had written it."""
        self.item["schema"] = {"N": str(version)}
        return dict(self.item)


WRITES: dict[str, Callable[[DynamoStore, AlertState], AlertState | None]] = {
    "record": lambda store, row: store.record(row),
    "ask": lambda store, row: store.ask(row),
    "claim": lambda store, row: store.claim(row, None, LEASE),
    "settle": lambda store, row: store.settle(replace(row, lease=LEASE), row, at(3)),
    "rest": lambda store, row: store.rest(row),
    "note": lambda store, row: store.note(row),
    "retire": lambda store, row: store.retire(row),
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(
    ("row", "version"), [(CONDITION, None), (ENDED, None), (NEWS, "2"), (BEATING, "2"), (SILENT, "2")]
)
def test_a_row_says_from_which_version_on_it_is_read_rightly(
    row: AlertState, version: str | None, write: str
) -> None:
    table = Table()
    assert WRITES[write](table.store, row)
    assert table.item.get("schema", {}).get("N") == version


def test_a_row_that_becomes_a_condition_again_is_read_by_all() -> None:
    table = Table()
    news = table.store.record(NEWS)
    assert news
    assert table.store.record(replace(news, spec=CONDITION.spec))
    assert "schema" not in table.item


def test_each_kind_of_alert_names_a_version_that_this_one_reads() -> None:
    assert schema.NEEDS.keys() == set(Kind)
    assert max(schema.NEEDS.values()) == schema.READS


@pytest.mark.parametrize("version", range(1, schema.READS + 1))
def test_what_is_known_is_read_whichever_version_wrote_it(version: int) -> None:
    table = Table()
    table.store.record(CONDITION)
    table.age(version)
    assert table.store.get(CONDITION.fingerprint) == replace(CONDITION, revision=1)


@pytest.mark.parametrize("write", WRITES)
def test_a_row_of_a_newer_version_is_neither_read_nor_absent_nor_written(write: str) -> None:
    """Nor by a worker that had read it before the newer version wrote it."""
    table = Table()
    before = table.store.record(CONDITION)
    assert before
    assert table.store.rest(before)
    left = table.age(schema.READS + 1)
    for row in (CONDITION, before):
        with suppress(WrittenByNewer):
            assert WRITES[write](table.store, row) is None
    with pytest.raises(WrittenByNewer) as said:
        table.store.get(CONDITION.fingerprint)
    assert str(said.value) == (
        f"a newer version of Alerting wrote {CONDITION.fingerprint} (schema 3; this version reads up to 2), "
        "so it is left as it is: deploy the newer version again"
    )
    with pytest.raises(WrittenByNewer):
        table.store.several([CONDITION.fingerprint])
    assert table.item == left


def test_a_document_of_a_newer_version_is_neither_read_nor_written() -> None:
    table = Table()
    table.store.swap("board#org/alerts", "{}", 0)
    left = table.age(schema.READS + 1)
    with pytest.raises(WrittenByNewer):
        table.store.load("board#org/alerts")
    with pytest.raises(WrittenByNewer):
        table.store.swap("board#org/alerts", "{}", 0)
    assert table.item == left


def test_a_document_keeps_the_version_that_it_takes() -> None:
    table = Table()
    table.store.swap("board#org/alerts", "{}", 0)
    table.age(schema.READS)
    assert table.store.swap("board#org/alerts", "[]", 1) is None
    assert table.store.load("board#org/alerts") == Document(2, "[]")
    assert table.item["schema"] == {"N": str(schema.READS)}
