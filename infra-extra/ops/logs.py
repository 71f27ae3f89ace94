"""The newest lines of all functions' logs, as they come."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any

from ops.deployment import Deployment

BACK = timedelta(minutes=10)
POLL_SECONDS = 3.0


def tail(stage: Deployment, now: datetime, sleep: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """Yield lines, oldest first, from ten minutes ago and without end."""
    since = {name: round((now - BACK).timestamp() * 1000) for name in stage.functions}
    told: set[str] = set()
    while True:
        news = merge(
            *(_events(stage, name, since[name]) for name in since), key=lambda found: found[1]["timestamp"]
        )
        for name, event in news:
            since[name] = max(since[name], event["timestamp"])
            if event["eventId"] not in told:
                told.add(event["eventId"])
                yield _line(name, event)
        sleep(POLL_SECONDS)


def _events(stage: Deployment, function: str, since: int) -> Iterator[tuple[str, dict[str, Any]]]:
    pages = stage.client("logs").get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=f"/aws/lambda/{function}", startTime=since):
        for event in page["events"]:
            yield function, event


def _line(function: str, event: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    return f"{at:%H:%M:%S} {function} {event['message'].rstrip()}"
