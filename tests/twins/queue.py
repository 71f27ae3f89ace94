"""The queue's twin: what was acknowledged, what was rejected with why, and what was sent back."""

from collections.abc import Mapping, Sequence

from chalicelib.errors import QueueUnavailable


class MemoryQueue:
    """Deleted receipt handles, and what was rejected or sent back, with its attributes."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.rejected: list[tuple[str, dict[str, str]]] = []
        self.requeued: list[tuple[str, dict[str, str], int]] = []
        self.dlq_away = self.away = False

    def delete(self, receipt_handles: Sequence[str]) -> list[str]:
        self.deleted += receipt_handles
        return []

    def requeue(self, body: str, attributes: Mapping[str, str], delay_seconds: int) -> None:
        if self.away:
            raise QueueUnavailable("away")
        self.requeued.append((body, dict(attributes), delay_seconds))

    def reject(self, body: str, attributes: Mapping[str, str]) -> None:
        if self.dlq_away:
            raise QueueUnavailable("away")
        self.rejected.append((body, dict(attributes)))
