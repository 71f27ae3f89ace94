"""The census's twin: counts over the twin of the table."""

from collections.abc import Callable
from datetime import date, datetime

from chalicelib.alert import Condition, Priority
from chalicelib.conditions import lag, storms
from chalicelib.conditions.row import AlertState
from tests.twins.store import MemoryStore, most


class MemoryCensus:
    """Counts what is in memory."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def waiting(self, priority: Priority) -> int:
        return len(self._waiting(priority))

    def oldest(self, priority: Priority) -> datetime | None:
        return min(self._waiting(priority), default=None)

    def ahead(self, priority: Priority, since: datetime) -> int:
        more_urgent = sum(self.waiting(each) for each in Priority if each < priority)
        return more_urgent + sum(at < since for at in self._waiting(priority))

    def late(self, priority: Priority, limit: int) -> list[str]:
        return self._listed(priority, lag.since)[: most(limit)]

    def silenced(self, priority: Priority, limit: int) -> list[str]:
        return self._listed(priority, lag.silenced_since)[: most(limit)]

    def held(self, priority: Priority, limit: int) -> list[str]:
        return self._listed(priority, lag.held_since)[: most(limit)]

    def _listed(self, priority: Priority, since: Callable[[AlertState], datetime | None]) -> list[str]:
        rows = [row for row in self._store.rows.values() if row.priority == priority]
        found = [(at, row.fingerprint) for row in rows if (at := since(row))]
        return [fingerprint for _, fingerprint in sorted(found)]

    def open(self, priority: Priority) -> int:
        return len(self.with_open_issue(priority, len(self._store.rows)))

    def with_open_issue(self, priority: Priority, limit: int) -> list[str]:
        return self._open(priority, news=False)[: most(limit)]

    def notifications(self, priority: Priority, limit: int) -> list[str]:
        return self._open(priority, news=True)[: most(limit)]

    def _open(self, priority: Priority, *, news: bool) -> list[str]:
        rows = [row for row in self._store.rows.values() if row.spec.news is news]
        issues = [(row.fingerprint, row.status.issue) for row in rows]
        found = [
            (issue.episode, fingerprint)
            for fingerprint, issue in issues
            if issue and issue.open and issue.priority == priority
        ]
        return [fingerprint for _, fingerprint in sorted(found, reverse=True)]

    def page_of_open(self, priority: Priority, after: str, limit: int) -> tuple[list[str], str]:
        found = self.with_open_issue(priority, len(self._store.rows))[::-1]
        begin = int(after or 0)
        end = begin + limit
        return found[begin:end], str(end) if end < len(found) else ""

    def newest_in(self, repository: str, limit: int) -> list[str]:
        found = self._store.of_repository(repository, 0, len(self._store.rows))
        return found[::-1][: most(limit)]

    def resolved(self, day: date, limit: int) -> list[str]:
        found = [
            (row.spec.episodes[-1].ended, row.fingerprint)
            for row in self._store.rows.values()
            if row.spec.condition is Condition.RESOLVED and row.spec.episodes and not row.spec.news
        ]
        return [name for ended, name in sorted(found, reverse=True) if ended.date() == day][: most(limit)]

    def began(self, team: str, since: datetime, limit: int) -> list[str]:
        return [name for at, name in self._grouped(f"{storms.OF_TEAM}{team}")[::-1] if at >= since][
            : most(limit)
        ]

    def members(self, storm: str, limit: int) -> list[str]:
        return [name for _, name in self._grouped(storm)][: most(limit)]

    def size(self, storm: str, limit: int) -> int:
        return len(self.members(storm, limit))

    def of_our_own(self, source: str, limit: int) -> list[str]:
        return [name for _, name in self._grouped(f"{storms.OF_OURS}{source}")[::-1]][: most(limit)]

    def _grouped(self, group: str) -> list[tuple[datetime, str]]:
        placed = [(storms.listed(row), row.fingerprint) for row in self._store.rows.values()]
        return sorted((place[1], name) for place, name in placed if place and place[0] == group)

    def _waiting(self, priority: Priority) -> list[datetime]:
        rows = [row for row in self._store.rows.values() if row.priority == priority]
        return [at for row in rows if (at := lag.since(row))]
