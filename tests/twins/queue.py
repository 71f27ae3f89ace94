"""The queue's twin: what was acknowledged, and what was rejected with why."""

from collections.abc import Mapping, Sequence

from chalicelib.errors import QueueUnavailable


class MemoryQueue:
    """Deleted receipt handles, and rejected bodies with their attributes."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.rejected: list[tuple[str, dict[str, str]]] = []
        self.dlq_away = False

    def delete(self, receipt_handles: Sequence[str]) -> list[str]:
        self.deleted += receipt_handles
        return []

    def reject(self, body: str, attributes: Mapping[str, str]) -> None:
        if self.dlq_away:
            raise QueueUnavailable("away")
        self.rejected.append((body, dict(attributes)))
