"""Issues as the tracker has them: where one is, what it shows, and what a new one is to show."""

import re
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from chalicelib.labels import MUTED_LABEL, QUIET_LABEL

LONG_AGO = datetime.fromtimestamp(0, UTC)

_WRITTEN = re.compile(r"(?:https?://[^/]+/)?([\w.-]+/[\w.-]+)(?:#|/issues/)([0-9]{1,18})(?:#\S*)?/?")
"""How people name an issue; a comment's address ends in an anchor."""


class Closer(StrEnum):
    """Who closed an issue."""

    US = "US"
    PERSON = "PERSON"


@dataclass(frozen=True, slots=True)
class IssueRef:
    """Where an issue is: `repository` is `owner/name`."""

    repository: str
    number: int

    def __str__(self) -> str:
        return f"{self.repository}#{self.number}"

    def is_in(self, repository: str) -> bool:
        """Whether it is in a repository; GitHub ignores case in its name."""
        return self.repository.lower() == repository.lower()

    def seen_from(self, repository: str) -> str:
        """Refer to it on an issue of a repository, as GitHub links it: within one, by its number alone."""
        return f"#{self.number}" if self.is_in(repository) else str(self)

    @classmethod
    def read(cls, text: str) -> "IssueRef | None":
        """Read `owner/name#12` or an issue's address; None if it is neither."""
        found = _WRITTEN.fullmatch(text)
        return cls(found[1], int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue to be opened; `type` and `fields` are the organization's, by their names.

    `parent` is the id of the issue that it becomes a sub-issue of, or 0.
    """

    title: str
    body: str
    labels: tuple[str, ...]
    assignees: tuple[str, ...] = ()
    parent: int = 0
    type: str = ""
    fields: tuple[tuple[str, str | float], ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a repository."""

    name: str
    color: str
    description: str

    @property
    def plain(self) -> bool:
        """Whether it is as GitHub creates it for an issue, and nobody has changed it."""
        return self.color.lower() == "ededed" and not self.description


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What GitHub shows of an issue, as far as a row stores it.

    `closed_at` is None while it is open. Who closed it, in `closed_by` and `closer`, is known only from
    reading it, not from a list; `state_reason` is GitHub's reason for closing. `id` is GitHub's id for it
    among all issues, 0 in older rows; `has_parent` says that it is a sub-issue of another.
    """

    ref: IssueRef
    url: str
    comments: int = 0
    closed_at: datetime | None = None
    closed_by: Closer | None = None
    closer: str = ""
    state_reason: str = ""
    id: int = 0
    has_parent: bool = False

    @property
    def open(self) -> bool:
        """Whether it was open when last seen."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Shown):
    """An issue as GitHub shows it now.

    `by_us` says whether it is ours, `author` who opened it. `left_out` is the part of its draft that GitHub
    did not take. `changed_at` is when it was last changed, by GitHub's clock; `fields` names the issue fields
    that have a value.
    """

    title: str
    body: str
    labels: tuple[str, ...]
    by_us: bool
    reopened: bool = False
    assignees: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    changed_at: datetime = field(default=LONG_AGO, compare=False)
    author: str = ""
    type: str = field(default="", compare=False)
    fields: tuple[str, ...] = field(default=(), compare=False)

    @property
    def muted(self) -> bool:
        """Whether people want nothing said about the alert."""
        return MUTED_LABEL in self.labels

    @property
    def quiet(self) -> bool:
        """Whether people want no comments."""
        return QUIET_LABEL in self.labels

    def remembered(self) -> dict[str, Any]:
        """What a row stores of it, under the names that the row uses."""
        shown = {each.name: getattr(self, each.name) for each in fields(Shown)}
        return shown | {"muted": self.muted, "quiet": self.quiet}
