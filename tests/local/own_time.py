"""Time that passes only as far as our processes have this machine, and what they had of it, as Linux tells.

On a busy machine a process waits for a processor longer than it runs on one. A limit in such seconds limits
what it had, wherever it runs; one in a clock's seconds limits how busy others are.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

TICKS = os.sysconf("SC_CLK_TCK")


class Clock(Protocol):
    """Time that passes."""

    def monotonic(self) -> float:
        """Seconds since some moment."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""


class Had(NamedTuple):
    """Nanoseconds for which a thread has run, and for which it could have, had a processor been free."""

    ran: int
    waited: int


class OwnTime:
    """Seconds of this process and those it has started; as long as others' where nobody tells."""

    def __init__(self, clock: Clock = time, had: Callable[[], Mapping[str, Had]] | None = None) -> None:
        self._clock, self._had = clock, had or had_by_us
        self._at, self._known = clock.monotonic(), self._had()

    def passed(self) -> float:
        """Seconds since the last call."""
        before, self._at = self._at, self._clock.monotonic()
        return (self._at - before) * self._share()

    def _share(self) -> float:
        """The part of the time since the last call that our threads had, of what they wanted."""
        before, self._known = self._known, self._had()
        nothing = Had(0, 0)
        new = [(had, before.get(thread, nothing)) for thread, had in self._known.items()]
        ran = sum(had.ran - known.ran for had, known in new)
        wanted = ran + sum(had.waited - known.waited for had, known in new)
        return ran / wanted if wanted > 0 else 1.0


def had_by_us() -> dict[str, Had]:
    """Return what each thread has had, by its number: https://docs.kernel.org/scheduler/sched-stats.html."""
    found = {}
    for pid in family(os.getpid()):
        for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                ran, waited, _ = file.read_text(encoding="ascii").split()
            except (OSError, ValueError):
                continue  # it has ended meanwhile
            found[file.parent.name] = Had(int(ran), int(waited))
    return found


def work(pid: int) -> int:
    """Tenths of a second for which a process and its children have used a processor; 0 where nobody knows."""
    return sum(_ticks(each) for each in family(pid)) * 10 // TICKS


def family(pid: int) -> Iterator[int]:
    """Yield a process and those it has started, and they in turn."""
    yield pid
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = listed.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def _ticks(pid: int) -> int:
    """Read utime, stime and those of children that have ended: proc_pid_stat(5)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return sum(map(int, text.rpartition(")")[2].split()[11:15]))
