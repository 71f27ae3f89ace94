"""Processes of the local stack: how one is started and watched, and how it ends with whoever started it."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path

from tests.local.own_time import work
from tests.local.patience import StuckError, wait_until

PARENT_CHECK_SECONDS = 1.0
TAIL_LINES = 30


class ProcessError(Exception):
    """A process of the stack ended by itself, or never became ready."""


class Process:
    """A process whose output goes to a log file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path,
        stdin: Path = Path(os.devnull),
    ) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output, stdin.open("rb") as given:
            self._log_start = output.tell()
            self._popen = subprocess.Popen(
                command,
                stdin=given,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def code(self) -> int | None:
        """Its exit code, once it has ended."""
        return self._popen.poll()

    def output(self) -> str:
        """Return what this process has written; the log may begin with an earlier one's."""
        return self.log.read_bytes()[self._log_start :].decode(errors="replace")

    def tail(self) -> str:
        return "\n".join(self.output().splitlines()[-TAIL_LINES:]) or "(nothing)"

    def check(self) -> None:
        """Raise ProcessError, with the end of the log, if the process has ended."""
        if (code := self._popen.poll()) is not None:
            raise ProcessError(f"{self.name} ended with code {code}; its log ends:\n{self.tail()}")

    def wait_until(
        self, ready: Callable[[], bool], what: str = "", progress: Callable[[], Hashable] | None = None
    ) -> None:
        """Wait while the process works or writes; one that idles works a little too, and needs `progress`.

        Raises ProcessError if it ends meanwhile, StuckError if it gets nowhere.
        """

        def holds() -> bool:
            if ready():
                return True
            self.check()
            return False

        what = what or f"{self.name} to be ready"
        wait_until(holds, what, progress or self.progress, lambda: f"its log ends:\n{self.tail()}")

    def progress(self) -> Hashable:
        """How much it has worked and written."""
        return work(self._popen.pid), self.log.stat().st_size

    def stop(self) -> int:
        """Ask the process to end, insist if it does not, and return its exit code."""
        self._popen.terminate()
        try:
            ended = f"{self.name} to end"
            wait_until(lambda: self._popen.poll() is not None, ended, lambda: self.log.stat().st_size)
        except StuckError:
            self._popen.kill()
        return self._popen.wait()


def end_with_parent() -> None:
    """End this process, at once, when its parent is gone: for programs that have a main loop of their own."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def run_until_told(stopping: threading.Event) -> None:
    """Return on SIGTERM, on Ctrl-C, and when the parent is gone: nothing outlives a run that was killed."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    parent = os.getppid()
    while not stopping.wait(PARENT_CHECK_SECONDS) and os.getppid() == parent:
        pass
