"""Escalation broken in each of its parts: who is called, when, how often, and whether anybody listens."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from chalicelib.conditions import acknowledgement, flapping, plan, tiers, written
from chalicelib.sync import execute, recover

Patch = AbstractContextManager[Any]


def _forgotten() -> Patch:
    """A tier that was called has its turn again."""
    real = written.commented

    def commented(row: Any, priority: Any, key: str, now: datetime) -> Any:
        status = real(row, priority, key, now)
        return replace(status, issue=replace(status.issue, tier=0, once=()) if status.issue else None)

    return patch.object(written, "commented", commented)


TIERS: Mapping[str, Callable[[], Patch]] = {
    "call no tier": lambda: patch.object(tiers, "due_at", lambda *_: None),
    "let flapping silence a tier": lambda: patch.object(flapping, "next_tier", lambda *_: None),
    "wake nobody when a tier is due": lambda: patch.object(plan, "waiting", lambda row, step, _: step),
    "forget which tiers were called": _forgotten,
    "take a lost comment for none": lambda: patch.object(recover, "_comment", lambda *_: None),
    "call on though somebody has it": lambda: patch.object(
        acknowledgement, "acknowledged", lambda issue, author, at: issue
    ),
    "call without listening": lambda: patch.object(execute, "unheard", lambda *_: False),
}
