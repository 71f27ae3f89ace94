"""Virtual time, and workers that take turns in it.

A worker is one invocation of a function, in a greenlet. It runs until it lets time pass; whoever's time
comes first goes on. A worker that crashed or ran out of time is never resumed, and what it calls while its
greenlet is taken down has no effect.
"""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet


@dataclass(eq=False)
class Worker:
    """One invocation.

    `chance` decides how long its calls take, `ended` says how it ended, `notes` what befell it.
    """

    name: str
    deadline: float
    chance: random.Random
    greenlet: greenlet
    finished: Callable[["Worker"], None]
    ended: str = ""
    notes: list[tuple[Any, ...]] = field(default_factory=list)


class Schedule:
    """The clock of the world, and what is to come."""

    def __init__(self, start: float) -> None:
        self.time = start
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._ids = itertools.count(1)
        self._hub = getcurrent()
        self._workers: list[Worker] = []
        self._running: dict[greenlet, Worker] = {}
        self._over = False

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.fromtimestamp(self.time, UTC)

    def seconds(self) -> float:
        """The time as epoch seconds."""
        return self.time

    def unique(self) -> str:
        """A word never used before."""
        return f"id-{next(self._ids)}"

    def sleep(self, seconds: float) -> None:
        """Let time pass for the worker that asks."""
        worker, wake = self.worker(), self.time + seconds
        if self._over or worker.ended:
            raise GreenletExit
        if wake >= worker.deadline:
            self.at(worker.deadline, lambda: self.end(worker, "timed out"))
        else:
            self.at(wake, worker.greenlet.switch)
        self._hub.switch()
        if self._over or worker.ended:
            raise GreenletExit

    def worker(self) -> Worker:
        """The worker that is running."""
        return self._running[getcurrent()]

    def lives(self) -> bool:
        """Whether what is running has an effect."""
        return not self._over and not self.worker().ended

    def crash(self) -> None:
        """The running worker ends here and is never resumed."""
        self.end(self.worker(), "crashed")
        self._hub.switch()
        raise GreenletExit

    def at(self, time: float, action: Callable[[], Any]) -> None:
        """Do something at a time, in the hub."""
        heapq.heappush(self._coming, (max(time, self.time), next(self._order), action))

    def spawn(
        self,
        name: str,
        seconds: float,
        chance: random.Random,
        work: Callable[[Worker], None],
        finished: Callable[[Worker], None],
    ) -> Worker:
        """Start a worker that may take this long; `finished` is called when it has ended, however it did."""

        def run() -> None:
            try:
                work(worker)
            except Exception as error:  # noqa: BLE001 - what a function raises, Lambda takes for its failure
                self.end(worker, f"raised {type(error).__name__}: {error}")
            else:
                self.end(worker, "returned")

        worker = Worker(name, self.time + seconds, chance, greenlet(run, self._hub), finished)
        self._workers.append(worker)
        self._running[worker.greenlet] = worker
        self.at(self.time, worker.greenlet.switch)
        return worker

    def end(self, worker: Worker, how: str) -> None:
        """A worker has ended: what it does from now on has no effect."""
        if not worker.ended and not self._over:
            worker.ended = how
            worker.finished(worker)

    def run(self, until: Callable[[], bool]) -> None:
        """Let things happen in their order until a condition holds, or nothing is to come."""
        while self._coming and not until():
            self.time, _, action = heapq.heappop(self._coming)
            action()

    def take_down(self) -> None:
        """Take down the greenlets of all workers; nothing they still do has an effect."""
        self._over = True
        for worker in self._workers:
            if not worker.greenlet.dead:
                worker.greenlet.throw()
        self._coming.clear()
