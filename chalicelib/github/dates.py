"""GitHub's clock, as the `Date` of its answers shows it, so that its times can be brought to ours. Pure."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from chalicelib.conditions import clocks
from chalicelib.github.protocol import Response


def http_date(text: str) -> datetime | None:
    """Read a date as HTTP writes it; None where it is not one."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ahead(response: Response, now: datetime) -> timedelta:
    """How far GitHub's clock is ahead of ours, within a second and at most as far as clocks may be apart."""
    date = http_date(response.headers.get("date", ""))
    return max(-clocks.APART, min(date - now, clocks.APART)) if date else timedelta(0)
