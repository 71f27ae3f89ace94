"""Answers: issues and comments as GitHub sends them -> the parts that matter. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from chalicelib.conditions.commands import PersonComment
from chalicelib.conditions.issue import LONG_AGO, Closer, IssueRef, Label, Seen
from chalicelib.github.protocol import Request, Response, unreadable

Model = TypeVar("Model")


INSIDERS = ("OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR")
"""CONTRIBUTOR may also be a member who hides the membership (github.com/actions/github-script/issues/643)."""


@dataclass(frozen=True, slots=True)
class Us:
    """Who we are on GitHub: the App's id, and its bot's login, which changes if the App is renamed."""

    app: int
    login: str

    def wrote(self, user: "_User | None", through: "_App | None") -> bool:
        """Whether we wrote something: by the App, if GitHub names it, otherwise by the login."""
        if user is None or user.type == "User":
            return False
        return through.id == self.app if through and self.app else user.login == self.login


class _User(BaseModel):
    id: int = 0
    login: str = ""
    type: str = ""


class _App(BaseModel):
    id: int


class _Label(BaseModel):
    name: str | None = None
    color: str | None = None
    description: str | None = None


class _FieldValue(BaseModel):
    issue_field_name: str = ""


class _Named(BaseModel):
    name: str


class _Issue(BaseModel):
    id: int = 0
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
    updated_at: AwareDatetime = LONG_AGO
    closed_by: _User | None = None
    user: _User | None = None
    performed_via_github_app: _App | None = None
    pull_request: dict[str, Any] | None = None
    parent_issue_url: str | None = None
    assignees: list[_User] = []
    type: _Named | None = None
    issue_field_values: list[_FieldValue] | None = None

    @property
    def ref(self) -> IssueRef:
        return IssueRef("/".join(self.repository_url.rsplit("/", 2)[-2:]), self.number)

    def seen(self, us: Us) -> Seen:
        names = (label if isinstance(label, str) else label.name for label in self.labels)
        closed = self.state == "closed"
        by_us = us.wrote(self.user, self.performed_via_github_app)
        return Seen(
            ref=self.ref,
            url=self.html_url,
            title=self.title,
            body=self.body or "",
            labels=tuple(name for name in names if name),
            by_us=by_us,
            comments=self.comments,
            closed_at=(self.closed_at or LONG_AGO) if closed else None,
            closed_by=self._closer(us, by_us=by_us) if closed else None,
            reopened=self.state_reason == "reopened",
            closer=self.closed_by.login if closed and self.closed_by else "",
            state_reason=(self.state_reason or "") if closed else "",
            id=self.id,
            has_parent=self.parent_issue_url is not None,
            assignees=tuple(each.login for each in self.assignees),
            changed_at=self.updated_at,
            author=self.user.login if self.user else "",
            type=self.type.name if self.type else "",
            fields=tuple(each.issue_field_name for each in self.issue_field_values or ()),
        )

    def _closer(self, us: Us, *, by_us: bool) -> Closer:
        """Say who closed it: GitHub only names the account, and ours is the author of our own issues."""
        author, closer = self.user, self.closed_by
        same = by_us and author is not None and closer is not None and 0 != author.id == closer.id
        return Closer.US if same or us.wrote(closer, None) else Closer.PERSON


class _Comment(BaseModel):
    id: int = 0
    body: str | None = None
    user: _User | None = None
    performed_via_github_app: _App | None = None
    created_at: AwareDatetime = LONG_AGO
    author_association: str = ""


class _Permission(BaseModel):
    permission: str


_ISSUES = TypeAdapter(list[_Issue])
_COMMENTS = TypeAdapter(list[_Comment])
_LABELS = TypeAdapter(list[_Label])


def read(parse: Callable[[bytes], Model], request: Request, response: Response) -> Model:
    """Read a successful answer; raises the classified error if it is not what the API documents."""
    try:
        return parse(response.content)
    except ValidationError as error:
        raise unreadable(request, response) from error


def read_issue(request: Request, response: Response, us: Us) -> Seen:
    """Read an answer that is an issue; `us` is who we are."""
    return read(_Issue.model_validate_json, request, response).seen(us)


def read_ref(request: Request, response: Response) -> IssueRef:
    """Read where an issue is."""
    return read(_Issue.model_validate_json, request, response).ref


def read_issues(request: Request, response: Response, us: Us) -> list[Seen]:
    """Read a list of issues; pull requests are left out."""
    found = read(_ISSUES.validate_json, request, response)
    return [each.seen(us) for each in found if each.pull_request is None]


def read_labels(request: Request, response: Response) -> list[Label]:
    """Read a list of labels."""
    found = read(_LABELS.validate_json, request, response)
    return [Label(each.name, each.color or "", each.description or "") for each in found if each.name]


def read_comments(request: Request, response: Response, us: Us) -> list[str]:
    """Read the bodies of our own comments."""
    found = read(_COMMENTS.validate_json, request, response)
    return [each.body or "" for each in found if us.wrote(each.user, each.performed_via_github_app)]


def read_spoken(request: Request, response: Response, us: Us) -> list[PersonComment]:
    """Read the comments that are not ours."""
    return [
        PersonComment(
            each.id, each.user.login, each.body or "", each.created_at, each.author_association in INSIDERS
        )
        for each in read(_COMMENTS.validate_json, request, response)
        if each.user and not us.wrote(each.user, each.performed_via_github_app)
    ]


def may_write(request: Request, response: Response) -> bool:
    """Read whether a permission allows writing; GitHub reports `maintain` as `write`, `triage` as `read`.

    docs.github.com/rest/collaborators/collaborators, "Get repository permissions for a user"
    """
    return read(_Permission.model_validate_json, request, response).permission in ("admin", "write")
