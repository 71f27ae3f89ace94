"""Dead letters: a message that can never succeed is kept for a person, with the fault and how to fix it."""

from chalicelib.adapters import envelope, sender
from chalicelib.adapters.envelope import Message
from chalicelib.collector.requeue import Queue
from chalicelib.errors import Rejected
from chalicelib.telemetry import log_keys
from chalicelib.telemetry.telemetry import Telemetry


def reject(queue: Queue, message: Message, rejected: Rejected, telemetry: Telemetry) -> None:
    """Send a message to the dead-letter queue, log and count it."""
    attributes = {
        "reason": rejected.reason,
        "explanation": str(rejected),
        "fix": rejected.fix,
        "source": message.source,
        "message_id": message.id,
        "correlation_id": message.correlation_id,
        envelope.RECEIVED_AT: envelope.milliseconds(message.received_at),
    } | ({sender.ATTRIBUTE: message.sender.written()} if message.sender else {})
    queue.reject(message.body, attributes)
    telemetry.event("REJECTED", reason=rejected.reason, **log_keys.message(message))
    telemetry.count("AlertsRejected", reason=rejected.reason)
