"""What is known of GitHub's REST API, without a socket: requests, answers, and missing answers. Pure.

Rules from docs.github.com/en/rest (version 2022-11-28). `refusals` says what unsuccessful answers mean.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.adapters import texts
from chalicelib.errors import GitHubError, OutcomeUnknown, Unavailable

API_VERSION = "2022-11-28"
USER_AGENT = "alerting"
ACCEPT = "application/vnd.github+json"
READS = ("GET", "HEAD")
REDIRECTS = (301, 302, 307, 308)
NOT_MODIFIED = 304
ISSUE_FIELDS, PROJECTS = "issue_fields", "organization_projects"
"""What GitHub calls the permissions of an organization that only some calls need."""
_NEXT = re.compile(r'<([^<>]*)>[ \t]*;[^,<>]*\brel="?next\b')


@dataclass(frozen=True, slots=True)
class Request:
    """One call.

    `path` begins with a slash and may contain a query, `repository` says whose installation is used. `etag`
    names an answer that we have: GitHub does not send it again while it is current. `grant` is a
    permission of the organization that it needs, and that the App may lack.
    """

    method: str
    path: str
    repository: str
    body: Mapping[str, Any] | None = None
    etag: str = ""
    grant: str = ""

    @property
    def owner(self) -> str:
        """The account whose installation, and whose budget, is used."""
        return self.repository.split("/")[0]

    @property
    def reads(self) -> bool:
        """Whether it changes nothing that matters: if a minted token is lost, another one is minted."""
        return self.method in READS or self.path.startswith("/app/")


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; header names are in lower case, `address` is where redirects have led."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    address: str = ""

    @property
    def request_id(self) -> str | None:
        """GitHub's id for the call, which its support asks for."""
        return self.headers.get("x-github-request-id")

    @property
    def remaining(self) -> int | None:
        """How many calls are left of the primary limit."""
        return integer(self.headers.get("x-ratelimit-remaining"))

    @property
    def reset(self) -> int | None:
        """Epoch seconds, by GitHub's clock, at which the primary limit resets."""
        return integer(self.headers.get("x-ratelimit-reset"))

    @property
    def next_page(self) -> str | None:
        """The address of the next page, from the Link header."""
        found = _NEXT.search(self.headers.get("link", ""))
        return found[1] if found else None

    def json(self) -> Any:
        """Read the body; None if it is not JSON, such as a proxy's error page."""
        return texts.parsed(self.content)


def integer(text: str | None) -> int | None:
    """Read a number from a header; None if it is not one."""
    return int(text) if text and re.fullmatch("[0-9]{1,15}", text) else None


def unreadable(request: Request, response: Response) -> GitHubError:
    """Classify a successful answer that is not what the API documents."""
    return unanswered(request, f"an unreadable answer ({response.status})", response)


def unanswered(request: Request, what: str, response: Response | None = None) -> GitHubError:
    """No answer came, or none that says what happened: nobody knows whether a write took effect."""
    kind = Unavailable if request.reads else OutcomeUnknown
    return kind(
        f"{name(request)}: {what}",
        status=response.status if response else None,
        request_id=response.request_id if response else None,
    )


def name(request: Request) -> str:
    """Name a request, without its query."""
    return f"{request.method} {request.path.partition('?')[0]}"
