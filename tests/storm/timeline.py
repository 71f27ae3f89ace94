"""Virtual time that several workers share: each runs until it waits, then the one whose wait ends first.

Nothing here takes real time, and the same workers always run in the same order.
"""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

from greenlet import GreenletExit, getcurrent, greenlet

from tests.twins.clock import START


class Timeline:
    """The clock of every worker; `start` adds one, `run` lets them work."""

    def __init__(self, start: datetime = START) -> None:
        self._start, self._seconds = start, 0.0
        self._waiting: list[tuple[float, int, greenlet]] = []
        self._order = itertools.count()
        self._scheduler = getcurrent()
        self._until = 0.0

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return self._seconds

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds)

    def unique(self) -> str:
        return f"id-{next(self._order)}"

    def sleep(self, seconds: float) -> None:
        """Let time pass: at once where nobody else has anything to do until then."""
        wake = self._seconds + max(0.0, seconds)
        if wake <= self._until and (not self._waiting or wake < self._waiting[0][0]):
            self._seconds = wake
            return
        heapq.heappush(self._waiting, (wake, next(self._order), getcurrent()))
        self._scheduler.switch()

    def start(self, work: Callable[[], None], at: float = 0.0) -> None:
        """Add a worker that begins at that second, or now if it has passed."""
        worker = greenlet(work, self._scheduler)
        heapq.heappush(self._waiting, (max(at, self._seconds), next(self._order), worker))

    def run(self, until: float) -> None:
        """Let the workers work until that second; a worker's exception ends the run."""
        self._scheduler, self._until = getcurrent(), until
        while self._waiting and self._waiting[0][0] <= until:
            self._seconds, _, worker = heapq.heappop(self._waiting)
            worker.parent = self._scheduler
            worker.switch()
        self._seconds = until

    def end(self) -> None:
        """Stop every worker where it waits."""
        for _, _, worker in self._waiting:
            if worker:
                worker.throw(GreenletExit)
        self._waiting.clear()
