"""Reconcile, every minute: rows that are due, in order of priority and age; drift, the board, other jobs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from chalicelib.alert import Priority
from chalicelib.conditions.row import AlertState
from chalicelib.errors import TooLate
from chalicelib.store.ports import Rows
from chalicelib.telemetry.telemetry import Telemetry

AT_ONCE = 200

Work = Callable[[datetime], None]
"""Works until a time."""

Advance = Callable[[AlertState, datetime], None]
"""Works on a row until a time."""

Named = tuple[tuple[str, Work], ...]


@dataclass(frozen=True)
class Reconcile:
    """Brings GitHub up to what the rows say, and the rows up to what people did.

    `first` comes before everything else, as it writes to GitHub what must be seen within two minutes; it
    keeps to half of the time by itself, since a call that it begins may end later. None of the `chores` has
    more than a quarter of the time; `jobs`, which may take long, come between rows that are due. Each has
    the name under which the log says that it failed.
    """

    rows: Rows
    sync: Advance
    jobs: Named
    now: Callable[[], datetime]
    telemetry: Telemetry
    chores: Named = ()
    first: Named = ()

    def run(self, until: datetime) -> None:
        """Work until `until`; a failed look-up changes nothing, and what fails is logged by its name.

        Rows that are due have half of the time, then the jobs come, then the other rows: neither a crowd of
        rows nor a slow job keeps the others waiting for hours.
        """
        for name, work in self.first:
            self._guarded(name, partial(work, until), None)
        for name, chore in self.chores:
            quarter = self.now() + (until - self.now()) / 4
            self._guarded(name, partial(chore, quarter), None)
        names = [name for priority in Priority for name in self.rows.due(priority, self.now(), AT_ONCE)]
        due, left = iter(names), until - self.now()
        self._work_on(due, self.now() + left / 2, self.now() + left * 3 / 4)
        self.telemetry.event("RECONCILED", due=len(names))
        self.telemetry.count("Reconciled")
        for name, job in self._jobs_in_turn():
            if self.now() < until:
                self._guarded(name, partial(job, until), None)
        self._work_on(due, until, until)

    def _jobs_in_turn(self) -> Named:
        """Begin with a different one each minute, so that a slow job takes all the time only in its turn."""
        first = int(self.now().timestamp() // 60) % max(1, len(self.jobs))
        return self.jobs[first:] + self.jobs[:first]

    def _work_on(self, due: Iterator[str], begin_until: datetime, until: datetime) -> None:
        """Sync due rows; none begins after `begin_until`, nor a step that could end after `until`."""
        while self.now() < begin_until and (fingerprint := next(due, None)):
            self._guarded("NOT_SYNCED", partial(self._sync, fingerprint, until), fingerprint)

    def _sync(self, fingerprint: str, until: datetime) -> None:
        row = self.rows.get(fingerprint)
        if row and row.due_at and row.due_at <= self.now():
            self.sync(row, until)

    def _guarded(self, name: str, work: Callable[[], None], fingerprint: str | None) -> None:
        """Contain one row's trouble, which must not delay the others."""
        try:
            work()
        except TooLate:
            self.telemetry.event("OUT_OF_TIME", fingerprint=fingerprint)
        except Exception as error:  # noqa: BLE001 - logged, and tried again next minute
            self.telemetry.problem(name, error, fingerprint=fingerprint)
