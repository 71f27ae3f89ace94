"""What GitHub keeps: accounts, repositories, issues, comments, labels and each issue's timeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

StateReason = Literal["completed", "not_planned", "duplicate", "reopened"]


@dataclass(frozen=True)
class Account:
    """A person, an organization or an app's bot."""

    login: str
    id: int
    type: Literal["User", "Organization", "Bot"] = "User"


@dataclass
class Label:
    """A label of a repository; names are unique without regard to case."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(frozen=True)
class IssueField:
    """A field that an organization gives its issues; those of a `single_select` have one of the options."""

    id: int
    name: str
    data_type: Literal["text", "single_select", "number", "date"] = "text"
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """One line of an issue's timeline; `detail` says what the kind alone does not."""

    kind: str
    actor: str
    at: float
    detail: str | None = None


@dataclass
class Comment:
    """A comment on an issue."""

    id: int
    body: str
    author: Account
    created_at: float
    reactions: set[tuple[str, str]] = field(default_factory=set)


@dataclass(eq=False)
class Issue:
    """An issue, with everything that ever happened to it; times are in epoch seconds."""

    repository: Repository = field(repr=False)
    number: int
    id: int
    title: str
    body: str | None
    author: Account
    created_at: float
    updated_at: float
    state: Literal["open", "closed"] = "open"
    state_reason: StateReason | None = None
    labels: list[Label] = field(default_factory=list)
    assignees: list[Account] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    timeline: list[Event] = field(default_factory=list)
    closed_at: float | None = None
    closed_by: Account | None = None
    locked: bool = False
    lock_reason: str | None = None
    deleted: bool = False
    moved_to: Issue | None = field(default=None, repr=False)
    duplicate_of: int | None = None
    type: str | None = None
    field_values: dict[int, Any] = field(default_factory=dict)
    parent: Issue | None = field(default=None, repr=False)
    sub_issues: list[Issue] = field(default_factory=list, repr=False)
    first_title: str = field(init=False)

    def __post_init__(self) -> None:
        self.first_title = self.title

    @property
    def label_names(self) -> list[str]:
        """The names of its labels, in the order they were added."""
        return [label.name for label in self.labels]

    @property
    def sub_issues_closed(self) -> int:
        """How many of its sub-issues are closed, whatever the reason."""
        return sum(child.state == "closed" for child in self.sub_issues)


@dataclass(eq=False)
class Repository:
    """A repository with its issues by number, including deleted and transferred ones.

    Types and fields are its organization's; every organization begins with these types.
    """

    owner: Account
    name: str
    id: int
    created_at: float
    collaborators: set[str] = field(default_factory=set)
    permissions: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    issue_types: tuple[str, ...] = ("Task", "Bug", "Feature")
    issue_fields: dict[int, IssueField] = field(default_factory=dict)
    has_issues: bool = True
    archived: bool = False
    private: bool = True

    @property
    def full_name(self) -> str:
        """Owner and name, as in `acme/alerts`."""
        return f"{self.owner.login}/{self.name}"

    @property
    def listed(self) -> list[Issue]:
        """The issues that a person would see in it."""
        # Copied first: the stand-in's own thread opens issues while a test looks.
        known = list(self.issues.values())
        return [issue for issue in known if not issue.deleted and issue.moved_to is None]


@dataclass
class HookConfig:
    """The app's webhook: where its events go, and what they are signed with."""

    url: str = ""
    secret: str = ""
    content_type: str = "form"


@dataclass
class Installation:
    """The app, installed on an account with what it was allowed.

    Without `may_push` labels and assignees are dropped in silence (docs.github.com/en/rest/issues/issues).
    """

    id: int
    account: Account
    created_at: float
    repository_ids: set[int] = field(default_factory=set)
    permissions: dict[str, str] = field(default_factory=lambda: {"issues": "write", "metadata": "read"})
    may_create_labels: bool = True
    may_push: bool = True
    suspended_at: float | None = None
