"""Every call of a worker to the outside: it takes time, may fail, and the worker may crash on the way."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tests.simulation import faults
from tests.simulation.schedule import Schedule

T = TypeVar("T")

POINTS = {
    "table": (
        "get",
        "load",
        "record",
        "claim",
        "settle",
        "ask",
        "rest",
        "swap",
        "query_due",
        "query_issues",
        "query_open",
        "query_groups",
    ),
    "queue": ("delete", "reject", "requeue"),
    "cloudwatch": ("describe",),
    "lookups": ("list",),
    "topic": ("publish",),
    "github": (
        *("installation", "token", "list", "open", "read"),
        *("edit", "comments", "comment", "label", "unlabel"),
        *("react", "permission", "attach"),
    ),
}
"""The calls that workers make, by service."""

TAKES = {
    "table": 0.02,
    "queue": 0.03,
    "topic": 0.05,
    "github": 0.6,
    "cloudwatch": 0.2,
    "lookups": 0.2,
    "mirror": 0.1,
    "enricher": 0.3,
}
"""Seconds that a call takes on average, by service."""


@dataclass
class Failure:
    """Calls to a point (or to a whole service) fail, so often or until a time."""

    point: str
    fault: str
    times: int = 1
    until: float = float("inf")

    def takes(self, point: str, now: float) -> bool:
        """Whether it befalls this call."""
        return (
            self.times > 0
            and now < self.until
            and point.startswith(self.point)
            and self.fault in faults.of(point)
        )


@dataclass
class Outside:
    """What comes between the workers and the twins. `trace` is the history of calls.

    `github_ahead` is by how many seconds GitHub's clock is ahead; `takes` says how many seconds a call
    takes on average, by service or by call.
    """

    schedule: Schedule
    github_ahead: float = 0.0
    takes: dict[str, float] = field(default_factory=TAKES.copy)
    failures: list[Failure] = field(default_factory=list)
    crashes: list[tuple[str, str]] = field(default_factory=list)
    even: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    trace: list[tuple[float, str, str]] = field(default_factory=list)
    failed_at: dict[str, float] = field(default_factory=dict)

    def __call__(self, point: str, effect: Callable[[], T]) -> T:
        """Carry a call to its effect and the answer back."""
        self._pass(point)
        if self._crashes(point, "before"):
            self._tell(point, "crashed before")
            self.schedule.crash()
        try:
            answer = self._answer(point, effect)
        except Exception as error:
            self._tell(point, type(error).__name__)
            self._crash_after(point)
            raise
        self._tell(point, "")
        self._crash_after(point)
        self._pass(point)
        return answer

    def sleep(self, seconds: float) -> None:
        """Let time pass for the worker that calls."""
        self.schedule.sleep(seconds)

    def seconds(self) -> float:
        """The time."""
        return self.schedule.time

    def github_seconds(self) -> float:
        """The time by GitHub's clock."""
        return self.schedule.time + self.github_ahead

    def chance(self) -> float:
        """A number below 1, of the worker that calls."""
        return self.schedule.worker().chance.random()

    def _answer(self, point: str, effect: Callable[[], T]) -> T:
        failure = next((each for each in self.failures if each.takes(point, self.schedule.time)), None)
        if failure is None:
            return effect()
        failure.times -= 1
        self.failed_at[point.partition(".")[0]] = self.schedule.time
        self.counts[f"fault {point.partition('.')[0]}: {failure.fault}"] += 1
        self._tell(point, f"fault: {failure.fault}")
        worker = self.schedule.worker()
        worker.notes.append((failure.fault,))
        answer: T = faults.of(point)[failure.fault](effect, self)
        wait = faults.asks_to_wait(answer, self.schedule.time, self.github_ahead)
        if wait:
            worker.notes[-1] = ("limited", self.schedule.time, wait)
        return answer

    def _pass(self, point: str) -> None:
        """Half of the time that a call takes, mostly about the same, seldom many times that."""
        average = (self.takes.get(point) or self.takes[point.partition(".")[0]]) / 2
        self.schedule.sleep(average if self.even else average * (0.1 + 0.5 / (1.05 - self.chance())))

    def _crashes(self, point: str, when: str) -> bool:
        if (point, when) not in self.crashes:
            return False
        self.crashes.remove((point, when))
        self.counts[f"crash {when} {point}"] += 1
        return True

    def _crash_after(self, point: str) -> None:
        if self._crashes(point, "after"):
            self._tell(point, "crashed after")
            self.schedule.crash()

    def _tell(self, point: str, what: str) -> None:
        self.trace.append((self.schedule.time, self.schedule.worker().name, f"{point} {what}".rstrip()))
