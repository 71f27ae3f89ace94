"""Refused requests: what the webhook's log says it did not accept, by source and reason."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

PAGES = 20
"""How many pages of the log are read, each at most a megabyte."""
AT_ONCE = 10_000
"""Lines of a page, the most that CloudWatch Logs returns.

docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""
REFUSED = '"WEBHOOK_REFUSED"'


@dataclass(frozen=True, slots=True)
class RefusedRequests:
    """The requests of a source that the webhook refused for a reason, the last of them at the time `at`.

    `sender` is who sent them, if their token was right and has a name.
    """

    source: str
    reason: str
    status: int
    count: int
    at: datetime
    request: str
    sender: str = ""

    @property
    def whose(self) -> str:
        """The source and, if known, the sender."""
        return f"{self.source} (sender {self.sender})" if self.sender else self.source


def read(client: Any, group: str, since: datetime, now: datetime) -> list[RefusedRequests]:
    """Add up the lines by source, reason and sender; each says how many like it were left out before it."""
    last: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    counts, asked = Counter[tuple[str, str, str]](), dict[str, Any]()
    for _ in range(PAGES):
        page = client.filter_log_events(
            logGroupName=group,
            startTime=_millis(since),
            endTime=_millis(now),
            filterPattern=REFUSED,
            startFromHead=False,
            limit=AT_ONCE,
            **asked,
        )
        for event in page["events"]:
            line = _line(event)
            if line.get("message") == "WEBHOOK_REFUSED":
                kind = str(line.get("source")), str(line.get("reason")), str(line.get("sender") or "")
                counts[kind] += 1 + int(line.get("left_out") or 0)
                last[kind] = max(last.get(kind, line), line, key=lambda each: each["at"])
        if not page.get("nextToken"):
            break
        asked = {"nextToken": page["nextToken"]}
    return [
        RefusedRequests(
            source=kind[0],
            reason=kind[1],
            status=int(line.get("status") or 0),
            count=counts[kind],
            at=line["at"],
            request=str(line.get("correlation_id")),
            sender=kind[2],
        )
        for kind, line in last.items()
    ]


def _line(event: Mapping[str, Any]) -> dict[str, Any]:
    try:
        line = json.loads(event["message"])
    except ValueError:
        return {}
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    return {**line, "at": at} if isinstance(line, dict) else {}


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
