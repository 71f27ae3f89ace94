"""Notifications broken in each of their parts: which is open, until when, and that none fires."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from chalicelib.conditions import notifications, notified, outcome
from chalicelib.conditions.reasons import Reason
from chalicelib.sync import duplicates

Patch = AbstractContextManager[Any]


def _left_open() -> Patch:
    """The issue of the notification before stays as it is."""

    def done(_: Any, row: Any, ref: Any) -> Any:
        return replace(row, status=outcome.closed_duplicate(row, ref), intent=None)

    return patch.object(duplicates, "close_superseded", done)


NEWS: Mapping[str, Callable[[], Patch]] = {
    "leave superseded notifications open": _left_open,
    "let a notification fire": lambda: patch.object(notified, "concerns", lambda *_: False),
    "let no notification expire": lambda: patch.object(
        notifications, "over", lambda spec, _: spec.resolution is not None
    ),
    "open one notification of a series": lambda: patch.object(
        notifications, "missing", lambda row, _: row.status.issue is None
    ),
    "forget a withdrawal that came first": lambda: patch.object(
        notified, "_withdrawn", lambda row, *_: (row, Reason.STALE)
    ),
}
