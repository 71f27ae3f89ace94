"""Listening: reads what people ask for in comments on the boards, and answers with a reaction.

At once if GitHub has reported a comment, otherwise every five minutes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.conditions import asked_windows, board_commands
from chalicelib.conditions.asked_windows import AskedWindows
from chalicelib.conditions.board_commands import Request
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.commands import PersonComment, insiders
from chalicelib.conditions.hearing import hear
from chalicelib.conditions.issue import IssueRef
from chalicelib.errors import Refused
from chalicelib.rate_limit.rules import CallBudget
from chalicelib.reconcile.apart import apart
from chalicelib.reconcile.board import kept
from chalicelib.reconcile.board.kept import Kept
from chalicelib.store.documents import Documents
from chalicelib.sync.readiness import at_once
from chalicelib.telemetry.telemetry import Telemetry

BEFORE = timedelta(minutes=10)
"""How far back a board's comments are read the first time."""


class Comments(Protocol):
    """What this needs from the issue tracker; every call raises the classified errors."""

    def spoken(self, ref: IssueRef, since: datetime, before: datetime) -> Iterator[PersonComment]:
        """List the comments of others changed since a time."""

    def may_write(self, repository: str, login: str, before: datetime) -> bool:
        """Say whether somebody may write to the repository."""

    def refused(self, repository: str, now: datetime) -> frozenset[str]:
        """Name those who may not write, as GitHub said recently; makes no call."""

    def react(self, ref: IssueRef, comment: int, content: str, before: datetime) -> None:
        """React to a comment; a second time changes nothing."""


class BoardDeed(Protocol):
    """A further command on the board that a stage has; it may be carried out twice."""

    def read(self, argument: str) -> str | None:
        """Read what follows the word; None if it is wrong."""

    def asked(self, tracker: Comments, repository: str, request: Request, before: datetime) -> bool:
        """Carry it out for a routed repository; False if what it names makes that impossible."""


@dataclass(frozen=True)
class BoardListener:
    """Reads the comments on the boards of the routed repositories."""

    documents: Documents
    comments: Callable[[], Comments]
    permits: CallBudget
    repositories: frozenset[str]
    now: Callable[[], datetime]
    telemetry: Telemetry
    every: timedelta = timedelta(minutes=5)
    deeds: Mapping[str, BoardDeed] = field(default_factory=dict)

    def listen(self, until: datetime) -> None:
        """Read every board whose turn it is; one repository's trouble does not delay the others."""
        for repository in sorted(self.repositories):
            with apart(self.telemetry, "BOARD_NOT_HEARD", repository=repository):
                if self.now() < until:
                    self._listen(repository, until)

    def _listen(self, repository: str, until: datetime) -> None:
        """Take the turn, note what was asked for, then answer: what is stopped midway is repeated."""
        key, now = asked_windows.key(repository), self.now()
        document = self.documents.load(key)
        asked = document.parsed(AskedWindows)
        if not asked.wanted and not asked.answers and now < asked.listened_at + self.every:
            return
        board = self.documents.load(kept.key(repository)).parsed(Kept)
        if board.number is None or not at_once(self.permits, repository, Kind.READ, self.now):
            return
        asked.listened_at, asked.wanted = now, False
        if self.documents.swap(key, asked.model_dump_json(), document.version):
            return
        ref = IssueRef(board.place or repository, board.number)
        newer, version = self._heard(asked, repository, ref, until), document.version + 1
        if newer != asked and self.documents.swap(key, newer.model_dump_json(), version):
            return
        version += newer != asked
        for comment, reaction in newer.answers.items():
            self._answer(ref, comment, reaction, until)
        if newer.answers:
            answered = newer.model_copy(update={"answers": {}})
            self.documents.swap(key, answered.model_dump_json(), version)

    def _heard(self, asked: AskedWindows, repository: str, ref: IssueRef, until: datetime) -> AskedWindows:
        """Read what is new, and carry out the commands of people who may write."""
        comments, now = self.comments(), self.now()
        spoken = list(comments.spoken(ref, asked.since or now - BEFORE, until))
        more = {word: deed.read for word, deed in self.deeds.items()}
        requests = board_commands.new(asked, repository, spoken, more)
        read = hear(
            requests,
            asked.heard,
            lambda login: comments.may_write(ref.repository, login, until),
            insiders(spoken),
            comments.refused(ref.repository, now),
        )
        done = {each.id for each in read.allowed if self._did(comments, repository, each, until)}
        for request in (each for each in read.allowed if not each.word):
            what = "END" if request.end else "WINDOW" if request.window else "WRONG"
            self.telemetry.event("MAINTENANCE", action=what, repository=repository, author=request.author)
        return board_commands.heard(asked, spoken, read, now, done)

    def _did(self, comments: Comments, repository: str, request: Request, until: datetime) -> bool:
        """Carry out commands that are not about windows."""
        deed = self.deeds.get(request.word)
        return deed is not None and deed.asked(comments, repository, request, until)

    def _answer(self, ref: IssueRef, comment: int, reaction: str, until: datetime) -> None:
        """React, unless the comment is gone or the board is locked."""
        try:
            self.comments().react(ref, comment, reaction, until)
        except Refused as error:
            self.telemetry.problem("NOT_ANSWERED", error, repository=ref.repository)
