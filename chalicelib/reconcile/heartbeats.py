"""Heartbeats: records the silence of one that is overdue, before its row is synced like any other.

A heartbeat's row is due when it has to be looked at. Before its deadline a trial is sent through the topic
and the queue, at most one a minute for all heartbeats; a missing heartbeat means something only if trials
arrive.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import BaseModel

from chalicelib.adapters import canary
from chalicelib.adapters.envelope import stamp
from chalicelib.alert import AlertEvent
from chalicelib.conditions import heartbeats
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.heartbeats import Trials
from chalicelib.conditions.record import record
from chalicelib.conditions.row import AlertState
from chalicelib.reconcile.canary import Topic
from chalicelib.reconcile.reconcile import Advance
from chalicelib.store.documents import Document
from chalicelib.store.ports import Rows
from chalicelib.telemetry import log_keys
from chalicelib.telemetry.telemetry import Telemetry

KEY = "heartbeats#trials"
EVERY = timedelta(seconds=45)
UNBROKEN = timedelta(minutes=15)
"""If trials are further apart, they do not show that the queue stood still all that time."""


class _Sent(BaseModel):
    """When the newest trial was sent, and the first of those sent before any arrived."""

    at: datetime = LONG_AGO
    since: datetime = LONG_AGO


@dataclass(frozen=True)
class Heartbeats:
    """Looks at a row's heartbeat, if it has one, then lets `sync` advance the row."""

    rows: Rows
    topic: Topic
    stage: str
    sync: Advance
    now: Callable[[], datetime]
    telemetry: Telemetry

    def advance(self, row: AlertState, until: datetime) -> None:
        """Record a silence that is certain, then sync; a row that another worker changed stays due."""
        asked_at = heartbeats.asks_at(row.spec)
        if asked_at and asked_at <= self.now():
            row = self._looked_at(row, asked_at, self.now())
        self.sync(row, until)

    def _looked_at(self, row: AlertState, asked_at: datetime, now: datetime) -> AlertState:
        """Record its silence; if that is not certain, send a trial unless one has arrived since."""
        trials_row, document = self.rows.get(self._trial(now).fingerprint), self.rows.load(KEY)
        arrived = tuple(moment.at for moment in trials_row.spec.moments) if trials_row else ()
        sent = document.parsed(_Sent)
        unanswered = now - sent.at < UNBROKEN and not any(at >= sent.since for at in arrived)
        trials = Trials(arrived, sent.since if unanswered else None)
        if told := heartbeats.silence(row.spec, trials, now):
            return self._record(row, told, now)
        if not any(at >= asked_at for at in arrived) and now - sent.at >= EVERY:
            self._send(document, _Sent(at=now, since=sent.since if unanswered else now))
        return row

    def _send(self, document: Document, sent: _Sent) -> None:
        """Send a trial; it is noted first, so that only one worker sends it."""
        if self.rows.swap(KEY, sent.model_dump_json(), document.version) is None:
            body = self._trial(sent.at).model_dump_json(exclude_none=True)
            self.topic.publish([body], stamp(canary.SOURCE, f"trial-{sent.at:%Y%m%dT%H%M%S}", sent.at))

    def _trial(self, at: datetime) -> AlertEvent:
        return canary.trial(self.stage, at)

    def _record(self, row: AlertState, told: AlertEvent, now: datetime) -> AlertState:
        recorded = record(row, told, now)
        written = self.rows.record(replace(recorded.as_of(now), due_at=now))
        if written:
            keys = log_keys.alert(told, recorded.reason, row, now)
            self.telemetry.event("HEARTBEAT_MISSED", source=told.source, **keys)
            self.telemetry.count("AlertsRecorded", source=told.source, reason=recorded.reason.value)
        return written or row
