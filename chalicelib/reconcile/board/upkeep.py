"""Upkeep: brings each board on GitHub up to date.

Checked every five minutes, and written only if something has changed. It comes last in the budget, so that it
never delays an alert. Its contents come from the rows; GitHub is only called to change it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import render
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.issue import Draft, IssueRef, Seen
from chalicelib.conditions.windows import Rule
from chalicelib.errors import Gone, TooLate
from chalicelib.labels import AREA_LABEL, BOARD_LABEL
from chalicelib.rate_limit.rules import CallBudget
from chalicelib.reconcile.apart import apart
from chalicelib.reconcile.board.contents import Contents, Duties, no_duties
from chalicelib.reconcile.board.kept import Kept, key
from chalicelib.reconcile.board.ports import Tracker
from chalicelib.reconcile.comparison import ROOM
from chalicelib.render import board as boards
from chalicelib.routing import Routing
from chalicelib.store.ports import Census, Rows
from chalicelib.sync.readiness import at_once
from chalicelib.telemetry.telemetry import Telemetry

LOOKS = 2
PATIENCE = timedelta(minutes=15)
"""How long a board gives way to everything else: in a long flood of alerts it is needed most."""


@dataclass(frozen=True)
class BoardUpkeep:
    """Keeps the boards of the routed repositories."""

    rows: Rows
    census: Census
    tracker: Callable[[], Tracker]
    permits: CallBudget
    routing: Routing
    now: Callable[[], datetime]
    telemetry: Telemetry
    every: timedelta = timedelta(minutes=5)
    rules: tuple[Rule, ...] = ()
    duties: Duties = no_duties

    def update(self, until: datetime) -> None:
        """Keep every board whose turn it is; one repository's trouble does not delay the others."""
        now, time_left = self.now(), lambda: self.now() + ROOM < until
        known = Contents(self.rows, self.census, self.routing, now, time_left, self.rules, self.duties)
        for repository in sorted(self.routing.boards):
            with apart(self.telemetry, "BOARD_FAILED", repository=repository):
                if self.now() < until and (turn := self._turn(repository, known)):
                    turn.take(until)

    def _turn(self, repository: str, known: Contents) -> "_Turn | None":
        """Take the turn: whoever writes the time has the next five minutes, which is longer than a run."""
        document = self.rows.load(key(repository))
        kept = document.parsed(Kept)
        if self.now() < kept.looked_at + self.every:
            return None
        kept.looked_at = self.now()
        lost = self.rows.swap(key(repository), kept.model_dump_json(), document.version)
        return None if lost else _Turn(self, repository, known, kept, document.version + 1)


@dataclass
class _Turn:
    """One check of one repository's board; `version` is that of the document."""

    board: BoardUpkeep
    repository: str
    contents: Contents
    kept: Kept
    version: int

    def take(self, until: datetime) -> None:
        """Write the board if it should show anything different."""
        kept, now = self.kept, self.contents.now
        try:
            shown = self.contents.of(self.repository, kept.days, kept.quiet_since)
        except TooLate:
            self._remember()  # the days counted so far are not counted again
            raise
        kept.quiet_since = shown.quiet_since
        kept.days = {day.day: dict(day.ended) for day in shown.days}
        digest = hashlib.sha256(boards.page(shown, self.board.routing, now).encode()).hexdigest()
        if digest == kept.shown:
            kept.waits_since = None
        elif self._write(shown, until):
            kept.shown = digest
        self._remember()

    def _write(self, shown: boards.Board, until: datetime) -> bool:
        """Write it on GitHub; False if that has to wait. A board that a person has closed is left alone."""
        if not self._may_write():
            return False
        seen, routing, now = self._find(until), self.board.routing, self.contents.now
        if seen is None:
            return self.kept.begun_at is None and self._open(boards.page(shown, routing, now), until)
        if not seen.open:
            return False
        body = boards.page(shown, routing, now, seen.body)
        if body != seen.body:
            self.board.tracker().edit(seen.ref, {"body": body}, until)
            self._tell("UPDATE")
        return True

    def _find(self, until: datetime) -> Seen | None:
        """Read the known board, or search for one; None if neither finds it."""
        seen = self._read(until) or self._search(until)
        if seen:
            self._found(seen)
        elif self.kept.begun_at:  # an empty list is no proof: only the second look ends the opening
            self.kept.looks += 1
            if self.kept.looks == LOOKS:
                self.kept.begun_at, self.kept.looks = None, 0
        return seen

    def _found(self, seen: Seen) -> None:
        self.kept.place, self.kept.number = seen.ref.repository, seen.ref.number
        self.kept.begun_at, self.kept.looks = None, 0

    def _read(self, until: datetime) -> Seen | None:
        """Read the known board; an issue that is not a board is never overwritten."""
        if self.kept.number is None:
            return None
        ref, self.kept.number = IssueRef(self.kept.place or self.repository, self.kept.number), None
        try:
            seen = self.board.tracker().read(ref, until)
        except Gone:
            return None
        return seen if seen.by_us and render.is_board(seen.body) else None

    def _search(self, until: datetime) -> Seen | None:
        """Search for a board that is not known; an open one comes before one that a person has closed."""
        listed = self.board.tracker().changed(self.repository, BOARD_LABEL, LONG_AGO, until)
        found = [seen for seen in listed if seen.by_us and render.is_board(seen.body)]
        return min(found, key=lambda seen: (not seen.open, seen.ref.number), default=None)

    def _open(self, body: str, until: datetime) -> bool:
        if not self._may(Kind.COMMENT):
            return False
        self.kept.begun_at = self.contents.now
        if not self._remember():
            return False
        draft = Draft(boards.TITLE, body, (AREA_LABEL, BOARD_LABEL))
        self._found(self.board.tracker().open(self.repository, draft, until))
        self._tell("CREATE")
        return True

    def _may_write(self) -> bool:
        """Ask as a board, which gives way to everything else; after a long wait, as an ordinary change."""
        kept, now = self.kept, self.board.now()
        late = kept.waits_since is not None and now - kept.waits_since >= PATIENCE
        may = self._may(Kind.CHANGE if late else Kind.BOARD)
        kept.waits_since = None if may else kept.waits_since or now
        return may

    def _may(self, kind: Kind) -> bool:
        """Ask the budget, which lets a board write only if nobody else has to wait for that."""
        board = self.board
        return at_once(board.permits, self.repository, kind, board.now)

    def _remember(self) -> bool:
        """Write the document; False if another worker did so meanwhile, whose version is newer."""
        newer = self.board.rows.swap(key(self.repository), self.kept.model_dump_json(), self.version)
        self.version += 1
        return newer is None

    def _tell(self, action: str) -> None:
        self.board.telemetry.event("BOARD", action=action, repository=self.repository)
