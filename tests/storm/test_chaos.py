"""Real processes, killed at random moments while alerts flow; GitHub and the table fail in between."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.adapters import own
from tests.local import senders
from tests.local.github.model import Issue
from tests.local.patience import wait_until
from tests.local.stack import LocalStack
from tests.storm.table import FaultyTable

REPOSITORY = "example-org/alerts"
CONDITIONS, ROUNDS, EVERY = 100, 3, 0.08
SEED = 5
FAULTS = 10
"""More answers of the table than that were faults."""
SETTINGS = {
    "WRITE_SPACING_SECONDS": "0",
    "WRITES_PER_MINUTE": "5000",
    "WRITES_PER_HOUR": "5000",
    "GITHUB_TIMEOUT_SECONDS": "2",  # less than GitHub is silent
    "LEASE_SECONDS": "6",
}


@dataclass
class Chaos:
    """Sends 300 alerts, and does harm in between."""

    stack: LocalStack
    table: FaultyTable
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    done: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Fire all conditions, repeat them, then resolve every third; a harm after every sixth alert."""
        for round_ in range(ROUNDS):
            for number in range(CONDITIONS):
                ends = round_ == ROUNDS - 1 and number % 3 == 0
                self._publish(number, "OK" if ends else "ALARM", before="OK" if round_ == 0 else "ALARM")
                if number % 6 == 5:
                    self._harm()
                time.sleep(EVERY)
        if self.table.met <= FAULTS:  # a busy machine asks it less often in that time
            self.table.fault = "throttled"
            wait_until(lambda: self.table.met > FAULTS, "faults of the table", lambda: self.table.met)
        self.stack.github.faults.clear()
        self.table.fault = ""

    def _publish(self, number: int, state: str, before: str) -> None:
        described = f"TEAM=storage | PRIORITY=P{number % 4}"
        message = senders.cloudwatch(
            f"Chaos {number:03}", described, datetime.now(UTC), state=state, before=before
        )
        self.stack.aws.publish(message)

    def _harm(self) -> None:
        github = self.stack.github.faults
        harms: dict[str, Callable[[], object]] = {
            "killed": self._kill,
            "killed again": self._kill,
            "GitHub answers 502": lambda: github.outage(lasting=0.5),
            "an opening's answer is lost": lambda: github.add(
                "drop", method="POST", times=1, after_write=True
            ),
            "a change's answer is lost": lambda: github.add(
                "drop", method="PATCH", times=1, after_write=True
            ),
            "GitHub is silent": lambda: github.add("hang", times=1, seconds=3),
            "GitHub asks to wait": lambda: github.add("secondary_limit", times=1, retry_after=1),
            "table": self._table,
        }
        if not self.order:
            self.order = self.rng.sample(list(harms), len(harms))
        name = self.order.pop()
        harms[name]()
        self.done[name] += 1

    def _table(self) -> None:
        """Begin to fail in one way, then in the other, or end it."""
        ways = ("throttled", "answer lost", "")
        self.table.fault = ways[self.done["table"] % len(ways)]

    def _kill(self) -> None:
        """End one worker process where it is."""
        pid = self.stack._running["functions"]._popen.pid
        threads = Path(f"/proc/{pid}/task").glob("*/children")
        children = [child for each in threads for child in each.read_text(encoding="ascii").split()]
        workers = [
            child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        if workers:
            os.kill(int(self.rng.choice(workers)), signal.SIGKILL)
            self.done["SIGKILL"] += 1


@pytest.fixture(scope="module")
def chaos() -> Iterator[Chaos]:
    table = FaultyTable(SEED)
    settings = SETTINGS | {"AWS_ENDPOINT_URL_DYNAMODB": table.url}
    local = LocalStack(
        collectors=3,
        reconcile_every=1,
        time_limit=20,
        visibility_seconds=20,
        repositories=(REPOSITORY,),
        settings=settings,
    )
    with local as stack:
        limits = stack.github.limits
        limits.creations_per_minute = limits.creations_per_hour = limits.points_per_minute = None
        table.target = stack.aws.endpoint_url
        chaos = Chaos(stack, table)
        chaos.run()
        stack.wait_until(stack.quiet, "quiet after the chaos")
        yield chaos
    table.stop()


def issues(chaos: Chaos) -> dict[int, list[Issue]]:
    """The issues of each condition."""
    found: dict[int, list[Issue]] = {number: [] for number in range(CONDITIONS)}
    for issue in chaos.stack.github.world.repository(REPOSITORY).listed:
        if "Chaos" in issue.title:  # the board is an issue too
            found[int(issue.title[-3:])].append(issue)
    return found


def test_the_harm_was_done(chaos: Chaos) -> None:
    assert chaos.done["SIGKILL"] >= 5
    assert chaos.table.met > FAULTS
    assert len(chaos.done) >= 7


def test_what_fires_has_exactly_one_open_issue_and_what_resolved_none(chaos: Chaos) -> None:
    for number, found in issues(chaos).items():
        states = sorted(issue.state for issue in found)
        assert states.count("open") == (number % 3 != 0), (number, states)


def test_nothing_was_opened_twice(chaos: Chaos) -> None:
    assert {number: len(found) for number, found in issues(chaos).items() if len(found) > 1} == {}


def test_nothing_is_lost_and_nothing_unfinished(chaos: Chaos) -> None:
    assert chaos.stack.aws.dlq_messages() == []
    rows = [row for row in chaos.stack.aws.rows() if "spec" in row]
    assert len([row for row in rows if f'"source":"{own.STORM}"' not in row["spec"]]) == CONDITIONS
    assert [row for row in rows if "intent" in row or "lease_owner" in row] == []
