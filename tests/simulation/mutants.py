"""Deliberate breakages: each must be caught, or the simulation proves nothing.

`python -m tests.simulation.mutants [NAME ...]`
"""

import json
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from chalicelib import errors, render
from chalicelib.adapters import group
from chalicelib.aws.sqs import SqsQueue
from chalicelib.collector import collector
from chalicelib.conditions import plan as planning
from chalicelib.conditions import reasons, record, related, suppression
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.row import AlertState, Intent, Issue, Lease
from chalicelib.conditions.steps import Step
from chalicelib.rate_limit import reports, rules
from chalicelib.rate_limit.rules import Granted
from chalicelib.reconcile import drift
from chalicelib.store.rows import DynamoStore
from chalicelib.sync import execute, intents, recover, stepper, sync
from tests.simulation.beat_mutants import BEATS
from tests.simulation.fixes import FIXES, SEEN_BY
from tests.simulation.generate import generate
from tests.simulation.incident_mutants import INCIDENTS
from tests.simulation.inhibition import MUTANTS as INHIBITION
from tests.simulation.news_mutants import NEWS
from tests.simulation.run import run
from tests.simulation.storm_mutants import STORMS
from tests.simulation.tier_mutants import TIERS
from tests.simulation.window_mutants import WINDOWS

MOST_RUNS = 1000
SEEDS = Path(__file__).with_name("seeds.toml")
HEAD = """\
# The first seed that showed each breakage when all were last looked for. It is tried before the others.
# `python -m tests.simulation.mutants --learn` writes this file.
"""
UNFORESEEN = "no unforeseen error"
"""A worker crashed: what the breakage calls may have another name by now."""

Patch = AbstractContextManager[Any]


@contextmanager
def _planned_on(change: Callable[[AlertState], AlertState]) -> Iterator[None]:
    """Sync plans on something else than the row, and so does the collector, which says what is due."""
    real = planning.plan

    def plan(row: AlertState, now: datetime, policy: Policy) -> Step:
        return real(change(row), now, policy)

    with ExitStack() as patches:
        for planner in (sync, stepper, collector):
            patches.enter_context(patch.object(planner, "plan", plan))
        yield


def _without_revision(name: str) -> Patch:
    """A write to the table succeeds whatever the row has become."""
    real: Any = getattr(DynamoStore, name)

    def write(self: DynamoStore, row: AlertState, *rest: Any) -> Any:
        current = self.get(row.fingerprint)
        return real(self, replace(row, revision=current.revision if current else 0), *rest)

    return patch.object(DynamoStore, name, write)


def _settle_unconditionally() -> Patch:
    real = DynamoStore.settle

    def settle(
        self: DynamoStore, claimed: AlertState, settled: AlertState, now: datetime
    ) -> AlertState | None:
        current = self.get(claimed.fingerprint)
        return real(self, claimed, replace(settled, revision=current.revision if current else 0), now)

    return patch.object(DynamoStore, "settle", settle)


def _act_before_claim() -> Patch:
    def take(self: Any, row: AlertState, step: Any) -> Any:
        lease = Lease("nobody", self.clock.now() + self.timing.lease)
        intent = intents.intent(row, step, self.policy.routing, self.clock.now())
        settled = self.act.execute(replace(row, lease=lease, intent=intent), step)
        claimed = self.rows.claim(row, intent, lease)
        return (
            (self.settle(claimed, replace(settled, revision=claimed.revision)), None)
            if claimed
            else (None, None)
        )

    return patch.object(stepper.Stepper, "take", take)


def _clear_due_though_moved() -> Patch:
    real = DynamoStore.settle

    def settle(
        self: DynamoStore, claimed: AlertState, settled: AlertState, now: datetime
    ) -> AlertState | None:
        written = real(self, claimed, settled, now)
        return self.rest(replace(written, due_at=None)) if written and settled.due_at is None else written

    return patch.object(DynamoStore, "settle", settle)


def _arrival_times() -> Patch:
    real = record.record

    def by_arrival(row: AlertState | None, alert: Any, sent_at: datetime, duplicate: timedelta) -> Any:
        return real(row, alert.model_copy(update={"occurred_at": sent_at}), sent_at, duplicate)

    return patch.object(collector, "record", by_arrival)


def _groups_status() -> Patch:
    real = group._alerts

    def by_group(body: Any) -> Any:
        alerts: list[Any] = real(body)
        return [alert | {"status": body.get("status")} for alert in alerts]

    return patch.object(group, "_alerts", by_group)


def _unknown_is_not_done() -> Patch:
    real = execute.Executor.execute

    def call(self: Any, row: AlertState, step: Any) -> AlertState:
        try:
            return real(self, row, step)
        except errors.OutcomeUnknown as error:
            raise errors.Unavailable(str(error)) from error

    return patch.object(execute.Executor, "execute", call)


def _claimed_is_not_due() -> Patch:
    real = DynamoStore.claim

    def claim(self: DynamoStore, row: AlertState, intent: Intent | None, lease: Lease) -> AlertState | None:
        claimed = real(self, row, intent, lease)
        return self.rest(replace(claimed, due_at=None)) if claimed else None

    return patch.object(DynamoStore, "claim", claim)


def _acknowledge_unrecorded() -> Patch:
    real = collector.Collector.collect

    def call(self: Any, records: Any, until: datetime) -> None:
        self.queue.delete([entry["receiptHandle"] for entry in records])
        real(self, records, until)

    return patch.object(collector.Collector, "collect", call)


def _no_failure_stays() -> Patch:
    """What could not be recorded is deleted with the rest of the batch."""
    real = collector.Collector.collect

    def call(self: Any, records: Any, until: datetime) -> None:
        try:
            real(self, records, until)
        except collector.NotRecorded:
            return

    return patch.object(collector.Collector, "collect", call)


def _wrong_number() -> Patch:
    """As if the number were that of another repository's issue."""
    real = related.fires_in

    def wrong(repository: str, row: AlertState) -> Issue | None:
        found = real(repository, row)
        return replace(found, ref=replace(found.ref, number=found.ref.number + 1)) if found else None

    return patch.object(related, "fires_in", wrong)


MUTANTS: Mapping[str, Callable[[], Patch]] = {
    "drop the lease": lambda: _planned_on(lambda row: replace(row, lease=None)),
    "ignore the intent": lambda: _planned_on(lambda row: replace(row, intent=None)),
    "claim without the revision": lambda: _without_revision("claim"),
    "record without the revision": lambda: _without_revision("record"),
    "settle without its condition": _settle_unconditionally,
    "clear due though the row moved": _clear_due_though_moved,
    "a claimed row is not due": _claimed_is_not_due,
    "act before claim": _act_before_claim,
    "treat an empty list as absence": lambda: patch.object(recover, "ENOUGH", 1),
    "take an unknown outcome for not done": _unknown_is_not_done,
    "apply the group's status": _groups_status,
    "compare arrival times": _arrival_times,
    "count a duplicate as a repeat": lambda: patch.object(reasons, "_delivered_twice", lambda *_: False),
    "undo a person's closing": lambda: patch.object(suppression, "closed_in_this_episode", lambda row: False),
    "never take an alert for stale": lambda: patch.object(planning, "stale_at", lambda *_: None),
    "rewrite the whole body": lambda: patch.object(
        render, "body", lambda *a, previous="", real=render.body: real(*a)
    ),
    "ignore retry-after": lambda: patch.object(reports, "limited", lambda budget, now, retry_at: budget),
    "ignore the budget": lambda: patch.object(
        rules, "ask", lambda budget, call, now, limits: Granted(now, budget)
    ),
    "acknowledge before recording": _acknowledge_unrecorded,
    "delete what could not be recorded": _no_failure_stays,
    "reject without the dead-letter queue": lambda: patch.object(SqsQueue, "reject", lambda *_: None),
    "never look for drift": lambda: patch.object(drift.Drift, "check", lambda self, until: None),
    "name another issue than the related one": _wrong_number,
    **FIXES,
    **TIERS,
    **INHIBITION,
    **WINDOWS,
    **NEWS,
    **BEATS,
    **STORMS,
    **INCIDENTS,
}


def caught(name: str, known: int | None = None) -> tuple[int, str] | None:
    """Break the code and find a seed that shows it, with the promise that broke; the `known` one comes first.

    A seed shows it only if it holds without the breakage.
    """
    for seed in chain([] if known is None else [known], range(MOST_RUNS)):
        with MUTANTS[name]():
            result = run(generate(seed))
        if result.broken and not run(generate(seed)).broken:
            if result.broken[0][0] == UNFORESEEN:
                raise RuntimeError(f"{name} breaks no promise, but fails itself: {result.broken[0]}")
            return seed, result.broken[0][0]
    return None


def fails(name: str) -> bool:
    """Break the code and run the tests that must see it; without the breakage they pass."""
    plugin = ("-p", "tests.simulation.broken", "--broken", name)
    return " failed" in _tests(SEEN_BY[name], *plugin) and " failed" not in _tests(SEEN_BY[name])


def _tests(path: str, *options: str) -> str:
    """What pytest says at last; raises if it did not get as far as the tests."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        *options,
        path,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    if not re.search(r"\d (passed|failed)", said):
        raise RuntimeError(f"{path} could not be run: {said[-500:]}")
    return said.strip().rpartition("\n")[2]


class Tried(NamedTuple):
    """A breakage that was tried: how it was found, by which seed if by one, and the CPU seconds it took."""

    name: str
    how: str
    seed: int | None
    took: float


def _tried(name: str, known: Mapping[str, int]) -> Tried:
    began = time.process_time()
    seed: int | None = None
    how = ""
    if name in SEEN_BY:
        how = f"caught by {SEEN_BY[name]}" if fails(name) else ""
    elif found := caught(name, known.get(name)):
        seed, promise = found
        how = f"caught by seed {seed}: {promise}"
    return Tried(name, how, seed, time.process_time() - began)


def main(arguments: list[str]) -> int:
    """Report how each breakage was caught, as many at once as there are cores; 1 if one was not.

    With --learn, look for the first seed of each, and write it down.
    """
    learn = "--learn" in arguments
    names = [name for name in arguments if name != "--learn"] or list(MUTANTS)
    known = {} if learn else tomllib.loads(SEEDS.read_text(encoding="utf-8"))
    found: list[Tried] = []
    with Pool() as pool:
        for tried in pool.imap(partial(_tried, known=known), names):
            found.append(tried)
            print(
                f"{tried.name:44} {tried.how or f'NOT CAUGHT in {MOST_RUNS} runs'} ({tried.took:.1f} s)",
                flush=True,
            )
    if learn:
        lines = [
            f"{json.dumps(each.name)} = {each.seed}\n" for each in sorted(found) if each.seed is not None
        ]
        SEEDS.write_text(f"{HEAD}{''.join(lines)}", encoding="utf-8")
    return 0 if all(each.how for each in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
