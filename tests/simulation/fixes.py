"""Fixes taken out: each fault that the real outside brought, put back into the product.

Each must be caught as the other mutants are, or the models of the outside do not show it.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from chalicelib import comparing, ended_alarms
from chalicelib.github import drafts
from chalicelib.github.installations import Installations
from chalicelib.lifecycle import alarm, clocks, held, periods
from chalicelib.lifecycle.issue import Closer
from chalicelib.missed_alarms import MissedAlarms
from chalicelib.requeue import Requeue

Patch = AbstractContextManager[Any]


def _one_answer_is_enough() -> Patch:
    """An alarm that one answer lacks is taken for deleted."""
    real = alarm.learned

    def learned(row: Any, alarms: Any, since: datetime | None, now: datetime) -> Any:
        return real(row, alarms, now - timedelta(days=1), now)

    return patch.object(ended_alarms, "learned", learned)


def _clocks_as_they_are() -> Patch:
    """A person's closing is in the episode if its time on GitHub is after the provider's time of that."""

    def during(row: Any) -> bool:
        issue, episode = row.status.issue, row.spec.episode
        if issue is None or issue.closed_at is None or issue.closed_by is not Closer.PERSON:
            return False
        return episode is None or bool(issue.closed_at >= episode)

    return patch.object(held, "closed_in_this_episode", during)


FIXES: Mapping[str, Callable[[], Patch]] = {
    "take an old start for stale": lambda: patch.object(periods, "_clearly_after", lambda *_: False),
    "never look for a missed alarm": lambda: patch.object(MissedAlarms, "__call__", lambda *_: None),
    "list since a time by our own clock": lambda: patch.object(clocks, "APART", timedelta()),
    "leave out all of what is refused in part": lambda: patch.object(
        drafts, "_accepted", lambda sent, field, faults, *, whole: ()
    ),
}

RARE: Mapping[str, Callable[[], Patch]] = {
    "believe one answer that lacks an alarm": _one_answer_is_enough,
    "take contributors for gone": lambda: patch.object(
        ended_alarms, "_contributors", lambda *_: frozenset({"none of them"})
    ),
    "compare GitHub's clock with a provider's": _clocks_as_they_are,
    "leave what the table does not take to redrive": lambda: patch.object(Requeue, "send", lambda *_: []),
    "believe a marker before the row": lambda: patch.object(
        comparing.Comparing, "_row_of", lambda self, seen, named: named
    ),
    "never look an installation up again": lambda: patch.object(Installations, "renewed", lambda *_: False),
}
"""Tried only by name: it is not shown that 1,000 runs catch them."""
