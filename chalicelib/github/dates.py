"""GitHub's clock, from the `Date` of its answers, so that its times can be converted to ours. Pure."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from chalicelib.conditions import clocks
from chalicelib.github.protocol import Response


def http_date(text: str) -> datetime | None:
    """Read an HTTP date; None if it is not one."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ahead(response: Response, now: datetime) -> timedelta:
    """How far GitHub's clock is ahead of ours, to a second, and at most as far as clocks may differ."""
    date = http_date(response.headers.get("date", ""))
    return max(-clocks.APART, min(date - now, clocks.APART)) if date else timedelta(0)
