"""Breakages: what each bound is there to notice, done to the product; `python -m tests.longlife.breakages`.

Each lives through a few days with one thing broken, and the test of its bound must fail. Names choose some.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from chalicelib.conditions import asked_windows, record
from chalicelib.rate_limit import creations
from chalicelib.reconcile import drift
from chalicelib.render import issue
from chalicelib.store import codec
from chalicelib.telemetry import masking

TESTS = "tests/longlife/test_long_life.py"
CHOICE = "BREAKAGE"


@dataclass(frozen=True)
class Breakage:
    """One thing broken, the test that notices it, and the days that this takes."""

    apply: Callable[[], None]
    noticed_by: str
    days: int = 3


def _keep_what_is_removed(writer: str, *prefixes: str) -> Callable[[], None]:
    """Have a writer of rows no longer remove what begins with these names."""

    def apply() -> None:
        before = getattr(codec, writer)

        def kept(*told: Any, **more: Any) -> dict[str, Any]:
            changes: dict[str, Any] = before(*told, **more)
            return {
                name: value
                for name, value in changes.items()
                if value is not None or not name.startswith(prefixes)
            }

        setattr(codec, writer, kept)

    return apply


def _set(owner: Any, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(owner, name, value)


def _say_each_row_read() -> None:
    before = codec.row

    def read(item: codec.Item) -> Any:
        print('{"message": "READ"}')
        return before(item)

    codec.row = read


def _tell_each_repeat() -> None:
    before = issue._head

    def told(view: Any, called: str) -> list[str]:
        again = ["Reported again: the value was still above what is allowed."] * view.row.spec.count
        return [*before(view, called), *again]

    issue._head = told


def _count_for_ever() -> None:
    before = creations.counted

    def counted(minutes: Any, recent: Any, at: float, now: float) -> Any:
        of_now, newest = before((), recent, at, now)
        return (*minutes, *of_now), newest

    creations.counted = counted


def _look_each_time() -> None:
    before = drift.Drift.__init__

    def made(self: drift.Drift, **parts: Any) -> None:
        before(self, **parts | {"changes_every": timedelta(), "everything_every": timedelta()})

    _set(drift.Drift, "__init__", made)()


ROWS = "test_a_row_is_small_however_often_its_condition_fires"
INDEXES = "test_an_index_holds_only_what_is_asked_for"
EXPIRY = "test_what_has_ended_is_deleted_three_years_later"
DOCUMENTS = "test_documents_are_small_and_do_not_grow"
MEMORY = "test_memory_does_not_grow_with_a_container_s_age"

BREAKAGES = {
    "a closed issue stays in the index of open ones": Breakage(
        _keep_what_is_removed("status", "open_"), INDEXES
    ),
    "what fires again stays among what has ended": Breakage(
        _keep_what_is_removed("spec", "resolved_"), INDEXES
    ),
    "an old issue stays listed": Breakage(
        _keep_what_is_removed("retired", "issue_"),
        "test_after_a_season_nobody_looks_at_what_is_long_over",
    ),
    "every episode is kept": Breakage(_set(record, "MOST_EPISODES", 10**6), ROWS, days=5),
    "an unknown end is kept for years": Breakage(_set(codec, "TOMBSTONE_KEPT", codec.KEPT), EXPIRY),
    "every window is remembered": Breakage(
        _set(asked_windows.AskedWindows, "forget", lambda *_: None), DOCUMENTS, days=12
    ),
    "every creation is counted for ever": Breakage(_count_for_ever, DOCUMENTS),
    "a cache forgets nothing": Breakage(
        _set(masking, "_short", lru_cache(None)(masking._mask)), MEMORY, days=5
    ),
    "a line for each row that is read": Breakage(
        _say_each_row_read, "test_the_log_has_a_bounded_number_of_short_lines_a_day"
    ),
    "a body that grows with each repeat": Breakage(_tell_each_repeat, "test_an_issue_stays_readable"),
    "a look at everything each time": Breakage(
        _look_each_time,
        "test_a_day_of_a_hundred_conditions_takes_a_bounded_number_of_calls",
    ),
}


def pytest_configure() -> None:
    """Break what is asked for, before a test is read."""
    if name := os.environ.get(CHOICE):
        BREAKAGES[name].apply()


def noticed(name: str) -> bool:
    """Whether the test fails, and for nothing else than its assertion."""
    breakage = BREAKAGES[name]
    pytest = ("pytest", "-n", "0", "-q", "--tb=short", "-p", "tests.longlife.breakages")
    ran = subprocess.run(
        [sys.executable, "-m", *pytest, f"{TESTS}::{breakage.noticed_by}"],
        env={**os.environ, CHOICE: name, "DAYS": str(breakage.days)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = ran.stdout.splitlines()
    print(*[line[:150] for line in lines if line.startswith("E  ")][:2], sep="\n")
    failed = any(line.startswith("FAILED") for line in lines)
    return failed and any(line.startswith("E ") and "assert" in line.lower() for line in lines)


def main() -> int:
    missed = 0
    for name in sys.argv[1:] or BREAKAGES:
        found = noticed(name)
        missed += not found
        print(f"{'noticed' if found else 'MISSED'}: {name} ({BREAKAGES[name].noticed_by})", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
