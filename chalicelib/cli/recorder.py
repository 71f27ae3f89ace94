"""The recorder: answers for GitHub as if everything were as the row believes, and keeps the writes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.conditions.issue import Closer
from chalicelib.conditions.row import Issue
from chalicelib.github.answers import Us
from chalicelib.github.protocol import Request, Response
from chalicelib.labels import MUTED_LABEL, QUIET_LABEL

BOT = "alerting[bot]"
NEW = 0
"""The number of an issue that GitHub has not created yet."""


class Recorder:
    """Receives the tracker's requests; `written` are those that would change something."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._shown: dict[str, Any] = {}
        self.written: list[Request] = []

    def believe(self, issue: Issue) -> None:
        """Show an issue as a row believes it to be."""
        self._shown = _known(issue)

    def ready(self, repository: str) -> bool:  # noqa: ARG002 - nothing is needed
        """Say that nothing is needed first."""
        return True

    def us(self, repository: str) -> Us:  # noqa: ARG002 - one name everywhere
        """Say who we are."""
        return Us(0, BOT)

    us_now = us

    def send(self, request: Request, before: datetime) -> Response:  # noqa: ARG002 - nothing takes time
        """Answer at once."""
        if request.method == "GET":
            if request.path.endswith("/permission"):
                return _answer({"permission": "write"})
            lists = request.path.partition("?")[0].endswith(("/issues", "/comments"))
            return _answer([] if lists else self._shown)
        self.written.append(request)
        if request.method == "POST" and request.path.endswith("/issues"):
            self._shown = _opened(request)
        elif request.method == "PATCH":
            self._change(request.body or {})
        return _answer(self._shown)

    def _change(self, changes: Mapping[str, Any]) -> None:
        self._shown |= changes
        if changes.get("state") == "closed":
            self._shown |= {"closed_at": _instant(self._now), "closed_by": {"login": BOT}}
        if changes.get("state") == "open":
            self._shown |= {"closed_at": None, "closed_by": None}


def _opened(request: Request) -> dict[str, Any]:
    sent = dict(request.body or {})
    assignees = [{"login": login} for login in sent.pop("assignees", [])]
    return _shown(request.repository, NEW) | sent | {"assignees": assignees}


def _known(issue: Issue) -> dict[str, Any]:
    closer = BOT if issue.closed_by is Closer.US else "a-person"
    return _shown(issue.ref.repository, issue.ref.number) | {
        "title": issue.title,
        "labels": [
            *issue.labels,
            *([MUTED_LABEL] if issue.muted else []),
            *([QUIET_LABEL] if issue.quiet else []),
        ],
        "state_reason": issue.state_reason or None,
        "html_url": issue.url,
        "comments": issue.comments,
        "state": "open" if issue.open else "closed",
        "closed_at": _instant(issue.closed_at) if issue.closed_at else None,
        "closed_by": {"login": issue.closer or closer} if issue.closed_at else None,
    }


def _shown(repository: str, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "title": "",
        "body": "",
        "state": "open",
        "labels": [],
        "html_url": f"https://github.com/{repository}/issues/{number}",
        "repository_url": f"https://api.github.com/repos/{repository}",
        "user": {"login": BOT},
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _answer(value: object) -> Response:
    return Response(200, {}, json.dumps(value).encode())
