"""The policy: how soon and how often GitHub is updated, and what holds rows back from outside."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.alert import AlertEvent
from chalicelib.conditions.nothing import Held
from chalicelib.routing import Routing

Outside = Callable[[AlertEvent, datetime], Held | None]
"""Returns what held an alert back from outside its row at a time, as far as is known."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How soon and how often GitHub is updated.

    Without a `stale_after`, an alert is stale after three of the intervals at which its source repeats it;
    with a `stale_after` of zero, never.

    Without an `outside`, the row's own record of what held it back counts.
    """

    routing: Routing
    update_interval: timedelta = timedelta(minutes=10)
    comment_interval: timedelta = timedelta(minutes=60)
    reopen_window: timedelta = timedelta(minutes=30)
    not_planned_quiet: timedelta = timedelta(days=7)
    flapping_quiet: timedelta = timedelta(minutes=60)
    told_within: timedelta = timedelta(minutes=5)
    stale_after: timedelta | None = None
    look_interval: timedelta = timedelta(seconds=60)
    most_comments: int = 2000
    enabled: bool = True
    outside: Outside | None = None
