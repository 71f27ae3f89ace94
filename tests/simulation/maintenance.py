"""Maintenance: windows of the file and of the board; while one lasts nothing is opened or said."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.adapters import own
from chalicelib.alert import AlertEvent, Condition
from chalicelib.conditions.asked_windows import AskedWindows
from chalicelib.conditions.nothing import Held
from chalicelib.conditions.row import AlertState
from chalicelib.conditions.windows import Scope, Window, active, covering, held_by
from chalicelib.render import is_board
from tests.local.github.model import Issue
from tests.local.github.people import Person
from tests.simulation.scenario import START
from tests.twins.dynamodb import Item

if TYPE_CHECKING:
    from tests.simulation.world import World

QUIET = "16. nothing is opened or said while a window lasts"
MARGIN = timedelta(minutes=2)
"""How long after it began a worker knows of a window, and what it began before that has ended."""

PATIENCE = 900.0
"""Seconds for which somebody waits for an answer on the board."""

COUNTS = ("maintenance: in the file", "maintenance: asked on the board", "maintenance: heard on the board")

_SAYS = re.compile(r"<!-- alerting:comment [^>]*key=(?!help)")


def window(begins: float, lasts: float, scope: Scope | None = None) -> Window:
    """A window of the file, in seconds from the start of the run."""
    begin, end = (datetime.fromtimestamp(START + at, UTC) for at in (begins, begins + lasts))
    return Window(begin, end, scope or Scope(), "of the file")


class Maintained:
    """Knows every window, and since when the table does."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._asked: dict[int, tuple[Window, float]] = {}
        self._waits_until = 0.0
        if world.scenario.setting.maintenance:
            world.count("maintenance: in the file")

    def written(self, item: Item) -> None:
        """The table has what was asked for on a board."""
        for number, each in AskedWindows.model_validate_json(item["document"]["S"]).windows.items():
            if number not in self._asked:
                self._world.count("maintenance: heard on the board")
            known = self._asked.get(number)
            self._asked[number] = (each, known[1] if known else self._world.schedule.time)

    def asks(self, issue: Issue, words: str) -> None:
        """Somebody comments on the board."""
        self._world.count("maintenance: asked on the board")
        self._world.tell("person", words)
        person = Person(self._world.github.world, "mona")
        person.comment(issue.repository.full_name, issue.number, words)
        self._waits_until = self._world.schedule.time + PATIENCE

    def waits(self) -> bool:
        """Whether somebody waits for an answer on the board."""
        return self._world.schedule.time < self._waits_until

    def spoke(self, issue: Issue, fingerprint: str) -> None:
        """An issue has just been opened, opened again or commented on, as no comment yet or by its last."""
        said = issue.comments[-1].body if issue.comments else ""
        if said and issue.comments[-1].author == self._world.github.world.bot and not _SAYS.search(said):
            return
        row, now = self._world.row(fingerprint), self._world.schedule.now()
        began, ended = row.spec.began_by_our_clock, row.spec.recorded_at
        if self._covered(row, now - MARGIN, now):
            self._world.breaks(QUIET, f"#{issue.number}: {said[:60] or 'opened'}")
        over = not said and row.spec.condition is Condition.RESOLVED and not row.spec.news
        if over and began and ended and self._covered(row, began, ended):
            self._world.breaks(QUIET, f"#{issue.number} tells of what began and ended in it")

    def lasted(self, at: float) -> bool:
        """Whether a window lasted at a time, whatever it covers."""
        rules = (*self._world.scenario.setting.maintenance, *(each for each, _ in self._asked.values()))
        return bool(active(rules, datetime.fromtimestamp(at, UTC)))

    def outside(self, alert: AlertEvent, at: datetime) -> Held | None:
        """Say what holds an alert back, as who knows all windows would."""
        rules = (*self._world.scenario.setting.maintenance, *(each for each, _ in self._asked.values()))
        found = covering(alert, rules, self._world.policy.routing, at)
        return held_by(found) if found else None

    def _covered(self, row: AlertState, *moments: datetime) -> bool:
        """Whether a worker to which nothing has happened must know that windows covered it at these times."""
        world, now = self._world, self._world.schedule.time
        alert, trouble = row.spec.alert, world.outside.failed_at.get("table", 0.0)
        declared = alert is not None and own.of(alert.source).declared
        if (
            alert is None
            or declared
            or world.schedule.worker().notes
            or now < trouble + MARGIN.total_seconds()
        ):
            return False
        known = [each for each, since in self._asked.values() if now >= since + MARGIN.total_seconds()]
        rules, routing = (*world.scenario.setting.maintenance, *known), world.policy.routing
        return all(covering(alert, rules, routing, moment) for moment in moments)


@dataclass(frozen=True)
class Asks:
    """Somebody writes on the board, of which GitHub tells us, unless `heard` is False."""

    at: float
    words: str
    heard: bool = True

    def happen(self, world: "World") -> None:
        board = next((issue for issue in world.issues() if is_board(issue.body or "")), None)
        if board is None:
            return
        world.maintained.asks(board, self.words)
        if self.heard:
            world.hint(board, "issue_comment", "created")
