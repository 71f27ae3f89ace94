"""Requeue: what cannot be recorded now goes back to the queue, as a new message.

The table may be away for any length of time without a message being lost. A new message starts with no
receives and with the queue's full retention, so that only a message that crashes the function ever reaches
`maxReceiveCount`. Other means run out at some point: SQS allows at most 1,000 for `maxReceiveCount`, and a
longer visibility (ChangeMessageVisibility, at most 12 hours) still counts each receive and does not extend
retention. docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html

Attributes keep what a new message would lose: when it was first received, the request that brought it, and
how often it has come back. A publisher could forge them, but that only delays that publisher's own message
while it cannot be recorded, since `envelope` accepts no time later than SQS's own.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from pydantic import ValidationError

from chalicelib.adapters import envelope, sender
from chalicelib.adapters.envelope import Message
from chalicelib.errors import Contended, QueueUnavailable, StoreUnavailable
from chalicelib.store.schema import WrittenByNewer
from chalicelib.telemetry import log_keys
from chalicelib.telemetry.telemetry import Telemetry

FIRST_DELAY, LONGEST_DELAY = 5, 300
"""In seconds; SQS allows up to 900, but P0 should not wait that long once the table is back.

docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (`DelaySeconds`)
"""

ATTEMPTS = "attempts"
_COUNT = re.compile(r"\d{1,6}", re.ASCII)


class Why(StrEnum):
    """Why a message could not be recorded now."""

    TABLE_AWAY = "TABLE_AWAY"
    CONTENDED = "CONTENDED"
    NO_TIME = "NO_TIME"
    UNREADABLE = "UNREADABLE"
    """A newer version wrote the row, or the row contains values that this version does not know."""


def why(error: Exception) -> Why | None:
    """Return why a failed message is for later; None if it must stay, for redrive to end it."""
    if isinstance(error, WrittenByNewer | ValidationError):
        return Why.UNREADABLE
    if isinstance(error, Contended):
        return Why.CONTENDED
    return Why.TABLE_AWAY if isinstance(error, StoreUnavailable) else None


class Queue(Protocol):
    """The alert queue and its dead-letter queue."""

    def delete(self, receipt_handles: Sequence[str]) -> list[str]:
        """Acknowledge messages; returns the handles that were not taken."""

    def reject(self, body: str, attributes: Mapping[str, str]) -> None:
        """Send a message to the dead-letter queue; raises QueueUnavailable."""

    def requeue(self, body: str, attributes: Mapping[str, str], delay_seconds: int) -> None:
        """Send a message to the alert queue again; raises QueueUnavailable."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """A message that could not be recorded now, the record it was read from, and why."""

    message: Message
    record: Mapping[str, Any]
    why: Why

    @property
    def attempts(self) -> int:
        """How often it has already come back."""
        told = self._attribute(ATTEMPTS)
        return int(told) if _COUNT.fullmatch(told) else 0

    @property
    def delay_seconds(self) -> int:
        """How long to wait for the next attempt: twice as long each time."""
        return min(LONGEST_DELAY, FIRST_DELAY << min(self.attempts, 10))

    @property
    def attributes(self) -> dict[str, str]:
        """Return the attributes of the new message: only those that are read, since SQS allows ten.

        A message without a source stays without one: it is CloudWatch's, or in SNS's envelope.
        """
        stamped = {name: self._attribute(name) for name in ("source", sender.ATTRIBUTE)}
        return {name: value for name, value in stamped.items() if value} | {
            "correlation_id": self.message.correlation_id,
            envelope.RECEIVED_AT: envelope.milliseconds(self.message.received_at),
            ATTEMPTS: str(self.attempts + 1),
        }

    def _attribute(self, name: str) -> str:
        attribute = (self.record.get("messageAttributes") or {}).get(name) or {}
        return str(attribute.get("stringValue") or "")


@dataclass(frozen=True, slots=True)
class Requeue:
    """Sends messages back to their queue."""

    queue: Queue
    telemetry: Telemetry

    def send(self, postponed: Iterable[Postponed]) -> list[Message]:
        """Send messages back; returns those that are in the queue again, whose originals may be deleted.

        After the queue fails to take one, the others are not tried: each would wait as long for nothing.
        """
        sent: list[Message] = []
        for each in postponed:
            try:
                self.queue.requeue(each.message.body, each.attributes, each.delay_seconds)
            except QueueUnavailable as error:
                self.telemetry.problem("NOT_REQUEUED", error, messageId=each.message.id)
                break
            keys = log_keys.message(each.message) | {"attempts": each.attempts + 1}
            self.telemetry.event("REQUEUED", reason=each.why.value, delay_s=each.delay_seconds, **keys)
            self.telemetry.count("AlertsRequeued")
            sent.append(each.message)
        return sent
