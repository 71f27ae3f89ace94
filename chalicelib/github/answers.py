"""Answers: issues and comments as GitHub sends them -> what of them matters. Pure."""

from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from chalicelib.github.protocol import Request, Response, unreadable
from chalicelib.lifecycle.commands import Spoken
from chalicelib.lifecycle.issue import Closer, IssueRef, Label, Seen

LONG_AGO = datetime.fromtimestamp(0, UTC)


class _User(BaseModel):
    login: str = ""


class _Label(BaseModel):
    name: str | None = None
    color: str | None = None
    description: str | None = None


class _Issue(BaseModel):
    number: int
    title: str
    state: str
    state_reason: str | None = None
    html_url: str
    repository_url: str
    body: str | None = None
    labels: list[_Label | str] = []
    comments: int = 0
    closed_at: AwareDatetime | None = None
    closed_by: _User | None = None
    user: _User | None = None
    pull_request: dict[str, Any] | None = None

    def seen(self, bot: str) -> Seen:
        names = (label if isinstance(label, str) else label.name for label in self.labels)
        closed = self.state == "closed"
        closer = Closer.US if self.closed_by and self.closed_by.login == bot else Closer.PERSON
        return Seen(
            ref=IssueRef("/".join(self.repository_url.rsplit("/", 2)[-2:]), self.number),
            url=self.html_url,
            title=self.title,
            body=self.body or "",
            labels=tuple(name for name in names if name),
            by_us=self.user is not None and self.user.login == bot,
            comments=self.comments,
            closed_at=(self.closed_at or LONG_AGO) if closed else None,
            closed_by=closer if closed else None,
            reopened=self.state_reason == "reopened",
            closer=self.closed_by.login if closed and self.closed_by else "",
            state_reason=(self.state_reason or "") if closed else "",
        )


class _Comment(BaseModel):
    id: int = 0
    body: str | None = None
    user: _User | None = None
    created_at: AwareDatetime = LONG_AGO


class _Permission(BaseModel):
    permission: str


_ISSUES = TypeAdapter(list[_Issue])
_COMMENTS = TypeAdapter(list[_Comment])
_LABELS = TypeAdapter(list[_Label])


def read_issue(request: Request, response: Response, bot: str) -> Seen:
    """Read an answer that is an issue; `bot` is the login under which we write."""
    try:
        return _Issue.model_validate_json(response.content).seen(bot)
    except ValidationError as error:
        raise unreadable(request, response) from error


def read_issues(request: Request, response: Response, bot: str) -> list[Seen]:
    """Read a list of issues; pull requests are left out."""
    try:
        found = _ISSUES.validate_json(response.content)
    except ValidationError as error:
        raise unreadable(request, response) from error
    return [each.seen(bot) for each in found if each.pull_request is None]


def read_labels(request: Request, response: Response) -> list[Label]:
    """Read a list of labels."""
    try:
        found = _LABELS.validate_json(response.content)
    except ValidationError as error:
        raise unreadable(request, response) from error
    return [Label(each.name, each.color or "", each.description or "") for each in found if each.name]


def read_comments(request: Request, response: Response, bot: str) -> list[str]:
    """Read the bodies of our own comments."""
    return [each.body or "" for each in _comments(request, response) if each.user and each.user.login == bot]


def read_spoken(request: Request, response: Response, bot: str) -> list[Spoken]:
    """Read the comments that are not our own."""
    return [
        Spoken(each.id, each.user.login, each.body or "", each.created_at)
        for each in _comments(request, response)
        if each.user and each.user.login != bot
    ]


def may_write(request: Request, response: Response) -> bool:
    """Read whether a permission lets somebody write; `maintain` is told as `write`, `triage` as `read`."""
    try:
        return _Permission.model_validate_json(response.content).permission in ("admin", "write")
    except ValidationError as error:
        raise unreadable(request, response) from error


def _comments(request: Request, response: Response) -> list[_Comment]:
    try:
        return _COMMENTS.validate_json(response.content)
    except ValidationError as error:
        raise unreadable(request, response) from error
