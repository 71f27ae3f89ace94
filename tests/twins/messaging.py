"""SNS' and SQS' twin: the topic, the queue behind it and the dead-letter queue, as boto3's clients show them.

What the topic takes comes into the queue once for each of its delays. A received message is hidden for a
while and comes again unless it is deleted; after 20 receives it goes to the dead-letter queue.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.twins.outside import Outside, direct

VISIBILITY = 240.0
MOST_RECEIVES = 20
QUEUE = "https://sqs.us-west-2.amazonaws.com/123456789012/alerting-local-alerts"
DLQ = f"{QUEUE}-dlq"
ARN = "arn:aws:sqs:us-west-2:123456789012:alerting-local-alerts"


@dataclass
class Queued:
    """A message in the queue; times in epoch seconds."""

    id: str
    body: str
    attributes: dict[str, str]
    sent_at: float
    visible_at: float
    receives: int = 0
    handle: str = ""

    def record(self) -> dict[str, Any]:
        """The message in Lambda's shape."""
        return {
            "messageId": self.id,
            "receiptHandle": self.handle,
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": str(self.receives),
                "SentTimestamp": str(int(self.sent_at * 1000)),
            },
            "messageAttributes": {
                name: {"stringValue": value, "dataType": "String"} for name, value in self.attributes.items()
            },
            "eventSourceARN": ARN,
        }


@dataclass
class Messaging:
    """Topic, queue and dead-letter queue.

    `delays` says when copies of a published message come into the queue, given its attributes; `later` lets
    them come; `deleted` is called with each message that is acknowledged.
    """

    now: Callable[[], float]
    outside: Outside = direct
    delays: Callable[[dict[str, str]], Sequence[float]] = lambda attributes: (0.0,)
    later: Callable[[float, Callable[[], None]], None] = lambda seconds, action: action()
    deleted: Callable[[Queued], None] = lambda message: None
    queue: dict[str, Queued] = field(default_factory=dict)
    dead: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    sent: list[Queued] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def publish(self, body: str, attributes: dict[str, str]) -> None:
        """Take a message, as from CloudWatch."""
        for delay in self.delays(attributes):
            self.later(delay, lambda: self._arrive(body, attributes))

    def _arrive(self, body: str, attributes: dict[str, str], delay: float = 0.0) -> None:
        now = self.now()
        message = Queued(f"m{next(self._ids)}", body, attributes, now, now + delay)
        self.queue[message.id] = message
        self.sent.append(message)

    def receive(self, most: int) -> list[Queued]:
        """Take visible messages, which are then hidden; one received too often is dead."""
        visible = [message for message in self.queue.values() if message.visible_at <= self.now()]
        received = []
        for message in visible[:most]:
            if message.receives >= MOST_RECEIVES:
                self.dead.append((message.body, {}))
                del self.queue[message.id]
                continue
            message.receives += 1
            message.visible_at = self.now() + VISIBILITY
            message.handle = f"{message.id}/{message.receives}"
            received.append(message)
        return received

    def delete(self, handle: str) -> None:
        """Acknowledge one message; a handle of an earlier receive does nothing."""
        message = self.queue.get(handle.partition("/")[0])
        if message and message.handle == handle:
            del self.queue[message.id]
            self.deleted(message)

    # boto3's clients

    def publish_batch(self, *, PublishBatchRequestEntries: Any, **_: Any) -> dict[str, Any]:  # noqa: N803
        def effect() -> dict[str, Any]:
            for entry in PublishBatchRequestEntries:
                stamped = {name: value["StringValue"] for name, value in entry["MessageAttributes"].items()}
                self.publish(entry["Message"], stamped)
            return {}

        return self.outside("topic.publish", effect)

    def delete_message_batch(self, *, Entries: Any, **_: Any) -> dict[str, Any]:  # noqa: N803
        def effect() -> dict[str, Any]:
            for entry in Entries:
                self.delete(entry["ReceiptHandle"])
            return {}

        return self.outside("queue.delete", effect)

    def send_message(
        self,
        *,
        QueueUrl: str,  # noqa: N803
        MessageBody: str,  # noqa: N803
        MessageAttributes: Any,  # noqa: N803
        DelaySeconds: int = 0,  # noqa: N803
    ) -> None:
        told = {name: value["StringValue"] for name, value in MessageAttributes.items()}
        if QueueUrl == DLQ:
            self.outside("queue.reject", lambda: self.dead.append((MessageBody, told)))
        else:
            self.outside("queue.requeue", lambda: self._requeue(MessageBody, told, DelaySeconds))

    def _requeue(self, body: str, attributes: dict[str, str], delay: float) -> None:
        """Take a message into the queue, to be received after a delay."""
        self._arrive(body, attributes, delay)
        self.later(delay, lambda: None)
