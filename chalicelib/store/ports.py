"""Ports of the table: what the rest of the code needs from its rows, documents and indexes. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from chalicelib.alert import Priority
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Intent, Lease
from chalicelib.store.documents import Documents


class Rows(Documents, Protocol):
    """The rows of conditions and small documents; a write returns None if another worker was faster."""

    def get(self, fingerprint: str) -> AlertState | None:
        """Read a row."""

    def several(self, fingerprints: Sequence[str]) -> list[AlertState]:
        """Read rows in the order given; missing ones are left out."""

    def due(self, priority: Priority, now: datetime, limit: int) -> list[str]:
        """List fingerprints of rows of a priority that are due by a time, the longest due first."""

    def of_issue(self, ref: IssueRef) -> str | None:
        """Find the fingerprint that an issue belongs to."""

    def of_repository(self, repository: str, after: int, limit: int) -> list[str]:
        """List fingerprints with an issue in a repository numbered above `after`, by number."""

    def record(self, row: AlertState) -> AlertState | None:
        """Write what the provider said."""

    def ask(self, row: AlertState) -> AlertState | None:
        """Write that people changed something about the issue."""

    def claim(self, row: AlertState, intent: Intent | None, lease: Lease) -> AlertState | None:
        """Take the lease and record the intent."""

    def settle(self, claimed: AlertState, settled: AlertState, now: datetime) -> AlertState | None:
        """Write the outcome and release the lease."""

    def rest(self, row: AlertState) -> AlertState | None:
        """Write when the row is next due, if at all, and who works on it."""

    def note(self, row: AlertState) -> AlertState | None:
        """Write the status, and when the row is due, whoever has the lease."""

    def retire(self, row: AlertState) -> AlertState | None:
        """Remove it from the list of its repository."""


class Census(Protocol):
    """Counts and lists of rows, by the table's indexes."""

    def late(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints of rows that GitHub does not show correctly yet, the longest-waiting first."""

    def silenced(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints that fire without an open issue because people want that, the longest first."""

    def held(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints that are held back from outside the row, the longest first."""

    def with_open_issue(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints whose issue is open and shows a priority, the newest first."""

    def notifications(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints of notifications with an open issue of a priority, the newest first."""

    def page_of_open(self, priority: Priority, after: str, limit: int) -> tuple[list[str], str]:
        """List fingerprints whose issue is open and shows a priority, and the start of the next page."""

    def newest_in(self, repository: str, limit: int) -> list[str]:
        """List fingerprints with an issue in a repository, the newest issue first."""

    def resolved(self, day: date, limit: int) -> list[str]:
        """List fingerprints whose newest episode ended on a day, the newest first."""

    def began(self, team: str, since: datetime, limit: int) -> list[str]:
        """List fingerprints of what fires for a team outside storms, from a time on, the newest first."""

    def members(self, storm: str, limit: int) -> list[str]:
        """List fingerprints of what fires in a storm, the longest-firing first."""

    def size(self, storm: str, limit: int) -> int:
        """Count what fires in a storm, up to a limit."""

    def of_our_own(self, source: str, limit: int) -> list[str]:
        """List fingerprints of firing rows of one of our own sources, the newest first."""

    def waiting(self, priority: Priority) -> int:
        """Count the rows of a priority that GitHub does not show correctly yet."""

    def oldest(self, priority: Priority) -> datetime | None:
        """Return since when the longest-waiting row of a priority has waited."""

    def open(self, priority: Priority) -> int:
        """Count the open issues of a priority."""
