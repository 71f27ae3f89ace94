"""Dead letters: a message that can never succeed is kept for a person, with what is wrong and how to fix."""

from collections.abc import Mapping
from typing import Protocol

from chalicelib.adapters import envelope
from chalicelib.adapters.envelope import Message
from chalicelib.errors import Rejected
from chalicelib.telemetry import log_keys
from chalicelib.telemetry.telemetry import Telemetry


class DeadLetterQueue(Protocol):
    """Where such messages are kept."""

    def reject(self, body: str, attributes: Mapping[str, str]) -> None:
        """Send a message to the dead-letter queue; raises QueueUnavailable."""


def reject(queue: DeadLetterQueue, message: Message, rejected: Rejected, telemetry: Telemetry) -> None:
    """Send a message to the dead-letter queue, log and count it."""
    attributes = {
        "reason": rejected.reason,
        "explanation": str(rejected),
        "fix": rejected.fix,
        "source": message.source,
        "message_id": message.id,
        "correlation_id": message.correlation_id,
        envelope.RECEIVED_AT: envelope.milliseconds(message.received_at),
    }
    queue.reject(message.body, attributes)
    telemetry.event("REJECTED", reason=rejected.reason, **log_keys.message(message))
    telemetry.count("AlertsRejected", reason=rejected.reason)
