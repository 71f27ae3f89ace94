"""The census's twin: counts over the twin of the table."""

from datetime import datetime

from chalicelib.alert import Priority
from tests.twins.store import MemoryStore


class MemoryCensus:
    """Counts what is in memory."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def due(self, priority: Priority, now: datetime) -> int:
        return len(self._due(priority, now))

    def oldest(self, priority: Priority, now: datetime) -> datetime | None:
        return min(self._due(priority, now), default=None)

    def open(self, priority: Priority) -> int:
        issues = [row.status.issue for row in self._store.rows.values()]
        return sum(issue.open and issue.priority == priority for issue in issues if issue)

    def _due(self, priority: Priority, now: datetime) -> list[datetime]:
        rows = [row for row in self._store.rows.values() if row.priority == priority]
        return [row.due_at for row in rows if row.due_at and row.due_at <= now]
