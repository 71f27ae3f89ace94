"""A program of a Debian package, with a web address on loopback."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from tests.local.processes import Process
from tests.local.stack.environment import child_environment
from tests.local.stack.ports import answers, free_port

PROGRAMS = ("prometheus", "promtool", "prometheus-alertmanager", "amtool", "setpriv")
HOW_TO_INSTALL = (
    "Prometheus and Alertmanager are not installed; "
    "on Debian: apt-get install -y prometheus prometheus-alertmanager"
)


def installed() -> bool:
    """Tell whether this machine has the real senders and their checks."""
    return all(map(shutil.which, PROGRAMS))


class Program:
    """A program that is started, stopped, killed or paused, and keeps its address and its folder."""

    def __init__(self, name: str, folder: Path, command: Callable[[str], list[str]]) -> None:
        self.name, self.folder = name, folder
        self.address = f"127.0.0.1:{free_port()}"
        self._command = command
        self._process: Process | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    @property
    def process(self) -> Process:
        assert self._process, f"{self.name} does not run"
        return self._process

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        # It ends with the tests, even when they are killed, and even when it is paused.
        command = ["setpriv", "--pdeathsig", "KILL", *self._command(self.address)]
        log = self.folder / "log"
        self._process = Process(self.name, command, log=log, env=child_environment(), cwd=self.folder)
        self._process.wait_until(lambda: answers(f"{self.url}/-/ready"))

    def stop(self) -> None:
        """Let it end in its own time, as an upgrade does."""
        if self._process:
            self.resume()
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        """End it at once, as a crash does."""
        self._signal(signal.SIGKILL)
        self.process.stop()
        self._process = None

    def pause(self) -> None:
        """Let it do nothing until it is resumed, as on a machine that hangs or is cut off."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def check(self) -> None:
        """Raise ProcessError if it has ended, unless a test has ended it."""
        if self._process:
            self._process.check()

    def _signal(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)
