"""Maintenance broken in each half: what must be quiet speaks, and what outlives a window is hidden."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from chalicelib.conditions import resolved, suppression, windows
from chalicelib.conditions.windows import Window
from chalicelib.reconcile.held_rows import HeldRows
from chalicelib.sync.maintenance import Maintenance

Patch = AbstractContextManager[Any]


def _endless() -> Patch:
    def at(self: Window, now: datetime) -> Iterator[Window]:
        if self.begins <= now:
            yield replace(self, ends=max(self.ends, now + timedelta(hours=1)))

    return patch.object(windows.Window, "at", at)


def _never_looked_at() -> Patch:
    return patch.object(HeldRows, "check", lambda self, until: None)


@contextmanager
def _never_woken() -> Iterator[None]:
    real = suppression.held

    def held(*arguments: Any) -> Any:
        step = real(*arguments)
        return replace(step, due_at=None) if step else None

    with _never_looked_at(), patch.object(suppression, "held", held):
        yield


WINDOWS: Mapping[str, Callable[[], Patch]] = {
    "open in the midst of maintenance": lambda: patch.object(suppression, "held", lambda *_: None),
    "say in maintenance that it has ended": lambda: patch.object(resolved, "held", lambda *_: None),
    "never read what was asked for on the board": lambda: patch.object(
        Maintenance, "refresh", lambda self, row: None
    ),
    "let no maintenance end": _endless,
    "wake nothing when maintenance ends": _never_woken,
    "wake nothing when maintenance is ended early": _never_looked_at,
    "tell of what a window covered throughout": lambda: patch.object(
        resolved, "held_throughout", lambda *_: False
    ),
}
