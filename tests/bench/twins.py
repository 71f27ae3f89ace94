"""The collector on the in-memory twins, with the budget's gate and the log as deployed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chalicelib import routing
from chalicelib.collector.collector import Collector
from chalicelib.conditions.plan import Policy
from chalicelib.rate_limit.rules import Limits
from chalicelib.rate_limit.shared import SharedBudget
from chalicelib.reconcile.reconcile import Reconcile
from chalicelib.sync.execute import Executor
from chalicelib.sync.sync import Sync, Timing
from chalicelib.telemetry.powertools import Powertools
from tests.bench.load import START
from tests.twins.clock import ManualClock
from tests.twins.queue import MemoryQueue
from tests.twins.store import MemoryStore
from tests.twins.tracker import MemoryTracker

ROUTING = Path(__file__).parents[2] / "chalicelib" / "routing.toml"
DUPLICATE = timedelta(seconds=60)
INVOCATION = timedelta(seconds=60)
BATCH = 10


def policy() -> Policy:
    """The policy as it ships."""
    return Policy(routing.load(ROUTING.read_text(encoding="utf-8")))


@dataclass
class Twins:
    """Everything around the collector, in memory and in virtual time."""

    limits: Limits
    policy: Policy = field(default_factory=policy)
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    store: MemoryStore = field(default_factory=MemoryStore)
    queue: MemoryQueue = field(default_factory=MemoryQueue)

    def __post_init__(self) -> None:
        self.telemetry = Powertools("prod")
        self.tracker = MemoryTracker(self.clock.now)
        self.gate = SharedBudget(self.store, self.limits, self.clock.now, self.telemetry)
        act = Executor(lambda: self.tracker, self.policy.routing, self.clock.now)
        sync = Sync(self.store, self.gate, act, self.clock, self.policy, Timing(), self.telemetry)
        self.wire(self.store, sync)

    def wire(self, rows: Any, sync: Sync) -> None:
        """Put the collector and reconcile on these rows and this sync."""
        self.collector = Collector(
            rows=rows,
            queue=self.queue,
            sync=sync.advance,
            policy=self.policy,
            duplicate=DUPLICATE,
            now=self.clock.now,
            telemetry=self.telemetry,
        )
        self.reconcile = Reconcile(rows, sync.advance, (), self.clock.now, self.telemetry)

    def collect(self, records: Sequence[Mapping[str, Any]], at: datetime) -> None:
        """Hand the collector a batch at a time of its own, as one of several that run at once."""
        with self._invoked("collector", at) as until:
            self.collector.collect(records, until)

    def tick(self, at: datetime) -> None:
        """Run reconcile."""
        with self._invoked("reconcile", at) as until:
            self.reconcile.run(until)

    @contextmanager
    def _invoked(self, function: str, at: datetime) -> Iterator[datetime]:
        self.clock.time = at
        with self.telemetry.invocation(function, "request-1"):
            yield at + INVOCATION


def batches(records: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut records into the queue's batches."""
    return (records[start : start + BATCH] for start in range(0, len(records), BATCH))
