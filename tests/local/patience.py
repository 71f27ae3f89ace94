"""Patience: waiting goes on while anything makes progress, and ends after a minute in which nothing did.

A clock alone would take a busy machine for a broken program: the minute is of our own time. Progress is a
state that this wait has not seen before, so that what only goes round in a circle does not count.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.local.own_time import Clock, Had, OwnTime, had_by_us, work

STILL_SECONDS = 60.0
LONGEST_SECONDS = 3600.0
"""What changes for ever and never arrives is given up too."""
SHORTEST_PAUSE, LONGEST_PAUSE, LOOK_SECONDS = 0.05, 0.25, 1.0
"""Each pause is a quarter longer than the last: what takes long need not be asked for all the time."""
HTTP_SECONDS = 300.0
"""For a client of a server in this test: nobody sees how far an answer is."""


class StuckError(AssertionError):
    """Nothing made progress for a minute; says what was waited for, and what was seen last."""


@dataclass
class Patience:
    """One wait: `progress` is the state that has to change, `seen` shows it to a person."""

    what: str
    progress: Callable[[], Hashable]
    seen: Callable[[], object] | None = None
    still: float = STILL_SECONDS
    clock: Clock = field(default=time)
    had: Callable[[], Mapping[str, Had]] = had_by_us

    def __post_init__(self) -> None:
        self._own = OwnTime(self.clock, self.had)
        self._began = self._looked = self.clock.monotonic()
        self._known = {self.progress()}
        self._since = 0.0
        self._pause = SHORTEST_PAUSE

    def wait(self) -> None:
        """Let a moment pass; raises StuckError when nothing has made progress for a minute."""
        self.clock.sleep(self._pause)
        self._pause = min(1.25 * self._pause, LONGEST_PAUSE)
        now = self.clock.monotonic()
        if 0 < now - self._looked < LOOK_SECONDS and self.still:
            return
        # A poll that took long itself says that the machine is busy, not that nothing happens.
        self._since += min(self._own.passed(), 2 * LOOK_SECONDS)
        self._looked = now
        state = self.progress()
        if state not in self._known:
            self._known.add(state)
            self._since = 0.0
        if self._since >= self.still or now - self._began > LONGEST_SECONDS:
            raise StuckError(f"gave up waiting for {self.what}: {self.seen() if self.seen else state}")


def wait_until(
    holds: Callable[[], bool],
    what: str,
    progress: Callable[[], Hashable],
    seen: Callable[[], object] | None = None,
    still: float = STILL_SECONDS,
) -> None:
    """Poll until something holds; raises StuckError."""
    if holds():
        return
    patience = Patience(what, progress, seen, still)
    while not holds():
        patience.wait()


def finished(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, while it works or says something; raises StuckError."""
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        told.write(stdin.encode())
        told.seek(0)
        process = subprocess.Popen(command, cwd=cwd, env=env, stdin=told, stdout=out, stderr=err)

        def size(file: IO[bytes]) -> int:
            return os.fstat(file.fileno()).st_size

        def text(file: IO[bytes]) -> str:
            return os.pread(file.fileno(), size(file), 0).decode(errors="replace")

        try:
            wait_until(
                lambda: process.poll() is not None,
                f"the end of {' '.join(command)[:200]}",
                lambda: (work(process.pid), size(out), size(err)),
                lambda: (text(out) + text(err))[-2000:] or "it has written nothing",
            )
        finally:
            process.kill()
            process.wait()
        return subprocess.CompletedProcess(command, process.returncode, text(out), text(err))
