"""Reconcile, every minute: rows that are due, in order of priority and age; then drift, then the board."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from chalicelib.alert import Priority
from chalicelib.errors import TooLate
from chalicelib.lifecycle.state import AlertState
from chalicelib.telemetry import Telemetry

AT_ONCE = 200


class Rows(Protocol):
    """The rows that are due."""

    def due(self, priority: Priority, now: datetime, limit: int) -> list[str]:
        """List fingerprints of due rows of a priority, the longest due first."""

    def get(self, fingerprint: str) -> AlertState | None:
        """Read a row."""


@dataclass(frozen=True)
class Reconcile:
    """Brings GitHub up to what the rows say, and the rows up to what people did."""

    rows: Rows
    sync: Callable[[AlertState, datetime], None]
    drift: Callable[[datetime], None]
    now: Callable[[], datetime]
    telemetry: Telemetry
    chores: tuple[tuple[str, Callable[[datetime], None]], ...] = ()
    board: Callable[[datetime], None] | None = None
    palette: Callable[[datetime], None] | None = None

    def __call__(self, until: datetime) -> None:
        """Work until `until`; a failed look-up changes nothing.

        The chores come first, each told by its name if it fails: they are quick, and wait for no crowd.
        """
        for name, chore in self.chores:
            self._guarded(name, partial(chore, until), None)
        due = [
            fingerprint
            for priority in Priority
            for fingerprint in self.rows.due(priority, self.now(), AT_ONCE)
        ]
        for fingerprint in due:
            if self.now() < until:
                self._guarded("NOT_SYNCED", partial(self._sync, fingerprint, until), fingerprint)
        self.telemetry.event("RECONCILED", due=len(due))
        self.telemetry.count("Reconciled")
        if self.now() < until:
            self._guarded("DRIFT_FAILED", partial(self.drift, until), None)
        if self.board and self.now() < until:
            self._guarded("BOARD_FAILED", partial(self.board, until), None)
        if self.palette and self.now() < until:
            self._guarded("PALETTE_FAILED", partial(self.palette, until), None)

    def _sync(self, fingerprint: str, until: datetime) -> None:
        row = self.rows.get(fingerprint)
        if row and row.due_at and row.due_at <= self.now():
            self.sync(row, until)

    def _guarded(self, name: str, work: Callable[[], None], fingerprint: str | None) -> None:
        """One row's trouble must not hold up the others."""
        try:
            work()
        except TooLate:
            self.telemetry.event("OUT_OF_TIME", fingerprint=fingerprint)
        except Exception as error:  # noqa: BLE001 - told, and tried again next minute
            self.telemetry.problem(name, error, fingerprint=fingerprint)
