"""The board: keeps one issue in each repository that shows how things are.

Looked at every five minutes and written only when something has changed; it asks the budget last of all, so
that it never costs an alert anything. The document beside the rows remembers what GitHub does not show.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from pydantic import BaseModel

from chalicelib import render
from chalicelib.alert import Priority
from chalicelib.errors import Gone
from chalicelib.github import budget
from chalicelib.github.budget import Call, Granted, Kind
from chalicelib.items import Document
from chalicelib.labels import AREA_LABEL, BOARD_LABEL
from chalicelib.lifecycle.outcome import Draft, Seen
from chalicelib.lifecycle.state import AlertState, IssueRef
from chalicelib.routing import Routing
from chalicelib.telemetry import Telemetry

EVERY = timedelta(minutes=5)
RECENT = timedelta(hours=24)
DAYS = 14
MOST_OF_A_DAY = 500
LOOKS = 2
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Rows(Protocol):
    """The rows, and small documents beside them."""

    def get(self, fingerprint: str) -> AlertState | None:
        """Read a row."""

    def resolved(self, day: date, limit: int) -> list[str]:
        """List fingerprints whose newest episode ended on a day, the newest first."""

    def load(self, key: str) -> Document:
        """Read a document."""

    def swap(self, key: str, text: str, version: int) -> Document | None:
        """Write over the named version."""


class Tracker(Protocol):
    """The issue tracker; every call raises the classified errors."""

    def open(self, repository: str, draft: Draft, before: datetime) -> Seen:
        """Open an issue."""

    def read(self, ref: IssueRef, before: datetime) -> Seen:
        """Read an issue; raises Gone if it was deleted."""

    def edit(self, ref: IssueRef, changes: dict[str, Any], before: datetime) -> Seen:
        """Change title, body, state or state_reason."""

    def changed(
        self, repository: str, label: str | None, since: datetime, before: datetime
    ) -> Iterator[Seen]:
        """List issues changed since a time, in any state."""

    def open_ones(self, repository: str, label: str, before: datetime) -> Iterator[Seen]:
        """List open issues with a label."""


class Permits(Protocol):
    """The budget of an owner's installation."""

    def ask(self, owner: str, call: Call) -> Granted | budget.Refused:
        """Ask for one call."""


class _Kept(BaseModel):
    """What is remembered of a repository's board.

    `begun_at` is set while an opening's outcome is not known, `looks` counts the empty looks for it.
    """

    number: int | None = None
    looked_at: datetime = LONG_AGO
    begun_at: datetime | None = None
    looks: int = 0
    quiet_since: datetime | None = None
    days: dict[date, dict[Priority, int]] = {}


@dataclass(frozen=True, slots=True)
class _Gathered:
    """Rows with an open issue, rows whose episode ended today or yesterday, and the boards that are open."""

    open: list[AlertState]
    recent: list[AlertState]
    boards: list[Seen]


@dataclass(frozen=True)
class Board:
    """Keeps the boards of the routed repositories."""

    rows: Rows
    tracker: Callable[[], Tracker]
    permits: Permits
    routing: Routing
    now: Callable[[], datetime]
    telemetry: Telemetry

    def __call__(self, until: datetime) -> None:
        """Keep every board whose turn it is; one repository's trouble does not hold up the others."""
        for repository in sorted(self.routing.boards):
            try:
                self._keep(repository, until)
            except Exception as error:  # noqa: BLE001 - told, and tried again in five minutes
                self.telemetry.problem("BOARD_FAILED", error, repository=repository)

    def _keep(self, repository: str, until: datetime) -> None:
        """Take the turn, look, and write what has changed."""
        key, now = f"board#{repository.lower()}", self.now()
        document = self.rows.load(key)
        kept = _Kept.model_validate_json(document.text) if document.text else _Kept()
        if now < kept.looked_at + EVERY or now >= until:
            return
        # Whoever writes this has the next five minutes, more than an invocation lasts, to itself.
        kept.looked_at = now
        if self.rows.swap(key, kept.model_dump_json(), document.version):
            return
        turn = _Turn(self, repository, kept, key, document.version + 1, until)
        turn.take()


@dataclass
class _Turn:
    """One look at one board."""

    board: Board
    repository: str
    kept: _Kept
    key: str
    version: int
    until: datetime

    def take(self) -> None:
        found = self._gathered()
        self._count_days(found)
        now = self.board.now()
        self.kept.quiet_since = None if found.open else self.kept.quiet_since or now
        seen = self._find(found.boards)
        if seen is None and self.kept.begun_at is None:
            self._open(found, now)
        elif seen and seen.open:
            self._write(seen, self._body(found, now, seen.body))
        self._remember()

    def _gathered(self) -> _Gathered:
        """List what GitHub shows open, and read the rows; what a list says of the board is enough for it."""
        listed = list(self.board.tracker().open_ones(self.repository, AREA_LABEL, self.until))
        marks = {
            mark.fingerprint: seen
            for seen in listed
            if seen.by_us and (mark := render.read_marker(seen.body))
        }
        rows = [(self.board.rows.get(fingerprint), seen) for fingerprint, seen in marks.items()]
        is_open = [row for row, seen in rows if row and row.spec.alert and _ref(row) == seen.ref]
        today = self.board.now().date()
        recent = [*self._resolved(today), *self._resolved(today - timedelta(days=1))]
        names = {row.fingerprint for row in is_open}
        boards = sorted(
            (s for s in listed if s.by_us and render.is_board(s.body)), key=lambda s: s.ref.number
        )
        return _Gathered(is_open, [row for row in recent if row.fingerprint not in names], boards)

    def _resolved(self, day: date) -> list[AlertState]:
        rows = self.board.rows
        read = (rows.get(fingerprint) for fingerprint in rows.resolved(day, MOST_OF_A_DAY))
        return [row for row in read if row and (ref := _ref(row)) and ref.repository == self.repository]

    def _count_days(self, found: _Gathered) -> None:
        """Count the days that are over and not yet counted: a day's figures stand once it has ended."""
        today = self.board.now().date()
        wanted = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
        known = self.kept.days
        near = [*found.open, *found.recent]
        for day in wanted:
            if day not in known:
                rows = near if day == wanted[-1] else [*near, *self._resolved(day)]
                known[day] = _ended_on(day, rows)
        self.kept.days = {day: known[day] for day in wanted}

    def _body(self, found: _Gathered, now: datetime, previous: str = "") -> str:
        closed = [row for row in found.recent if _ended(row) and _ended(row) > now - RECENT]
        days = [render.Day(day, ended) for day, ended in self.kept.days.items()]
        shown = render.Board(found.open, closed, days, self.kept.quiet_since)
        return render.board(shown, self.board.routing, now, previous)

    def _find(self, boards: list[Seen]) -> Seen | None:
        """Find the board, also one that is closed; None where there is none."""
        for extra in boards[1:]:
            self._close_extra(extra, boards[0])
        seen = boards[0] if boards else self._read() or self._search()
        if seen:
            self.kept.number, self.kept.begun_at, self.kept.looks = seen.ref.number, None, 0
        return seen

    def _read(self) -> Seen | None:
        """Read the one that is remembered, which a list may not show yet, or which a person has closed."""
        if self.kept.number is None:
            return None
        try:
            return self.board.tracker().read(IssueRef(self.repository, self.kept.number), self.until)
        except Gone:
            self.kept.number = None
            return None

    def _search(self) -> Seen | None:
        """Look for one that is not remembered; an empty look is no proof, so an opening needs two."""
        listed = self.board.tracker().changed(self.repository, BOARD_LABEL, LONG_AGO, self.until)
        found = next((seen for seen in listed if seen.by_us and render.is_board(seen.body)), None)
        if found is None and self.kept.begun_at:
            self.kept.looks += 1
            if self.kept.looks >= LOOKS:
                self.kept.begun_at, self.kept.looks = None, 0
        return found

    def _open(self, found: _Gathered, now: datetime) -> None:
        if not self._may(Kind.COMMENT):
            return
        self.kept.begun_at = now
        if not self._remember():
            return
        draft = Draft(render.BOARD_TITLE, self._body(found, now), (AREA_LABEL, BOARD_LABEL))
        self.kept.number = self.board.tracker().open(self.repository, draft, self.until).ref.number
        self.kept.begun_at = None
        self.board.telemetry.event("BOARD", action="CREATE", repository=self.repository)

    def _write(self, seen: Seen, body: str) -> None:
        if body != seen.body and self._may(Kind.BOARD):
            self.board.tracker().edit(seen.ref, {"body": body}, self.until)
            self.board.telemetry.event("BOARD", action="UPDATE", repository=self.repository)

    def _close_extra(self, extra: Seen, kept: Seen) -> None:
        if self._may(Kind.BOARD):
            changes = {"state": "closed", "state_reason": "duplicate", "body": f"Duplicate of {kept.ref}"}
            self.board.tracker().edit(extra.ref, changes, self.until)

    def _may(self, kind: Kind) -> bool:
        """Ask the budget, which lets a board write only when nobody else has to wait for it."""
        answer = self.board.permits.ask(self.repository.partition("/")[0], Call(kind, Priority.P3))
        return isinstance(answer, Granted) and answer.at <= self.board.now().timestamp()

    def _remember(self) -> bool:
        """Write the document; False if somebody else did meanwhile, who then knows better."""
        newer = self.board.rows.swap(self.key, self.kept.model_dump_json(), self.version)
        self.version += 1
        return newer is None


def _ref(row: AlertState) -> IssueRef | None:
    return row.status.issue.ref if row.status.issue else None


def _ended(row: AlertState) -> datetime:
    return row.spec.episodes[-1].ended if row.spec.episodes else LONG_AGO


def _ended_on(day: date, rows: Iterable[AlertState]) -> dict[Priority, int]:
    """Count episodes by priority; a row that is listed twice counts once."""
    each = {row.fingerprint: row for row in rows}.values()
    return dict(Counter(row.priority for row in each for e in row.spec.episodes if e.ended.date() == day))
