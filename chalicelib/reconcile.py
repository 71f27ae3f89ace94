"""Reconcile, every minute: rows that are due, in order of priority and age; drift, the board, other jobs."""

from collections.abc import Callable, Sequence
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


Work = Callable[[datetime], None]
"""Works until a time."""


@dataclass(frozen=True)
class Reconcile:
    """Brings GitHub up to what the rows say, and the rows up to what people did.

    `chores` are quick, and come first. Drift, the board, the palette and the `jobs` may take long.
    """

    rows: Rows
    sync: Callable[[AlertState, datetime], None]
    drift: Work
    now: Callable[[], datetime]
    telemetry: Telemetry
    chores: tuple[tuple[str, Work], ...] = ()
    board: Work | None = None
    palette: Work | None = None
    jobs: tuple[tuple[str, Work], ...] = ()

    def __call__(self, until: datetime) -> None:
        """Work until `until`; a failed look-up changes nothing, and what fails is logged by its name.

        Rows that are due have the first half of the time, then the jobs come, then what is due after them:
        neither a crowd of rows nor a slow job keeps the others waiting for hours.
        """
        for name, chore in self.chores:
            self._guarded(name, partial(chore, until), None)
        due, left = self._due(), until - self.now()
        failed = self._work_on(due, self.now() + left / 2, self.now() + left * 3 / 4)
        self.telemetry.event("RECONCILED", due=len(due))
        self.telemetry.count("Reconciled")
        for name, job in self._jobs_in_turn():
            if self.now() < until:
                self._guarded(name, partial(job, until), None)
        if self.now() < until:
            self._work_on([name for name in self._due() if name not in failed], until, until)

    def _due(self) -> list[str]:
        return [name for priority in Priority for name in self.rows.due(priority, self.now(), AT_ONCE)]

    def _jobs_in_turn(self) -> list[tuple[str, Work]]:
        """Begin with another one each minute, so that one which takes all the time does so in its turn."""
        known = [("DRIFT_FAILED", self.drift), ("BOARD_FAILED", self.board), ("PALETTE_FAILED", self.palette)]
        jobs = [*((name, job) for name, job in known if job), *self.jobs]
        first = int(self.now().timestamp() // 60) % len(jobs)
        return jobs[first:] + jobs[:first]

    def _work_on(self, due: Sequence[str], begin_until: datetime, until: datetime) -> set[str]:
        """Sync rows that are due, as far as time goes; returns those that failed.

        None is begun after `begin_until`, and no step that could end after `until`.
        """
        failed: set[str] = set()
        for fingerprint in due:
            if self.now() >= begin_until:
                break
            if not self._guarded("NOT_SYNCED", partial(self._sync, fingerprint, until), fingerprint):
                failed.add(fingerprint)
        return failed

    def _sync(self, fingerprint: str, until: datetime) -> None:
        row = self.rows.get(fingerprint)
        if row and row.due_at and row.due_at <= self.now():
            self.sync(row, until)

    def _guarded(self, name: str, work: Callable[[], None], fingerprint: str | None) -> bool:
        """One row's trouble must not hold up the others; returns whether there was none."""
        try:
            work()
        except TooLate:
            self.telemetry.event("OUT_OF_TIME", fingerprint=fingerprint)
        except Exception as error:  # noqa: BLE001 - told, and tried again next minute
            self.telemetry.problem(name, error, fingerprint=fingerprint)
            return False
        return True
