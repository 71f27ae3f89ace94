"""Patience: a wait goes on while something new happens, and ends when nothing does."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from tests.local import patience
from tests.local.patience import (
    LONGEST_SECONDS,
    STILL_SECONDS,
    Patience,
    StuckError,
    finished,
    wait_until,
    work,
)


class Clock:
    """Time that passes only by sleeping; a busy machine sleeps longer."""

    def __init__(self, slow: float = 1.0) -> None:
        self.now, self._slow = 0.0, slow

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds * self._slow


def waited(progress: Callable[[Clock], int], slow: float = 1.0, until: float = 10_000) -> float:
    """How long somebody waits, at most until then."""
    clock = Clock(slow)
    wait = Patience("the moon", lambda: progress(clock), clock=clock)
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
