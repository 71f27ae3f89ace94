"""GitHub's refusals: status, message and, for 422, what is wrong with which field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DOCUMENTATION = "https://docs.github.com/rest"
CREATED_TOO_MUCH = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. "
    "Please retry your request again later."
)
ASKED_TOO_MUCH = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


class ApiError(Exception):
    """An answer other than success."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: list[dict[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        documentation: str = DOCUMENTATION,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.body: dict[str, Any] = {"message": message}
        if errors is not None:
            self.body["errors"] = errors
        self.body |= {"documentation_url": documentation, "status": str(status)}


def not_found() -> ApiError:
    """What is not there, and what the caller may not see."""
    return ApiError(404, "Not Found")


def bad_credentials() -> ApiError:
    """A token that GitHub does not know, or knew once."""
    return ApiError(401, "Bad credentials")


def gone(message: str) -> ApiError:
    """An issue that was deleted, or a repository without issues."""
    return ApiError(410, message)


def forbidden(message: str, *, documentation: str = DOCUMENTATION) -> ApiError:
    """A refusal that no waiting changes."""
    return ApiError(403, message, documentation=documentation)


def lacks_permission(needed: str) -> ApiError:
    """The token may not do that; `needed` is like `issues=write`."""
    headers = {"X-Accepted-GitHub-Permissions": needed}
    return ApiError(403, "Resource not accessible by integration", headers=headers)


def invalid_request(detail: str) -> ApiError:
    """A body that does not fit the schema of the request."""
    return ApiError(422, f"Invalid request.\n\n{detail}")


def validation_failed(resource: str, field: str, code: str, **more: str) -> ApiError:
    """A value that GitHub does not accept."""
    return ApiError(
        422, "Validation Failed", errors=[{"resource": resource, "field": field, "code": code, **more}]
    )


def moved(location: str) -> ApiError:
    """A resource that lives elsewhere now."""
    error = ApiError(301, "Moved Permanently", headers={"Location": location})
    error.body["url"] = location
    return error


def secondary_limit(retry_after: int | None, *, status: int = 403, creating: bool = True) -> ApiError:
    """The secondary rate limit; GitHub does not always say how long to wait."""
    return ApiError(
        status,
        CREATED_TOO_MUCH if creating else ASKED_TOO_MUCH,
        headers={} if retry_after is None else {"Retry-After": str(retry_after)},
        documentation="https://docs.github.com/rest/overview/resources-in-the-rest-api#secondary-rate-limits",
    )


def primary_limit(caller: str) -> ApiError:
    """The primary rate limit; its headers say when it ends."""
    return ApiError(
        403,
        f"API rate limit exceeded for {caller}.",
        documentation="https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
    )
