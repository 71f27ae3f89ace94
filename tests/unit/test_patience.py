"""Patience: a wait goes on while something new happens, and ends when nothing does."""

import ast
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.local import patience
from tests.local.own_time import Had, OwnTime, had_by_us, work
from tests.local.patience import (
    LONGEST_SECONDS,
    STILL_SECONDS,
    Patience,
    StuckError,
    finished,
    wait_until,
)
from tests.senders.posted import Settled


class Clock:
    """Time that passes only by sleeping; a busy machine sleeps longer."""

    def __init__(self, slow: float = 1.0) -> None:
        self.now, self._slow = 0.0, slow

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds * self._slow


def waited(
    progress: Callable[[Clock], int], slow: float = 1.0, until: float = 10_000, share: float = 1.0
) -> float:
    """How long somebody waits, at most until then, who has that share of a processor."""
    clock = Clock(slow)

    def had() -> dict[str, Had]:
        return {"1": Had(round(1e9 * share * clock.now), round(1e9 * (1 - share) * clock.now))}

    wait = Patience("the moon", lambda: progress(clock), clock=clock, had=had)
    while clock.now < until:
        wait.wait()
    return clock.now


def test_it_ends_after_a_minute_in_which_nothing_happened() -> None:
    with pytest.raises(StuckError, match="gave up waiting for the moon: 7"):
        waited(lambda clock: 7, until=STILL_SECONDS + 5)
    waited(lambda clock: 7, until=STILL_SECONDS - 5)


def test_it_goes_on_for_as_long_as_something_new_happens() -> None:
    waited(lambda clock: int(clock.now // 50), until=STILL_SECONDS * 20)


def test_what_goes_round_in_a_circle_is_no_progress() -> None:
    with pytest.raises(StuckError):
        waited(lambda clock: int(clock.now) % 5, until=STILL_SECONDS * 3)


def test_what_changes_for_ever_is_given_up_in_the_end() -> None:
    with pytest.raises(StuckError):
        waited(lambda clock: int(clock.now), until=LONGEST_SECONDS * 2)


def test_on_a_machine_too_busy_to_poll_a_minute_is_longer() -> None:
    assert waited(lambda clock: 7, slow=200, until=STILL_SECONDS * 4) >= STILL_SECONDS * 4


def test_a_minute_is_one_of_what_the_machine_has_left_for_us() -> None:
    waited(lambda clock: 7, share=0.1, until=STILL_SECONDS * 9)
    with pytest.raises(StuckError):
        waited(lambda clock: 7, share=0.1, until=STILL_SECONDS * 11)


def test_own_time_stands_still_while_every_thread_waits_for_a_processor_whichever_come_and_go() -> None:
    clock, had = Clock(), {"1": Had(10, 0), "2": Had(10**9, 10**9)}
    own = OwnTime(clock, had.copy)
    clock.sleep(10)
    had |= {"1": Had(10, 50), "3": Had(0, 50)}
    del had["2"]
    assert own.passed() == 0
    clock.sleep(10)
    had["3"] = Had(75, 75)
    assert own.passed() == 10 * 75 / 100
    clock.sleep(10)
    assert own.passed() == 10, "nobody wanted to run"


def test_what_this_process_and_its_children_had_is_read_thread_by_thread() -> None:
    before = had_by_us()
    busy = "import time\nwhile time.process_time() < 0.2: pass\nprint('done', flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", busy], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "done\n"
        had = had_by_us()
        child.communicate("\n")
    assert str(child.pid) not in before
    assert had[str(child.pid)].ran >= 0.2e9
    assert had[str(os.getpid())].ran >= before[str(os.getpid())].ran > 0


def test_it_says_what_it_saw_last_in_words_for_a_person() -> None:
    with pytest.raises(StuckError, match="gave up waiting for the moon: two messages queued"):
        wait_until(lambda: False, "the moon", lambda: 0, lambda: "two messages queued", still=0)


def test_what_holds_already_is_not_waited_for() -> None:
    def never() -> int:
        raise AssertionError

    wait_until(lambda: True, "the sun", never)


def test_a_command_that_ends_gives_its_output_and_its_code() -> None:
    done = finished([sys.executable, "-c", "import sys; print(input()); sys.exit('no')"], stdin="told")
    assert (done.returncode, done.stdout, done.stderr) == (1, "told\n", "no\n")


def test_a_command_that_hangs_is_ended_and_what_it_said_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def wait_until(holds: object, what: str, progress: object, seen: Callable[[], str]) -> None:
        while "I hang" not in seen():
            ended.wait(0.01)
        raise StuckError(f"{what}: {seen()}")

    monkeypatch.setattr(patience, "wait_until", wait_until)
    hanging = "import time; print('I hang', flush=True); time.sleep(3600)"
    with pytest.raises(StuckError, match=r"(?s)the end of .*I hang"):
        finished([sys.executable, "-c", hanging])


def test_the_work_of_a_process_and_its_children_is_counted_while_they_live_and_after() -> None:
    busy = "import time\nwhile time.process_time() < 0.5: pass\nprint('done', flush=True)\ninput()"
    before = work(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", busy], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "done\n"
        assert work(os.getpid()) - before >= 4, "tenths of a second"
        child.communicate("\n")
    assert work(os.getpid()) - before >= 4
    assert work(child.pid) == 0


@dataclass
class Queue:
    """Reads what is posted when a test says so."""

    left_: int = 1

    def left(self) -> int:
        return self.left_


def test_what_holds_is_settled_only_once_all_is_read_that_was_posted_when_it_began_to() -> None:
    queues, holds = [Queue(), Queue()], [True]
    posted = iter(queues)
    settled = Settled(lambda: holds[0], lambda: next(posted))  # type: ignore[arg-type,return-value]
    assert [settled(), settled()] == [False, False]
    holds[0] = False
    queues[0].left_ = 0
    assert not settled(), "what was read has changed it"
    holds[0] = True
    assert [settled(), settled()] == [False, False], "it began to hold anew"
    queues[1].left_ = 0
    assert settled()


TESTS = Path(__file__).parents[1]
CLIENTS = {"Client", "get", "post", "put", "patch", "delete", "request", "stream"}
BY_CALL = {"contract/conftest.py", "senders/test_lookups.py"}
"""Clients whose calls each say how long they may take."""


def test_no_test_leaves_it_to_httpx_to_give_up_after_five_seconds() -> None:
    """https://www.python-httpx.org/advanced/timeouts/ - a transport of a test's own waits for nothing."""
    found = set()
    for file in TESTS.rglob("*.py"):
        name, text = str(file.relative_to(TESTS)), file.read_text(encoding="utf-8")
        if "httpx." not in text or name.startswith("bench/"):
            continue
        for call in (each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Call)):
            given = {each.arg for each in call.keywords}
            match call.func:
                case ast.Attribute(ast.Name("httpx"), attr) if attr in CLIENTS:
                    if given.isdisjoint({"timeout", "transport"}):
                        found.add(name)
    assert found == BY_CALL
