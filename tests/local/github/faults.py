"""What can be made to go wrong, for which requests, and for how long or how often."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

Effect = Literal["status", "hang", "drop", "secondary_limit", "primary_limit", "latency"]


@dataclass
class Fault:
    """One thing that goes wrong.

    `status`: answer with `status` (502). `hang`: stay silent for `seconds`, then close the connection.
    `drop`: close it at once. With `after_write` these three happen after the request took effect.
    `secondary_limit`: refuse with `status` (403), with `retry_after` or without.
    `primary_limit`: no requests left for `seconds`. `latency`: `seconds` more, then answer as usual.
    Ends after `times` requests, at `until` (epoch seconds), or when cleared.
    """

    effect: Effect
    method: str = "*"
    path: str = "*"
    times: int | None = None
    until: float | None = None
    after_write: bool = False
    status: int | None = None
    seconds: float = 60.0
    retry_after: int | None = None
    id: int = 0
    hits: int = 0

    def is_over(self, now: float) -> bool:
        """Tell whether it has struck often enough or long enough."""
        return (self.times is not None and self.hits >= self.times) or (
            self.until is not None and now >= self.until
        )

    def concerns(self, method: str, path: str) -> bool:
        """Tell whether it is for such a request; `*` in the pattern stands for anything, slashes too."""
        return self.method in ("*", method) and fnmatchcase(path, self.path)


class Faults:
    """The faults in force, and how many seconds lists lag behind."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.listing_lag = 0.0
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def add(
        self,
        effect: Effect,
        *,
        method: str = "*",
        path: str = "*",
        times: int | None = None,
        lasting: float | None = None,
        after_write: bool = False,
        status: int | None = None,
        seconds: float = 60.0,
        retry_after: int | None = None,
    ) -> Fault:
        """Put a fault in force: for `times` requests, for `lasting` seconds, or until it is cleared."""
        if effect not in get_args(Effect):
            raise ValueError(f"no fault {effect!r}; there are {', '.join(get_args(Effect))}")
        until = None if lasting is None else self.now() + lasting
        fault = Fault(
            effect, method, path, times, until, after_write, status, seconds, retry_after, next(self._ids)
        )
        with self._lock:
            self._faults.append(fault)
        return fault

    def outage(self, *, status: int = 502, lasting: float | None = None) -> Fault:
        """Answer everything with that status."""
        return self.add("status", status=status, lasting=lasting)

    def clear(self, fault: Fault | None = None) -> None:
        """End one fault, or all of them and the lag of lists."""
        with self._lock:
            self._faults = [] if fault is None else [known for known in self._faults if known.id != fault.id]
        if fault is None:
            self.listing_lag = 0.0

    @property
    def in_force(self) -> list[Fault]:
        """The faults that may still strike."""
        with self._lock:
            return [fault for fault in self._faults if not fault.is_over(self.now())]

    def strike(self, method: str, path: str) -> tuple[float, Fault | None]:
        """The latency that faults add to a request, and the first other fault that concerns it."""
        latency, other = 0.0, None
        with self._lock:
            for fault in self._faults:
                if fault.is_over(self.now()) or not fault.concerns(method, path):
                    continue
                if fault.effect == "latency":
                    latency += fault.seconds
                elif other is None:
                    other = fault
                else:
                    continue
                fault.hits += 1
        return latency, other
