"""The alert queue in virtual time: messages become visible, are received, and die after too many receives."""

import heapq
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.twins.clock import START

VISIBILITY, MOST_RECEIVES = 360.0, 20
BATCH = 10


@dataclass
class Sent:
    """One message: when it was sent, in seconds since the start, and how often it was received."""

    number: int
    body: str
    at: float
    receives: int = 0
    attributes: Mapping[str, str] = field(default_factory=lambda: {"source": "normalized"})

    def record(self) -> dict[str, Any]:
        """Return it as Lambda hands it over."""
        return {
            "messageId": f"m-{self.number}",
            "receiptHandle": str(self.number),
            "body": self.body,
            "attributes": {
                "SentTimestamp": str(round(1000 * (START.timestamp() + self.at))),
                "ApproximateReceiveCount": str(self.receives),
            },
            "messageAttributes": {
                name: {"stringValue": value, "dataType": "String"} for name, value in self.attributes.items()
            },
        }


class VirtualQueue:
    """A queue and its dead-letter queue; `now` is needed where messages come back."""

    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self._now = now
        self.messages: dict[int, Sent] = {}
        self.dead: list[Sent] = []
        self.rejected: list[tuple[str, dict[str, str]]] = []
        self.most_received = 0
        self._visible: list[tuple[float, int]] = []
        self._sent = 0

    def send(self, at: float, alert: Mapping[str, Any]) -> None:
        """Put an alert into the queue at that second."""
        self._put(Sent(self._sent, json.dumps(alert), at), at)

    def requeue(self, body: str, attributes: Mapping[str, str], delay_seconds: int) -> None:
        now = self._now()
        self._put(Sent(self._sent, body, now, attributes=dict(attributes)), now + delay_seconds)

    def _put(self, message: Sent, visible_at: float) -> None:
        self.messages[message.number] = message
        heapq.heappush(self._visible, (visible_at, message.number))
        self._sent += 1

    def receive(self, now: float) -> list[Sent]:
        """Hand out up to ten messages, hidden until their visibility ends."""
        batch: list[Sent] = []
        while self._visible and self._visible[0][0] <= now and len(batch) < BATCH:
            message = self.messages.get(heapq.heappop(self._visible)[1])
            if message and message.receives >= MOST_RECEIVES:
                self.dead.append(self.messages.pop(message.number))
            elif message:
                message.receives += 1
                self.most_received = max(self.most_received, message.receives)
                heapq.heappush(self._visible, (now + VISIBILITY, message.number))
                batch.append(message)
        return batch

    @property
    def next_at(self) -> float | None:
        """The second at which there may be something to receive."""
        return self._visible[0][0] if self._visible else None

    def delete(self, receipt_handles: Sequence[str]) -> list[str]:
        for handle in receipt_handles:
            self.messages.pop(int(handle), None)
        return []

    def reject(self, body: str, attributes: Mapping[str, str]) -> None:
        self.rejected.append((body, dict(attributes)))
