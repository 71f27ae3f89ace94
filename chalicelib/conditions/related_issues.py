"""Related issues: what an issue shows about other issues, as of the beginning of its episode."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.conditions.issue import IssueRef


@dataclass(frozen=True, slots=True)
class RelatedIssue:
    """Another issue of the same repository.

    `title` is how it is shown, `shared` the label that both have for the same thing, or empty if they only
    have a team in common.
    """

    ref: IssueRef
    title: str
    shared: str = ""


@dataclass(frozen=True, slots=True)
class RelatedIssues:
    """What else fires for the same thing or team; `more` of them are not listed.

    `children` are the alarms of a composite alarm that fire too. `at_least` says that there may be even more.
    """

    listed: tuple[RelatedIssue, ...] = ()
    more: int = 0
    at_least: bool = False
    children: tuple[RelatedIssue, ...] = ()


class Ending(StrEnum):
    """How an episode ended."""

    BY_ITSELF = "BY_ITSELF"
    UNWATCHED = "UNWATCHED"
    BY_PERSON = "BY_PERSON"


@dataclass(frozen=True, slots=True)
class LastTime:
    """How the previous episode ended, and in which issue, if it had one that is still known.

    `person` closed that issue, or acknowledged it if it ended by itself; `comment` is the number of that
    person's last comment there.
    """

    began: datetime
    ended: datetime
    ending: Ending
    ref: IssueRef | None = None
    url: str = ""
    person: str = ""
    comment: int = 0
