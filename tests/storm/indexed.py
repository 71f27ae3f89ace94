"""The table's twin and its census where there are thousands of rows: storms are looked up in an index."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from chalicelib.conditions import storms
from chalicelib.conditions.row import AlertState
from tests.twins.census import MemoryCensus
from tests.twins.store import MemoryStore


class IndexedStore(MemoryStore):
    """Rows, and the part of the index of storms that each is in."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[str, str] = {}
        self.groups: defaultdict[str, dict[str, datetime]] = defaultdict(dict)

    def _write(
        self, name: str, row: AlertState, change: Callable[[AlertState], AlertState]
    ) -> AlertState | None:
        written = super()._write(name, row, change)
        if written:
            if before := self._places.pop(row.fingerprint, None):
                del self.groups[before][row.fingerprint]
            if place := storms.listed(written):
                self._places[row.fingerprint] = place[0]
                self.groups[place[0]][row.fingerprint] = place[1]
        return written


class IndexedCensus(MemoryCensus):
    """Asks that index."""

    def __init__(self, store: IndexedStore) -> None:
        super().__init__(store)
        self._groups = store.groups

    def size(self, storm: str, limit: int) -> int:
        return min(len(self._groups[storm]), limit)

    def _grouped(self, group: str) -> list[tuple[datetime, str]]:
        return sorted((since, name) for name, since in self._groups[group].items())
