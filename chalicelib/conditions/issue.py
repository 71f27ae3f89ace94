"""Issues as the tracker has them: where one is, what it shows, and what a new one is to show."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

LONG_AGO = datetime.fromtimestamp(0, UTC)


class Closer(StrEnum):
    """Who closed an issue."""

    US = "US"
    PERSON = "PERSON"


@dataclass(frozen=True, slots=True)
class IssueRef:
    """Where an issue is: `repository` is `owner/name`."""

    repository: str
    number: int

    @property
    def owner(self) -> str:
        """The account that the repository belongs to."""
        return self.repository.partition("/")[0]

    def __str__(self) -> str:
        return f"{self.repository}#{self.number}"


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue to be opened."""

    title: str
    body: str
    labels: tuple[str, ...]
    assignees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a repository."""

    name: str
    color: str
    description: str

    @property
    def plain(self) -> bool:
        """Whether it is as GitHub makes it together with an issue, and nobody has touched it."""
        return self.color.lower() == "ededed" and not self.description


@dataclass(frozen=True, slots=True)
class Seen:
    """An issue as GitHub shows it.

    `by_us` says whether it is ours, `author` who opened it; `closed_by` and `closer` are known from reading
    it alone, not from a list.
    `id` is the one that GitHub gives it among all issues, `left_out` what of its draft it did
    not take.
    `changed_at` is when it was last changed, by GitHub's clock.
    """

    ref: IssueRef
    url: str
    title: str
    body: str
    labels: tuple[str, ...]
    by_us: bool
    comments: int = 0
    closed_at: datetime | None = None
    closed_by: Closer | None = None
    reopened: bool = False
    closer: str = ""
    state_reason: str = ""
    id: int = 0
    assignees: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    changed_at: datetime = field(default=LONG_AGO, compare=False)
    author: str = ""

    @property
    def open(self) -> bool:
        """Whether the issue is open."""
        return self.closed_at is None
