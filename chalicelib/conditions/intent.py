"""Intents and leases: what a worker has begun on a row, and its right to do so. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.alert import Priority
from chalicelib.conditions.on_call import Called


class Verb(StrEnum):
    """What an unfinished step is meant to do."""

    OPEN = "OPEN"
    COMMENT = "COMMENT"
    REOPEN = "REOPEN"
    CHANGE = "CHANGE"


@dataclass(frozen=True, slots=True)
class Intent:
    """A step that began and is not known to have ended, with what it was planned on, to find its outcome.

    `looks` counts the empty looks for it, the last one at `looked_at`. `key` names a comment; `title`,
    `labels`, `priority` and `teams` are what an opening shows; `on_call` is whom a call to people is for.
    """

    verb: Verb
    episode: datetime
    generation: int
    since: datetime
    repository: str
    key: str = ""
    title: str = ""
    labels: tuple[str, ...] = ()
    priority: Priority = Priority.P3
    teams: tuple[str, ...] = ()
    looks: int = 0
    looked_at: datetime | None = None
    on_call: tuple[Called, ...] = ()


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one worker to act on the row.

    `unended` counts how many claims in a row, before this one, were never settled.
    """

    owner: str
    until: datetime
    unended: int = 0
