"""The collector: a batch of messages -> record -> sync.

How it treats the queue:

- a message that can never succeed (not JSON, no alert, team or priority missing) goes to the dead-letter
  queue unchanged, with attributes that say why, and is then acknowledged;
- a message whose row cannot be written now, because the table does not answer or others keep changing the
  row, goes back to the queue as a new message (`requeue`) and is then acknowledged, however long that lasts.
  Once the table has failed to answer, the rest of the batch goes back without asking it, since each call may
  take its full timeout. For the same reason no message is begun after a third of the time, except the first;
- the batch is recorded and acknowledged (deleted) before the first call to GitHub. Sync then works on its
  rows, the most urgent first, while time is left; rows that it does not reach stay due for reconcile. If
  GitHub hangs, that costs latency, never a receive;
- Lambda deletes the batch when the function returns, and Chalice cannot return partial failures
  (aws/chalice#884). So if a message must stay (a bug, or a queue that does not answer), the others have been
  deleted already and the function raises. Redrive after 20 receives is for those messages and for crashes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from chalicelib.adapters import envelope, reading
from chalicelib.adapters.envelope import Message
from chalicelib.adapters.fields import Ignored, Ownership, Parsed
from chalicelib.alert import AlertEvent
from chalicelib.collector import dead_letters, requeue
from chalicelib.collector.requeue import Postponed, Queue, Requeue, Why
from chalicelib.conditions import heartbeats
from chalicelib.conditions.nothing import Held, Nothing
from chalicelib.conditions.plan import Policy, plan
from chalicelib.conditions.record import Reason, record
from chalicelib.conditions.row import AlertState
from chalicelib.errors import AlertingError, Contended, Rejected
from chalicelib.routing import permission
from chalicelib.store.ports import Rows
from chalicelib.telemetry import log_keys
from chalicelib.telemetry.telemetry import Telemetry

TRIES = 8


class NotRecorded(AlertingError):
    """Some messages could not be recorded; they stay in the queue."""


@dataclass(frozen=True)
class Collector:
    """Takes batches of SQS records, in Lambda's format."""

    rows: Rows
    queue: Queue
    sync: Callable[[AlertState, datetime], None]
    policy: Policy
    duplicate: timedelta
    now: Callable[[], datetime]
    telemetry: Telemetry
    notice: Callable[[Message], AlertState | None] | None = None
    refresh: Callable[[AlertState], None] = lambda _: None

    def collect(self, records: Sequence[Mapping[str, Any]], until: datetime) -> None:
        """Record and acknowledge the batch, then sync what is due, until `until`.

        Raises NotRecorded for messages that must stay.
        """
        rows: dict[str, AlertState] = {}
        done: list[Message] = []
        postponed: list[Postponed] = []
        enough = self.now() + (until - self.now()) / 3
        stop: Why | None = None
        for place, entry in enumerate(records):
            why = stop or (Why.NO_TIME if place and self.now() > enough else None)
            try:
                message = envelope.read(entry)
                if why is None:
                    rows |= self._record(message, enough)
                    done.append(message)
            except Exception as error:  # noqa: BLE001 - whatever failed, only this message may suffer
                self.telemetry.problem("NOT_RECORDED", error, messageId=str(entry.get("messageId")))
                why = requeue.why(error)
            if why:
                postponed.append(Postponed(message, entry, why))
            if why is Why.TABLE_AWAY:
                stop = why
        done += Requeue(self.queue, self.telemetry).send(postponed)
        self._acknowledge([message.receipt_handle for message in done])
        self._sync(rows, until)
        finished = {message.id for message in done}
        stayed = [name for entry in records if (name := str(entry.get("messageId"))) not in finished]
        if stayed:
            raise NotRecorded(
                f"{len(stayed)} of {len(records)} messages stay in the queue: {', '.join(stayed)}"
            )

    def _record(self, message: Message, enough: datetime) -> dict[str, AlertState]:
        """Record the message's alerts, or what people did; returns the rows that were written."""
        written: dict[str, AlertState] = {}
        try:
            if message.source == "github" and self.notice:
                noticed = self.notice(message)
                return {noticed.fingerprint: noticed} if noticed else {}
            for alert in self._alerts(message):
                if isinstance(alert, Ignored):
                    self._ignore(message, alert)
                elif row := self._record_alert(message, alert, enough):
                    written[row.fingerprint] = row
        except Rejected as rejected:
            dead_letters.reject(self.queue, message, rejected, self.telemetry)
        return written

    def _alerts(self, message: Message) -> list[Parsed]:
        rules = replace(self.policy.routing.owner_rules, noted=partial(self._note, message))
        return reading.parse(message.source, message.payload, rules, message.sender)

    def _record_alert(self, message: Message, alert: AlertEvent, enough: datetime) -> AlertState | None:
        """Write the row, even if others change it; None if there is nothing to write. Raises Rejected."""
        for _ in range(TRIES):
            row = self.rows.get(alert.fingerprint)
            known = (heartbeats.newest(row.spec) or row.spec.alert) if row else None
            permission.check(message.sender, alert, known, self.policy.routing)
            recorded = record(row, alert, message.received_at, self.duplicate)
            if recorded.row is row:
                self._tell(message, alert, recorded.reason, row)
                return None
            newer = recorded.as_of(self.now())
            due_at, held = self._due(row, newer)
            newer = replace(newer, due_at=due_at, held=held, correlation_id=message.correlation_id)
            if written := self.rows.record(newer):
                self._tell(message, alert, recorded.reason, row)
                return written
            if self.now() > enough:
                break
        raise Contended(f"the row of {alert.fingerprint} kept changing; the message goes back to the queue")

    def _due(self, before: AlertState | None, row: AlertState) -> tuple[datetime | None, Held | None]:
        """Return when GitHub is to be updated, and what holds the row back until then.

        A step that GitHub refused is not retried sooner because the alert is repeated.

        A row that had nothing to do is due for another reason than a refusal, perhaps in hours.
        """
        now = self.now()
        step = plan(row, now, self.policy)
        if isinstance(step, Nothing):
            return step.due_at, step.held
        if before is None or not row.status.failures or row.priority < before.priority:
            return now, None
        waits = not isinstance(plan(before, now, self.policy), Nothing)
        return max(now, row.due_at) if waits and row.due_at else now, None

    def _note(self, message: Message, owner: Ownership) -> None:
        """Log a severity that has no priority, since the fallback's priority is used instead."""
        if owner.unknown:
            keys = {"severity": owner.unknown, "rule": owner.priority_rule, "priority": owner.priority.value}
            self.telemetry.event("UNKNOWN_SEVERITY", **keys, **log_keys.message(message))

    def _ignore(self, message: Message, ignored: Ignored) -> None:
        self.telemetry.event("IGNORED", reason=ignored.reason, **log_keys.message(message))
        self.telemetry.count("AlertsIgnored", reason=ignored.reason)

    def _tell(self, message: Message, alert: AlertEvent, reason: Reason, row: AlertState | None) -> None:
        keys = log_keys.message(message) | log_keys.alert(alert, reason, row, self.now())
        self.telemetry.event("NORMALIZED_ALERT", **keys)
        self.telemetry.count("AlertsRecorded", source=message.source, reason=reason.value)
        if reason in log_keys.TIMELY:
            self.telemetry.measure("RecordLatency", keys["latency_ms"], source=message.source)

    def _acknowledge(self, receipt_handles: list[str]) -> None:
        lost = self.queue.delete(receipt_handles)
        if lost:  # they come again, and are then recognised as duplicates
            self.telemetry.event("NOT_ACKNOWLEDGED", messages=len(lost))

    def _sync(self, rows: dict[str, AlertState], until: datetime) -> None:
        """Sync what is due, the most urgent first; a row whose sync fails stays due, and the others go on."""
        for row in rows.values():
            self.refresh(row)  # so that a batch's inhibitors are known before the rows that they hold back
        now = self.now()
        due = [row for row in rows.values() if row.due_at and row.due_at <= now]
        for row in sorted(due, key=lambda row: row.priority):
            try:
                self.sync(row, until)
            except Exception as error:  # noqa: BLE001 - one row's trouble must not hold up the others
                self.telemetry.problem("NOT_SYNCED", error, fingerprint=row.fingerprint)
