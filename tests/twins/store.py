"""The table's twin: rows and documents in memory, with the same conditions on every write."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.alert import Priority
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Intent, Lease
from chalicelib.store.documents import Document


class MemoryStore:
    """Rows by fingerprint, documents by key; `calls` counts what was asked, by name."""

    def __init__(self) -> None:
        self.rows: dict[str, AlertState] = {}
        self.documents: dict[str, Document] = {}
        self.retired: set[str] = set()
        self.calls: list[str] = []

    def get(self, fingerprint: str) -> AlertState | None:
        self.calls.append("get")
        return self.rows.get(fingerprint)

    def several(self, fingerprints: Sequence[str]) -> list[AlertState]:
        self.calls.append("several")
        return [self.rows[each] for each in dict.fromkeys(fingerprints) if each in self.rows]

    def record(self, row: AlertState) -> AlertState | None:
        return self._write(
            "record",
            row,
            lambda kept: replace(_due(kept, row), spec=row.spec, correlation_id=row.correlation_id),
        )

    def ask(self, row: AlertState) -> AlertState | None:
        return self._write("ask", row, lambda kept: replace(_due(kept, row), look=row.look))

    def claim(self, row: AlertState, intent: Intent | None, lease: Lease) -> AlertState | None:
        return self._write(
            "claim",
            row,
            lambda kept: replace(kept, intent=intent, lease=lease, due_at=lease.until, held=None),
        )

    def settle(self, claimed: AlertState, settled: AlertState, now: datetime) -> AlertState | None:
        def outcome(kept: AlertState) -> AlertState:
            return replace(kept, status=settled.status, intent=settled.intent, lease=None)

        self.retired.discard(claimed.fingerprint)
        written = self._write(
            "settle", settled, lambda kept: replace(_due(outcome(kept), settled), look=settled.look)
        )
        kept = self.rows.get(claimed.fingerprint)
        if written or kept is None or claimed.lease is None:
            return written
        if kept.lease is None or kept.lease.owner != claimed.lease.owner:
            return None
        return self._write("settle", kept, lambda kept: replace(outcome(kept), due_at=now))

    def rest(self, row: AlertState) -> AlertState | None:
        return self._write("rest", row, lambda kept: replace(_due(kept, row), lease=row.lease))

    def note(self, row: AlertState) -> AlertState | None:
        return self._write("note", row, lambda kept: replace(_due(kept, row), status=row.status))

    def retire(self, row: AlertState) -> AlertState | None:
        written = self._write("retire", row, lambda kept: kept)
        self.retired |= {row.fingerprint} if written else set()
        return written

    def due(self, priority: Priority, now: datetime, limit: int) -> list[str]:
        self.calls.append("due")
        due = [
            (row.due_at, row.fingerprint)
            for row in self.rows.values()
            if row.due_at and row.due_at <= now and row.rank == priority
        ]
        return [fingerprint for _, fingerprint in sorted(due)[: most(limit)]]

    def of_issue(self, ref: IssueRef) -> str | None:
        return next((row.fingerprint for row in self._with_issue if _same(_ref(row), ref)), None)

    def of_repository(self, repository: str, after: int, limit: int) -> list[str]:
        found = [
            (ref.number, row.fingerprint)
            for row in self._with_issue
            if (ref := _ref(row)) and ref.repository.lower() == repository.lower() and ref.number > after
        ]
        return [fingerprint for _, fingerprint in sorted(found)[: most(limit)]]

    def load(self, key: str) -> Document:
        self.calls.append("load")
        return self.documents.get(key, Document(0, ""))

    def swap(self, key: str, text: str, version: int) -> Document | None:
        self.calls.append("swap")
        kept = self.documents.get(key, Document(0, ""))
        if kept.version != version:
            return kept
        self.documents[key] = Document(version + 1, text)
        return None

    @property
    def _with_issue(self) -> list[AlertState]:
        """Rows that are found by their issue."""
        return [row for row in self.rows.values() if row.fingerprint not in self.retired]

    def _write(
        self, name: str, row: AlertState, change: Callable[[AlertState], AlertState]
    ) -> AlertState | None:
        self.calls.append(name)
        kept = self.rows.get(row.fingerprint) or replace(row, revision=0)
        if kept.revision != row.revision:
            return None
        written = replace(change(kept), revision=row.revision + 1, listed=True)
        self.rows[row.fingerprint] = written
        return written


def most(limit: int) -> int:
    """What a slice ends at; one without an end would read a whole index."""
    assert limit >= 0
    return limit


def _ref(row: AlertState) -> IssueRef | None:
    return row.status.issue.ref if row.status.issue else None


def _same(one: IssueRef | None, other: IssueRef) -> bool:
    return one is not None and (one.repository.lower(), one.number) == (
        other.repository.lower(),
        other.number,
    )


def _due(kept: AlertState, row: AlertState) -> AlertState:
    """What is written with every row: when it is due, and what holds it back."""
    return replace(kept, due_at=row.due_at, held=row.held)
