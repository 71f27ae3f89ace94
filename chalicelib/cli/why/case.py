"""A case: one subject, its row, and what else can be looked at about it. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from chalicelib.cli import rows
from chalicelib.cli.letters import Letter
from chalicelib.cli.next_command import command
from chalicelib.cli.refused_requests import RefusedRequests
from chalicelib.cli.why.subject import Subject
from chalicelib.cli.why.verdict import Verdict
from chalicelib.conditions import heartbeats
from chalicelib.conditions.policy import Policy
from chalicelib.conditions.row import AlertState
from chalicelib.rate_limit.rules import Budget, Limits


@dataclass(frozen=True, slots=True)
class Unknown:
    """What could not be looked at, and why; this never counts as absence."""

    why: str


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """What the queue reports about itself: its messages cannot be read without receiving them."""

    waiting: int
    in_work: int
    oldest: timedelta | None


@dataclass(frozen=True, slots=True)
class AlarmNow:
    """An alarm as CloudWatch describes it now, and whether a mute rule suppresses it."""

    described: Mapping[str, Any]
    muted: bool


class Evidence(Protocol):
    """What can be looked at; each is read when it is first needed."""

    @property
    def letters(self) -> Sequence[Letter] | Unknown:
        """The dead letters."""

    @property
    def queue(self) -> QueueDepth | Unknown:
        """The queue."""

    @property
    def refused(self) -> Sequence[RefusedRequests] | Unknown:
        """What the webhook refused recently."""

    def alarm(self, subject: Subject) -> AlarmNow | Unknown | None:
        """The CloudWatch alarm with that name; None if we cannot find it."""

    def budget(self, owner: str) -> Budget:
        """The budget of an owner's installation."""

    def ahead(self, row: AlertState) -> int:
        """How many rows come before this one."""


@dataclass(frozen=True, slots=True)
class Place:
    """The stage that is asked: its settings, and the options that name it in a command."""

    stage: str
    policy: Policy
    limits: Limits
    topic: str
    options: tuple[str, ...] = ()

    def cli(self, *words: str) -> str:
        """Write a command for this stage, ready to paste."""
        return command(*words, *self.options)


@dataclass(frozen=True, slots=True)
class Case:
    """What `why` is asked about one subject."""

    subject: Subject
    row: AlertState | None
    place: Place
    now: datetime
    evidence: Evidence

    @property
    def name(self) -> str:
        """Its name: the row's title, or what was asked for."""
        known = self.row is not None and (self.row.spec.alert or heartbeats.newest(self.row.spec))
        return rows.title(self.row) if self.row and known else self.subject.words

    @property
    def title(self) -> str:
        """Its name in a sentence."""
        return f"“{self.name}”"


Check = Callable[[Case], Verdict | None]
"""Returns the verdict if a cause applies, otherwise None; looks at no more than it needs."""
