"""Every request that came in, for whoever has to assert or to show what happened."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One request; `status` is None when the connection was closed without an answer."""

    at: float
    method: str
    path: str
    route: str
    status: int | None
    caller: str
    request_id: str


class Journal:
    """The requests in the order they were answered, and the most that were under way at once."""

    def __init__(self) -> None:
        self.requests: list[Entry] = []
        self.under_way = 0
        self.peak = 0
        self._lock = threading.Lock()

    def began(self) -> int:
        """Note a request that came in, and return how many are under way."""
        with self._lock:
            self.under_way += 1
            self.peak = max(self.peak, self.under_way)
            return self.under_way

    def ended(self, entry: Entry) -> None:
        """Note how a request ended."""
        with self._lock:
            self.under_way -= 1
            self.requests.append(entry)

    def counts(self) -> Counter[tuple[str, str]]:
        """Requests by method and route, e.g. `("POST", "/repos/{repo}/issues")`."""
        with self._lock:
            return Counter((entry.method, entry.route) for entry in self.requests)

    def clear(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self.requests = []
            self.peak = self.under_way
