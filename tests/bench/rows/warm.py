"""Warm throughput on one core: the pure part alone, and the collector on the in-memory twins."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from chalicelib import render
from chalicelib.adapters import envelope, reading
from chalicelib.adapters.owner_rules import NO_RULES
from chalicelib.alert import AlertEvent
from chalicelib.conditions.plan import Policy, plan
from chalicelib.conditions.record import record
from chalicelib.conditions.steps import OpenIssue
from chalicelib.rate_limit.rules import Limits
from tests.bench import load, twins
from tests.bench.gate import AtLeast, Row, Run
from tests.bench.twins import Twins

ALERTS = 2000
LIVES = 400
WARM_UP = 100
APART = timedelta(seconds=1)
"""Between two openings: the budget's minute is then nearly as full as it gets."""

NO_LIMITS = Limits(per_hour=1_000_000, spacing=0.0)
"""But for the minute, which is never used up."""


def rows() -> list[Row]:
    """Both."""
    policy, records = twins.policy(), [load.firing(number) for number in range(ALERTS)]
    return [
        Row(
            key="pure",
            what="parse, record, plan, render: new alerts, in memory, one core",
            unit="alerts/s of CPU",
            targets={"alerts": AtLeast(5000)},
            measure=lambda: Run({"alerts": ALERTS / _pure_seconds(records, policy)}),
        ),
        Row(
            key="collector",
            what="collector on the twins, log and metrics included: lives of five messages, one core",
            unit="alerts/s of CPU",
            targets={"alerts": AtLeast(1500)},
            measure=_collector,
        ),
    ]


def _pure_seconds(records: list[dict[str, Any]], policy: Policy) -> float:
    for entry in records[:WARM_UP]:
        _decide(entry, policy)
    with _timed() as seconds:
        for entry in records:
            _decide(entry, policy)
    return seconds[0]


def _decide(entry: dict[str, Any], policy: Policy) -> tuple[str, str]:
    """A queue's record -> the title and body of the issue that it opens."""
    message = envelope.read(entry)
    (alert,) = reading.parse(message.source, message.payload, NO_RULES)
    assert isinstance(alert, AlertEvent)
    row = record(None, alert, message.received_at).row
    assert isinstance(plan(row, message.received_at, policy), OpenIssue)
    return render.title(alert, policy.routing), render.body(row, policy.routing, message.received_at)


def _collector() -> Run:
    twin = Twins(NO_LIMITS)
    _collect(twin, _schedule(0, WARM_UP, load.START))
    schedule = _schedule(WARM_UP, LIVES, load.START + timedelta(hours=1))
    with _timed() as seconds:
        _collect(twin, schedule)
    if twin.tracker.open_issues or len(twin.tracker.threads) != WARM_UP + LIVES:
        raise AssertionError("every life opens an issue and closes it")
    return Run({"alerts": len(schedule) / seconds[0]})


def _schedule(first: int, count: int, start: datetime) -> list[tuple[datetime, dict[str, Any]]]:
    """The messages of lives that begin one after the other, in the order of their times."""
    told: list[tuple[datetime, dict[str, Any]]] = []
    for number in range(count):
        began = start + number * APART
        times = (began + timedelta(seconds=after) for after in load.LIFE)
        told += zip(times, load.life(first + number, began), strict=True)
    return sorted(told, key=lambda each: each[0])


def _collect(twin: Twins, schedule: list[tuple[datetime, dict[str, Any]]]) -> None:
    for batch in twins.batches(schedule):
        twin.collect([entry for _, entry in batch], batch[-1][0])


@contextmanager
def _timed() -> Iterator[list[float]]:
    """Take the processor's seconds; garbage of before is not ours to collect."""
    gc.collect()
    seconds: list[float] = []
    start = time.process_time()
    yield seconds
    seconds.append(time.process_time() - start)
