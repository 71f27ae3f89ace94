"""Ports: what keeping a board needs from GitHub."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from chalicelib.conditions.issue import Draft, IssueRef, Seen


class Tracker(Protocol):
    """The issue tracker; every call raises the classified errors."""

    def open(self, repository: str, draft: Draft, before: datetime) -> Seen:
        """Open an issue."""

    def read(self, ref: IssueRef, before: datetime) -> Seen:
        """Read an issue; raises Gone if it was deleted."""

    def edit(self, ref: IssueRef, changes: dict[str, Any], before: datetime) -> Seen:
        """Change title, body, state or state_reason."""

    def changed(
        self, repository: str, label: str | None, since: datetime, before: datetime
    ) -> Iterator[Seen]:
        """List issues changed since a time, in any state."""
