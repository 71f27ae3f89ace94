"""What is known of GitHub's REST API and is no socket: requests out, answers in, failures classified. Pure.

Rules from docs.github.com/en/rest (version 2022-11-28): issues, comments, labels, rate limits, best
practices.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from chalicelib.errors import (
    CommentsClosed,
    GitHubError,
    Gone,
    Invalid,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)

API_VERSION = "2022-11-28"
USER_AGENT = "alerting"
ACCEPT = "application/vnd.github+json"
READS = ("GET", "HEAD")
REDIRECTS = (301, 302, 307, 308)
LONGEST_WAIT = timedelta(days=1)
LONGEST_RESET = timedelta(hours=2)
_NEXT = re.compile(r'<([^<>]*)>[ \t]*;[^,<>]*\brel="?next\b')


@dataclass(frozen=True, slots=True)
class Request:
    """One call.

    `path` begins with a slash and may hold a query, `repository` says whose installation pays for it.
    """

    method: str
    path: str
    repository: str
    body: Mapping[str, Any] | None = None

    @property
    def owner(self) -> str:
        """The account whose installation, and so whose budget, it is."""
        return self.repository.split("/")[0]

    @property
    def reads(self) -> bool:
        """Whether it changes nothing that matters: a token minted for nobody is just minted again."""
        return self.method in READS or self.path.startswith("/app/")


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def request_id(self) -> str | None:
        """GitHub's name for the call, for its support."""
        return self.headers.get("x-github-request-id")

    @property
    def remaining(self) -> int | None:
        """Calls left of the primary limit."""
        return _integer(self.headers.get("x-ratelimit-remaining"))

    @property
    def reset(self) -> int | None:
        """Epoch seconds at which the primary limit is whole again."""
        return _integer(self.headers.get("x-ratelimit-reset"))

    @property
    def next_page(self) -> str | None:
        """The address of the next page, from the Link header."""
        found = _NEXT.search(self.headers.get("link", ""))
        return found[1] if found else None

    def json(self) -> Any:
        """Read the body; None if it is no JSON, as those of proxies in between."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


def _integer(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[0-9]{1,15}", text) else None


def unreadable(request: Request, response: Response) -> GitHubError:
    """Classify an answer of success that is not what the API documents."""
    return _unanswered(request, f"an unreadable answer ({response.status})", response)


def unanswered(request: Request, what: str) -> GitHubError:
    """No answer came: of a write nobody knows whether it happened."""
    return _unanswered(request, what, None)


def _unanswered(request: Request, what: str, response: Response | None) -> GitHubError:
    kind = Unavailable if request.reads else OutcomeUnknown
    return kind(
        f"{_name(request)}: {what}",
        status=response.status if response else None,
        request_id=response.request_id if response else None,
    )


def _name(request: Request) -> str:
    return f"{request.method} {request.path.partition('?')[0]}"


def check(request: Request, response: Response, now: datetime) -> None:
    """Raise what an answer means unless it is a success in JSON.

    Of refusals, rate limits are looked for first.
    """
    status, body = response.status, response.json()
    if status < 300:
        if body is None:
            raise unreadable(request, response)
        return
    message, fields = _explanation(body)
    told = f"{_name(request)}: {status} {message}"
    if status in (403, 429):
        limit = _rate_limit(response, message, now)
        if limit is not None:
            raise RateLimited(told, retry_at=limit.retry_at, status=status, request_id=response.request_id)
    if status >= 500:
        raise _unanswered(request, f"{status} {message}", response)
    if status == 422:
        raise Invalid(told, fields, request_id=response.request_id)
    if status == 403 and request.path.endswith("/comments") and _comments_closed(message):
        raise CommentsClosed(told, status=status, request_id=response.request_id)
    # A repository whose issues are disabled answers 410 too, and its issues are all still there.
    gone = status == 410 and "disabled" not in message.lower()
    raise (Gone if gone else Refused)(told, status=status, request_id=response.request_id)


@dataclass(frozen=True, slots=True)
class _Limit:
    retry_at: datetime | None


def _rate_limit(response: Response, message: str, now: datetime) -> _Limit | None:
    """Read a rate limit in GitHub's order: `retry-after`, the primary limit's reset, the message."""
    retry_after = response.headers.get("retry-after")
    if retry_after is not None:
        return _Limit(_retry_at(retry_after, now))
    if response.remaining == 0 and response.reset is not None:
        latest = (now + LONGEST_RESET).timestamp()
        return _Limit(datetime.fromtimestamp(min(response.reset + 1, latest), UTC))
    told = response.status == 429 or response.remaining == 0 or "rate limit" in message.lower()
    return _Limit(None) if told else None


def _retry_at(retry_after: str, now: datetime) -> datetime | None:
    """Read seconds, or the date that proxies send; None where it is neither."""
    seconds = _integer(retry_after)
    if seconds is not None:
        return now + min(timedelta(seconds=min(seconds, 10**9)), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), now + LONGEST_WAIT)


def _comments_closed(message: str) -> bool:
    text = message.lower()
    return "locked" in text or "commenting is disabled" in text


def _explanation(body: Any) -> tuple[str, frozenset[str]]:
    """GitHub's own message, and the fields of the request that it names."""
    if not isinstance(body, dict):
        return "", frozenset()
    errors = body.get("errors")
    fields = [_field(each) for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    return str(body.get("message", ""))[:300], frozenset(name for name in fields if name)


def _field(error: Mapping[str, Any]) -> str:
    """Name the field of the request; for a label that is not accepted GitHub names the label's own."""
    field_, resource = str(error.get("field") or ""), error.get("resource")
    return "labels" if resource == "Label" or field_ == "label" else field_
