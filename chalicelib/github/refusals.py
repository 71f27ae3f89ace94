"""Refusals: what an unsuccessful answer from GitHub means, each status in one place. Pure.

Some put in doubt what is known of an installation (docs.github.com/en/rest/apps/apps):

    401                    the token expired or was revoked, or the installation was removed
    404                    the repository may have moved to another owner, and so to another installation
    403 "not accessible"   the same, for a public repository: any token can read it
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
"""Fields whose values are shown: the others may contain an alert's text."""


class Doubt(StrEnum):
    """What a refusal puts in doubt."""

    NOTHING = "NOTHING"
    ACCESS = "ACCESS"
    PLACE = "PLACE"


def doubt(refused: Refused) -> Doubt:
    """Say what may no longer be true of an installation."""
    if refused.status == 401:
        return Doubt.ACCESS
    elsewhere = refused.status == 404 or (
        refused.status == 403 and "not accessible by integration" in str(refused)
    )
    return Doubt.PLACE if elsewhere and not isinstance(refused, RepositoryMissing) else Doubt.NOTHING


def check(request: Request, response: Response, now: datetime) -> None:
    """Raise the error that an answer means, unless it is a success in JSON or a 304.

    Rate limits are checked before other refusals.
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
    """Classify an answer that is not a success."""
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
    # A repository with issues disabled also answers 410, and all its issues still exist.
    gone = status == 410 and "disabled" not in message.lower()
    return (Gone if gone else Refused)(told, status=status, request_id=response.request_id)


def _suspended(message: str) -> bool:
    text = message.lower()
    return "installation" in text and "suspended" in text


def _comments_closed(message: str) -> bool:
    text = message.lower()
    return "locked" in text or "commenting is disabled" in text


def _explanation(body: Any) -> tuple[str, tuple[FieldFault, ...]]:
    """Return GitHub's own message, and which parts of the request it does not accept."""
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

    For a rejected label GitHub names the label's own field, for an assignee sometimes the singular.
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
