"""Alarms: what CloudWatch says now of alarms whose rows fire; it never repeats a message that was lost.

Every ten minutes, in bulk and only reading. What is not answered changes nothing; an alarm that is missing
from a whole answer was deleted.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pydantic import BaseModel

from chalicelib import events
from chalicelib.alert import AlertEvent, Priority
from chalicelib.documents import Documents
from chalicelib.errors import AlarmsUnavailable
from chalicelib.lifecycle.alarm import Alarm, Place, learned, names, place_of
from chalicelib.lifecycle.record import record
from chalicelib.lifecycle.state import AlertState
from chalicelib.telemetry import Telemetry

KEY = "alarms#looked"
MOST = 500
TRIES = 8
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Reader(Protocol):
    """Reads alarms of one place."""

    def __call__(self, names: list[str]) -> Mapping[str, Alarm]:
        """Read alarms by name, all that there are, into a table by ARN; raises AlarmsUnavailable."""


class Census(Protocol):
    """Which rows have an open issue."""

    def with_open_issue(self, priority: Priority, limit: int) -> list[str]:
        """List fingerprints whose issue is open and shows a priority, the newest first."""


class Rows(Documents, Protocol):
    """The rows, as record writes them, and small documents beside them."""

    def get(self, fingerprint: str) -> AlertState | None:
        """Read a row."""

    def record(self, row: AlertState) -> AlertState | None:
        """Write what the provider said; None if another was quicker."""


class _Looked(BaseModel):
    at: datetime = LONG_AGO


@dataclass(frozen=True)
class Alarms:
    """Asks CloudWatch, and records what it learns as if the alarm had told it.

    `readers` are of this account and region, and of others whose role may be taken.
    """

    census: Census
    rows: Rows
    readers: Callable[[Place], Reader | None]
    now: Callable[[], datetime]
    telemetry: Telemetry
    every: timedelta = timedelta(minutes=10)

    def __call__(self, until: datetime) -> None:
        """Ask if it is time to; what one place does not answer holds up no other."""
        document = self.rows.load(KEY)
        looked = document.parsed(_Looked)
        if not self.every or self.now() - looked.at < self.every:
            return
        newer = _Looked(at=self.now()).model_dump_json()
        if self.rows.swap(KEY, newer, document.version):
            return
        for place, rows in self._firing().items():
            if self.now() < until and (reader := self.readers(place)):
                self._ask(reader, rows)

    def _firing(self) -> dict[Place, list[AlertState]]:
        """Read the rows of alarms that fire, by place."""
        found: dict[Place, list[AlertState]] = defaultdict(list)
        for priority in Priority:
            for fingerprint in self.census.with_open_issue(priority, MOST):
                row = self.rows.get(fingerprint)
                if row and (place := place_of(row)):
                    found[place].append(row)
        return found

    def _ask(self, reader: Reader, rows: list[AlertState]) -> None:
        try:
            alarms = reader(sorted({name for row in rows for name in names(row)}))
        except AlarmsUnavailable as error:
            self.telemetry.problem("ALARMS_NOT_READ", error)
            return
        for row in rows:
            if told := learned(row, alarms, self.now()):
                self._record(row, told)

    def _record(self, row: AlertState, told: AlertEvent) -> None:
        """Write it against all comers, due at once."""
        current: AlertState | None = row
        for _ in range(TRIES):
            recorded = record(current, told, self.now())
            if current is None or recorded.row is current:
                return
            if self.rows.record(replace(recorded.row, due_at=self.now())):
                keys = events.alert(told, recorded.reason, current, self.now())
                self.telemetry.event("ALARM_LEARNED", source=told.source, **keys)
                self.telemetry.count("AlertsRecorded", source=told.source, reason=recorded.reason.value)
                return
            current = self.rows.get(row.fingerprint)
