"""Rate limits, as an answer of GitHub tells of them. Pure.

docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from chalicelib.github.protocol import Response, integer
from chalicelib.lifecycle import clocks

LONGEST_WAIT = timedelta(days=1)
LONGEST_RESET = timedelta(hours=2)
WORDS = ("rate limit", "abuse detection")
"""What names a limit; the secondary one was called the abuse detection mechanism, and at times still is."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that was exceeded, and when to try again; None where GitHub does not say."""

    retry_at: datetime | None


def rate_limit(response: Response, message: str, now: datetime) -> Limit | None:
    """Read a rate limit in GitHub's order: `retry-after`, the primary limit's reset, the message."""
    retry_after = response.headers.get("retry-after")
    if retry_after is not None:
        return Limit(_retry_at(retry_after, now))
    if response.remaining == 0 and response.reset is not None:
        latest = (now + LONGEST_RESET).timestamp()
        return Limit(
            datetime.fromtimestamp(min(reset_by_ours(response, response.reset, now) + 1, latest), UTC)
        )
    told = (
        response.status == 429 or response.remaining == 0 or any(words in message.lower() for words in WORDS)
    )
    return Limit(None) if told else None


def reset_by_ours(response: Response, reset: int, now: datetime) -> float:
    """Bring a reset, which GitHub names by its own clock, to ours, as far as its answer is dated."""
    try:
        dated = parsedate_to_datetime(response.headers.get("date", ""))
    except (ValueError, OverflowError):
        return float(reset)
    behind = now - (dated if dated.tzinfo else dated.replace(tzinfo=UTC))
    return reset + max(-clocks.APART, min(behind, clocks.APART)).total_seconds()


def _retry_at(retry_after: str, now: datetime) -> datetime | None:
    """Read seconds, or the date that proxies send; None where it is neither."""
    seconds = integer(retry_after)
    if seconds is not None:
        return now + min(timedelta(seconds=min(seconds, 10**9)), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), now + LONGEST_WAIT)
