"""Rate limits, as an answer from GitHub describes them, with times by our own clock. Pure.

docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chalicelib.github import dates
from chalicelib.github.protocol import Response, integer

LONGEST_WAIT = timedelta(days=1)
LONGEST_RESET = timedelta(hours=2)
WORDS = ("rate limit", "abuse detection")
"""Words in messages about limits; the secondary one was once called the abuse detection mechanism."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that was exceeded, and when to try again; None if GitHub does not say."""

    retry_at: datetime | None


def rate_limit(response: Response, message: str, now: datetime) -> Limit | None:
    """Read a rate limit in GitHub's order: `retry-after`, the primary limit's reset, the message."""
    retry_after = response.headers.get("retry-after")
    if retry_after is not None:
        return Limit(_retry_at(retry_after, response, now))
    whole_at = reset(response, now)
    if response.remaining == 0 and whole_at is not None:
        latest = (now + LONGEST_RESET).timestamp()
        return Limit(datetime.fromtimestamp(min(whole_at + 1, latest), UTC))
    told = (
        response.status == 429 or response.remaining == 0 or any(words in message.lower() for words in WORDS)
    )
    return Limit(None) if told else None


def reset(response: Response, now: datetime) -> float | None:
    """When the primary limit resets, in epoch seconds; None if GitHub does not say.

    `x-ratelimit-reset` is by GitHub's clock: read by our own clock, if that is ahead, it would let us call
    before the reset, which GitHub counts against the App.
    """
    return response.reset - dates.ahead(response, now).total_seconds() if response.reset else None


def _retry_at(retry_after: str, response: Response, now: datetime) -> datetime | None:
    """Read seconds, or the date that proxies send; None if it is neither."""
    seconds = integer(retry_after)
    if seconds is not None:
        return now + min(timedelta(seconds=min(seconds, 10**9)), LONGEST_WAIT)
    moment = dates.http_date(retry_after)
    if moment is None:
        return None
    wait = moment - now - dates.ahead(response, now)
    return now + min(max(wait, timedelta(0)), LONGEST_WAIT)
