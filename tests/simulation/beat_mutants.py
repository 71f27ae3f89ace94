"""Heartbeats broken in each of their parts: silence unnoticed, and ignorance taken for silence."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from chalicelib.conditions import heartbeats
from chalicelib.conditions.heartbeats import Trials

Patch = AbstractContextManager[Any]

BEATS: Mapping[str, Callable[[], Patch]] = {
    "wait for no heartbeat": lambda: patch.object(heartbeats, "wakes_at", lambda *_: None),
    "believe no trial": lambda: patch.object(Trials, "prove", lambda *_: False),
    "take what the queue holds for silence": lambda: patch.object(Trials, "prove", lambda *_: True),
    "wait for nothing after a standstill": lambda: patch.object(heartbeats, "SETTLED", timedelta()),
    "take a late heartbeat for an old one": lambda: patch.object(
        heartbeats, "placed", lambda spec, alert, received_at: alert
    ),
}
