"""Alarm check: asks CloudWatch about alarms, since it never repeats a lost message.

Every ten minutes, in bulk, reading only. First it looks up rows that fire, to record lost ends. Then it
searches every place for alarms in ALARM whose row does not fire. A failed call changes nothing, and what a
run has no time for is left to the next one.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from pydantic import BaseModel

from chalicelib.alert import AlertEvent, Priority
from chalicelib.conditions.alarm_state import AccountRegion, place_of
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.errors import AlarmsUnavailable
from chalicelib.reconcile.alarm_reader import AlarmReader
from chalicelib.reconcile.ended_alarms import ended
from chalicelib.reconcile.missed_alarms import MissedAlarms
from chalicelib.store.ports import Census, Rows
from chalicelib.telemetry import log_keys
from chalicelib.telemetry.telemetry import Telemetry

KEY = "alarms#looked"
ROWS_AT_ONCE = 100
FORGOTTEN = timedelta(days=1)
TRIES = 8
RUN = timedelta(seconds=20)
"""A run takes no longer than this, since due rows wait behind it."""


class _Task(BaseModel):
    """What is left of a check: rows of a priority, or a place's alarms, from where the last run stopped."""

    priority: Priority | None = None
    account_id: str = ""
    region: str = ""
    after: str = ""


class _Looked(BaseModel):
    """When the last check began, what is left of it, and since when which ARNs are missing."""

    at: datetime = LONG_AGO
    left: list[_Task] = []
    missing: dict[str, datetime] = {}


@dataclass(frozen=True)
class AlarmCheck:
    """Asks CloudWatch, and records the answers as if the alarm had reported them.

    `readers` are for the places that may be read; `places` are those that are always searched.
    """

    census: Census
    rows: Rows
    readers: Callable[[AccountRegion], AlarmReader | None]
    now: Callable[[], datetime]
    telemetry: Telemetry
    search: MissedAlarms
    places: tuple[AccountRegion, ...] = ()
    every: timedelta = timedelta(minutes=10)

    def check(self, until: datetime) -> None:
        """Begin a check if it is time to, or continue the last; one place does not delay the others."""
        document, now = self.rows.load(KEY), self.now()
        looked = document.parsed(_Looked)
        if not self.every or (not looked.left and now - looked.at < self.every):
            return
        left = looked.left or self._tasks()
        lacking = {arn: at for arn, at in looked.missing.items() if now - at < FORGOTTEN}
        begun = looked.at if looked.left else now
        # If a run dies here, nothing is left half done: the next check begins in time.
        if self._write(_Looked(at=begun, missing=lacking), document.version):
            return
        while left and self.now() < min(until, now + RUN):
            left = self._work(left[0], left[1:], lacking)
        self._write(_Looked(at=begun, left=left, missing=lacking), document.version + 1)

    def _write(self, looked: _Looked, version: int) -> bool:
        """Write the document; return whether another worker was quicker."""
        return self.rows.swap(KEY, looked.model_dump_json(), version) is not None

    def _tasks(self) -> list[_Task]:
        places = [_Task(account_id=place.account_id, region=place.region) for place in self.places]
        return [*(_Task(priority=priority) for priority in Priority), *places]

    def _work(self, task: _Task, others: list[_Task], lacking: dict[str, datetime]) -> list[_Task]:
        """Do a part of the check; return what is left of it."""
        if task.priority is None:
            return self._search(task, others)
        found, after = self.census.page_of_open(task.priority, task.after, ROWS_AT_ONCE)
        rows: dict[AccountRegion, list[AlertState]] = defaultdict(list)
        for row in self.rows.several(found):
            if place := place_of(row):
                rows[place].append(row)
        for place, firing in rows.items():
            if reader := self.readers(place):
                self._guarded(partial(self._look_up, reader, firing, lacking))
                others = _with(others, _Task(account_id=place.account_id, region=place.region))
        return [task.model_copy(update={"after": after}), *others] if after else others

    def _look_up(self, reader: AlarmReader, rows: list[AlertState], lacking: dict[str, datetime]) -> None:
        for row, told in ended(reader, rows, lacking, self.now()):
            self._record(row, told)

    def _search(self, task: _Task, others: list[_Task]) -> list[_Task]:
        """Search a page of a place for alarms whose message was lost."""
        reader = self.readers(AccountRegion(task.account_id, task.region))
        after = self._guarded(partial(self._search_page, reader, task.after)) if reader else None
        return [task.model_copy(update={"after": after}), *others] if after else others

    def _search_page(self, reader: AlarmReader, after: str) -> str:
        alarms, following = reader.firing(after)
        self.search.search(reader, alarms, self._record)
        return following

    def _guarded(self, work: Callable[[], str | None]) -> str | None:
        """Contain one place's failure, so that it does not delay the others; it is asked again later."""
        try:
            return work()
        except AlarmsUnavailable as error:
            self.telemetry.problem("ALARMS_NOT_READ", error)
            return None

    def _record(self, row: AlertState | None, told: AlertEvent) -> None:
        """Write it even if others change the row, due at once; nothing if the row was updated meanwhile."""
        current = row
        for _ in range(TRIES):
            recorded = record(current, told, self.now())
            if recorded.row is current or (current and current.spec.condition is told.state):
                return
            newer = recorded.as_of(self.now())
            if self.rows.record(replace(newer, due_at=self.now())):
                keys = log_keys.alert(told, recorded.reason, current, self.now())
                self.telemetry.event("ALARM_LEARNED", source=told.source, **keys)
                self.telemetry.count("AlertsRecorded", source=told.source, reason=recorded.reason.value)
                return
            current = self.rows.get(told.fingerprint)


def _with(tasks: list[_Task], task: _Task) -> list[_Task]:
    """Add a place that is not yet among those to be searched."""
    known = any((each.account_id, each.region) == (task.account_id, task.region) for each in tasks)
    return tasks if known else [*tasks, task]
