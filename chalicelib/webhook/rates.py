"""Rates: how many requests a sender may make in a minute, if its entry says so.

Each running copy of the function counts its own requests, since nothing on the webhook's path reads a table.
So this stops a sender that has run wild; it is not a quota.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from chalicelib.errors import NotAccepted
from chalicelib.quantities import counted
from chalicelib.webhook.sender_entry import Entry

MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Rates:
    """The requests of each sender, since the minute that began with the first of them."""

    _minutes: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def take(self, entry: Entry | None, at: datetime) -> None:
        """Count a request; raises NotAccepted if it is more than the sender may make."""
        if entry is None or entry.requests_per_minute is None:
            return
        since, count = self._minutes.get(entry.sender.name, (at, 0))
        if at - since >= MINUTE:
            since, count = at, 0
        self._minutes[entry.sender.name] = (since, count + 1)
        if count >= entry.requests_per_minute:
            wait = max(1, ceil((since + MINUTE - at).total_seconds()))
            most = counted(entry.requests_per_minute, "request")
            sentence = f"{entry.sender.name} may make {most} a minute; send this again in {wait} s"
            raise NotAccepted(429, "TOO_MANY_REQUESTS", sentence, retry_after=wait)
