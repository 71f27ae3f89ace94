"""Refusals: what an answer of GitHub that is no success means, each status in one place. Pure.

Of those that put what is known of an installation in doubt (docs.github.com/en/rest/apps/apps):

    401                    the token expired or was revoked, or the installation was removed
    404                    the repository may have moved to another owner, and so to another installation
    403 "not accessible"   the same, of a public repository: anybody's token reads it
    403 "suspended"        nothing is in doubt: a person suspended the App there, and can restore it
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.errors import (
    CommentsClosed,
    FieldFault,
    GitHubError,
    Gone,
    Invalid,
    RateLimited,
    Refused,
    RepositoryMissing,
    Suspended,
)
from chalicelib.github.protocol import NOT_MODIFIED, Request, Response, name, unanswered, unreadable
from chalicelib.github.ratelimits import rate_limit
from chalicelib.telemetry.masking import mask

NO_CONTENT = 204
LONGEST_MESSAGE = 300
MOST_ERRORS = 5
SHOWN = ("assignees", "labels")
"""Fields whose values are shown: what stands in the others may be an alert's text."""


class Doubt(StrEnum):
    """What a refusal puts in doubt."""

    NOTHING = "NOTHING"
    ACCESS = "ACCESS"
    PLACE = "PLACE"


def doubt(refused: Refused) -> Doubt:
    """Say what of an installation may not hold any more."""
    if refused.status == 401:
        return Doubt.ACCESS
    elsewhere = refused.status == 404 or (
        refused.status == 403 and "not accessible by integration" in str(refused)
    )
    return Doubt.PLACE if elsewhere and not isinstance(refused, RepositoryMissing) else Doubt.NOTHING


def check(request: Request, response: Response, now: datetime) -> None:
    """Raise what an answer means unless it is a success in JSON, or says that a known answer still holds.

    Of refusals, rate limits are looked for first.
    """
    status, body = response.status, response.json()
    if status == NOT_MODIFIED and request.etag:
        return
    if status < 300:
        if body is None and status != NO_CONTENT:
            raise unreadable(request, response)
        return
    message, faults = _explanation(body)
    error = _meaning(request, response, message, faults, now)
    error.words = _worded(message, faults)
    raise error


def _meaning(
    request: Request, response: Response, message: str, faults: tuple[FieldFault, ...], now: datetime
) -> GitHubError:
    """Say what an answer means that is no success."""
    status = response.status
    told = f"{name(request)}: {status} {_worded(message, faults)}"
    if status in (403, 429):
        limit = rate_limit(response, message, now)
        if limit is not None:
            return RateLimited(told, retry_at=limit.retry_at, status=status, request_id=response.request_id)
    if status >= 500:
        return unanswered(request, f"{status} {message}", response)
    if status == 422:
        return Invalid(told, faults, request_id=response.request_id)
    if status == 403 and _suspended(message):
        return Suspended(
            f"{told}: an owner of {request.owner} can restore the App in the settings, under GitHub Apps",
            status=status,
            request_id=response.request_id,
        )
    if status == 403 and request.path.endswith("/comments") and _comments_closed(message):
        return CommentsClosed(told, status=status, request_id=response.request_id)
    # A repository whose issues are disabled answers 410 too, and its issues are all still there.
    gone = status == 410 and "disabled" not in message.lower()
    return (Gone if gone else Refused)(told, status=status, request_id=response.request_id)


def _suspended(message: str) -> bool:
    text = message.lower()
    return "installation" in text and "suspended" in text


def _comments_closed(message: str) -> bool:
    text = message.lower()
    return "locked" in text or "commenting is disabled" in text


def _explanation(body: Any) -> tuple[str, tuple[FieldFault, ...]]:
    """GitHub's own message, and what of the request it does not accept."""
    if not isinstance(body, dict):
        return "", ()
    errors = body.get("errors")
    found = [_fault(each) for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    return str(body.get("message", "")), tuple(found)


def _fault(error: Mapping[str, Any]) -> FieldFault:
    value = error.get("value")
    values = value if isinstance(value, list) else [value]
    return FieldFault(
        field=_field(error),
        code=str(error.get("code") or ""),
        message=str(error.get("message") or ""),
        values=tuple(each for each in values if isinstance(each, str)),
    )


def _field(error: Mapping[str, Any]) -> str:
    """Name the field of the request.

    For a label that is not accepted GitHub names the label's own, for an assignee at times the singular.
    """
    field, resource = str(error.get("field") or ""), error.get("resource")
    if resource == "Label" or field == "label":
        return "labels"
    return "assignees" if field == "assignee" else field


def _worded(message: str, faults: tuple[FieldFault, ...]) -> str:
    """Put GitHub's message and its errors into a line for the log."""
    errors = [
        " ".join(filter(None, (each.field, each.code, each.message, *_shown(each))))
        for each in faults[:MOST_ERRORS]
    ]
    return mask(f"{message} ({'; '.join(errors)})" if errors else message)[:LONGEST_MESSAGE]


def _shown(fault: FieldFault) -> tuple[str, ...]:
    return tuple(repr(value) for value in fault.values) if fault.field in SHOWN else ()
