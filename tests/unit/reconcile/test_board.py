"""Keeping the board: one issue for each repository, written when something changed and nobody has to wait."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import render
from chalicelib.conditions import asked_windows
from chalicelib.conditions.asked_windows import AskedWindows
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.issue import Closer, Draft, IssueRef, Seen
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.record import record
from chalicelib.conditions.row import Status
from chalicelib.conditions.setbacks import Denial, Refusal
from chalicelib.conditions.windows import Scope, Window
from chalicelib.errors import OutcomeUnknown, TooLate
from chalicelib.labels import AREA_LABEL, BOARD_LABEL
from chalicelib.rate_limit.rules import Budget, Call, Denied, Granted
from chalicelib.reconcile.board import BoardUpkeep
from chalicelib.routing import load
from tests.twins.census import MemoryCensus
from tests.twins.clock import ManualClock
from tests.twins.store import MemoryStore
from tests.twins.telemetry import Recorder
from tests.twins.tracker import MemoryTracker
from tests.unit.builders import alert as heard
from tests.unit.rows import issue, row

REPOSITORY = "org/infra"
HOUR = timedelta(hours=1)
ROUTING = load('[default]\nrepository = "org/infra"\n')


@dataclass
class Permits:
    """A budget that grants or refuses everything; `asked` is what it was asked."""

    now: Callable[[], Any]
    generous: bool = True
    asked: list[Call] = field(default_factory=list)

    def ask(self, owner: str, call: Call) -> Granted | Denied:
        self.asked.append(call)
        now = self.now().timestamp()
        return Granted(now, Budget()) if self.generous else Denied(now + 60, Denial.BUDGET)


class Bench:
    """A board on twins."""

    def __init__(self) -> None:
        self.clock, self.store, self.telemetry = ManualClock(), MemoryStore(), Recorder()
        self.tracker, self.permits = MemoryTracker(self.clock.now), Permits(self.clock.now)
        self.board = BoardUpkeep(
            rows=self.store,
            census=MemoryCensus(self.store),
            tracker=lambda: self.tracker,
            permits=self.permits,
            routing=ROUTING,
            now=self.clock.now,
            telemetry=self.telemetry,
        )

    def fires(self, number: int, priority: str = "P1", **fields: Any) -> None:
        """A row with an open issue."""
        fresh = heard(0, priority=priority, identity={"alarm_id": str(number)}, title=f"Alert {number}")
        kept = record(None, fresh, self.clock.now()).row
        shown = issue(number, episode=kept.spec.episode, priority=fresh.priority, **fields)
        self.store.rows[kept.fingerprint] = replace(kept, status=Status(shown), revision=1)

    def later(self, minutes: float = 6) -> None:
        self.clock.pass_(minutes=minutes)
        self.board.update(self.clock.now() + timedelta(seconds=50))

    @property
    def boards(self) -> list[Seen]:
        return [seen for seen in self.tracker.open_issues if render.is_board(seen.body)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_repository_has_one_board_with_its_labels(bench: Bench) -> None:
    bench.fires(3)
    for _ in range(5):
        bench.later()
    (board,) = bench.boards
    assert board.title == "Alert board"
    assert set(board.labels) == {AREA_LABEL, BOARD_LABEL}
    assert "Alert 3" in board.body
    assert bench.tracker.calls.count("open") == 1


def test_where_nothing_has_changed_github_is_not_asked(bench: Bench) -> None:
    bench.later()
    calls = len(bench.tracker.calls)
    for _ in range(20):
        bench.later()
    assert len(bench.tracker.calls) == calls


def test_it_is_written_at_most_every_five_minutes(bench: Bench) -> None:
    bench.later()
    for number in range(1, 9):
        bench.fires(number)
        bench.later(minutes=1)
    assert bench.tracker.calls.count("edit") == 1


def test_two_at_once_take_one_turn(bench: Bench) -> None:
    bench.later()
    bench.fires(3)
    bench.later()
    bench.board.update(bench.clock.now() + timedelta(seconds=50))
    assert bench.tracker.calls.count("edit") == 1


def test_an_alert_that_has_ended_leaves_the_table_and_then_the_page(bench: Bench) -> None:
    bench.fires(3)
    bench.later()
    (name,) = bench.store.rows
    kept = bench.store.rows[name]
    end = record(kept, heard(20, state="RESOLVED", identity={"alarm_id": "3"}), bench.clock.now()).row
    closed = issue(3, episode=kept.spec.episode, closed_at=bench.clock.now(), closed_by=Closer.US)
    bench.store.rows[name] = replace(end, status=Status(closed))
    bench.later()
    (board,) = bench.boards
    assert "**All quiet** since" in board.body
    assert "Closed in the last 24 hours" in board.body
    bench.later(minutes=60 * 26)
    (board,) = bench.boards
    assert "Closed in the last 24 hours" not in board.body
    assert "```mermaid" in board.body
    bench.later(minutes=60 * 24 * 20)
    (board,) = bench.boards
    assert "mermaid" not in board.body


def test_a_board_that_was_deleted_is_made_anew(bench: Bench) -> None:
    bench.later()
    bench.tracker.delete(bench.boards[0].ref)
    bench.fires(3)
    bench.later()
    (board,) = bench.boards
    assert "Alert 3" in board.body


def test_a_board_that_a_person_closed_is_left_alone_and_comes_back_when_it_is_opened(bench: Bench) -> None:
    bench.later()
    ref = bench.boards[0].ref
    bench.tracker.close_as_person(ref)
    bench.fires(3)
    bench.later()
    assert bench.boards == []
    assert bench.tracker.calls.count("open") == 1
    bench.tracker.reopen_as_person(ref)
    bench.later()
    assert "Alert 3" in bench.boards[0].body


def test_a_board_that_was_moved_is_written_where_it_is_and_nothing_else_is(bench: Bench) -> None:
    bench.later()
    ref = bench.boards[0].ref
    other = bench.tracker.open("org/elsewhere", Draft("An issue", "text", ()), bench.clock.now() + HOUR)
    moved = bench.tracker.transfer(ref, "org/elsewhere")
    bench.fires(3)
    bench.later()
    bench.fires(4)
    bench.later()
    assert "Alert 4" in bench.tracker.threads[moved].seen.body
    assert bench.tracker.threads[other.ref].seen.body == "text"


def test_an_issue_without_the_marker_is_never_written_over(bench: Bench) -> None:
    bench.later()
    ref = bench.boards[0].ref
    bench.tracker.change(ref, Closer.PERSON, body="Something else now")
    bench.fires(3)
    bench.later()
    assert bench.tracker.threads[ref].seen.body == "Something else now"
    assert len(bench.boards) == 1


def test_a_forgotten_board_is_found_by_its_marker(bench: Bench) -> None:
    bench.later()
    bench.store.documents.clear()
    bench.fires(3)
    bench.later()
    (board,) = bench.boards
    assert "Alert 3" in board.body


def test_what_people_write_around_it_stays(bench: Bench) -> None:
    bench.later()
    ref = bench.boards[0].ref
    bench.tracker.change(ref, Closer.PERSON, body=f"Rota: mona.\n\n{bench.boards[0].body}")
    bench.fires(3)
    bench.later()
    assert bench.boards[0].body.startswith("Rota: mona.\n\n")


def test_where_the_budget_is_short_it_waits(bench: Bench) -> None:
    bench.later()
    bench.permits.generous = False
    bench.fires(3)
    bench.later()
    assert "Alert 3" not in bench.boards[0].body
    assert bench.permits.asked[-1].kind is Kind.BOARD
    bench.permits.generous = True
    bench.later()
    assert "Alert 3" in bench.boards[0].body


@pytest.mark.parametrize("happened", [True, False])
def test_an_opening_without_an_answer_is_looked_for_twice_before_another(
    bench: Bench, happened: bool
) -> None:
    def lost(_: str, effect: Callable[[], Any]) -> Any:
        if happened:
            effect()
        bench.tracker.faults.clear()
        raise OutcomeUnknown("no answer")

    bench.tracker.faults["open"] = lost
    for _ in range(4):
        bench.later()
    assert len(bench.boards) == 1
    assert bench.tracker.calls.count("open") == (1 if happened else 2)
    assert bench.tracker.calls.count("changed") == (2 if happened else 3)


def test_a_list_that_lags_does_not_double_it(bench: Bench) -> None:
    def lost(_: str, effect: Callable[[], Any]) -> Any:
        bench.tracker.hidden.add(effect().ref)
        bench.tracker.faults.clear()
        raise OutcomeUnknown("no answer")

    bench.tracker.faults["open"] = lost
    bench.later()
    bench.later()
    bench.tracker.hidden.clear()
    bench.later()
    assert len(bench.boards) == 1


def test_another_repositorys_alerts_are_not_on_it(bench: Bench) -> None:
    bench.fires(3, ref=IssueRef("org/other", 3))
    bench.later()
    assert "All quiet" in bench.boards[0].body


def test_github_ignores_case_in_the_name_of_a_repository(bench: Bench) -> None:
    """The routing is written by hand, the issue's place is as GitHub spells it."""
    bench.fires(3, ref=IssueRef("Org/Infra", 3))
    bench.later()
    (board,) = bench.boards
    assert "Alert 3" in board.body


def test_a_repository_without_a_wish_for_one_has_none() -> None:
    table = (
        '[default]\nrepository = "org/a"\nboard = false\n'
        '[team.b]\nrepository = "org/b"\nboard = true\n'
        '[team.c]\nrepository = "org/c"\n'
    )
    assert load(table).boards == {"org/b"}


def test_a_failing_board_does_not_hold_up_the_next(bench: Bench) -> None:
    routing = load('[default]\nrepository = "org/a"\n[team.b]\nrepository = "org/b"\n')
    board = replace(bench.board, routing=routing)
    opened = bench.tracker.open

    def refuse(repository: str, draft: Draft, before: Any) -> Seen:
        if repository == "org/a":
            raise OutcomeUnknown("no answer")
        return opened(repository, draft, before)

    bench.tracker.open = refuse  # type: ignore[method-assign]
    board.update(bench.clock.now() + timedelta(seconds=50))
    assert [seen.ref.repository for seen in bench.boards] == ["org/b"]
    assert [name for name, _ in bench.telemetry.problems] == ["BOARD_FAILED"]


def test_rows_that_are_not_open_are_nobodys_business(bench: Bench) -> None:
    bench.store.rows["x"] = row()
    bench.later()
    assert "All quiet" in bench.boards[0].body


def test_a_board_that_has_given_way_for_long_asks_as_any_change_does(bench: Bench) -> None:
    """Otherwise, while a flood of alerts lasts for hours, it would say that all is quiet."""
    bench.fires(1)
    bench.later()
    bench.fires(2)
    bench.permits.generous = False
    bench.permits.asked.clear()
    for _ in range(4):
        bench.later()
    assert [call.kind for call in bench.permits.asked] == [Kind.BOARD, Kind.BOARD, Kind.BOARD, Kind.CHANGE]
    bench.permits.generous = True
    bench.later()
    assert "2 alerts" in bench.boards[0].body
    bench.fires(3)
    bench.permits.asked.clear()
    bench.later()
    assert [call.kind for call in bench.permits.asked] == [Kind.BOARD], "it gives way again"


def test_a_board_that_agrees_again_has_not_been_waiting(bench: Bench) -> None:
    bench.fires(1)
    bench.later()
    before = dict(bench.store.rows)
    bench.fires(2)
    bench.permits.generous = False
    bench.later()
    bench.store.rows = before
    bench.later()
    bench.later(20)
    bench.fires(3)
    bench.permits.asked.clear()
    bench.later()
    assert [call.kind for call in bench.permits.asked] == [Kind.BOARD]


def test_what_was_counted_before_time_ran_out_is_not_counted_again(bench: Bench) -> None:
    """Each call to the table takes seconds; a run has time for a few."""
    bench.fires(1)
    real, resolved = bench.store.several, bench.board.census.resolved
    days: list[Any] = []

    def slow(fingerprints: Any) -> Any:
        bench.clock.pass_(seconds=4)
        return real(fingerprints)

    def counted(day: Any, limit: int) -> list[str]:
        days.append(day)
        return (
            [*bench.store.rows]
            if day < bench.clock.now().date() - timedelta(days=1)
            else resolved(day, limit)
        )

    bench.store.several = slow  # type: ignore[method-assign]
    bench.board.census.resolved = counted  # type: ignore[method-assign]
    for _ in range(3):
        with contextlib.suppress(TooLate):
            bench.later()
    assert len(bench.boards) == 1
    assert len([day for day in days if day < bench.clock.now().date() - timedelta(days=1)]) <= 15


def test_what_could_not_get_an_issue_for_minutes_is_on_the_board(bench: Bench) -> None:
    """Though nothing else is open; what people silenced, or another repository's, is not."""
    bench.later()
    bench.clock.pass_(minutes=3)
    kept = record(None, heard(0, title="Stuck", identity={"alarm_id": "9"}), bench.clock.now()).row
    error = Refusal("Validation Failed", "CREATE", bench.clock.now(), bench.clock.now(), 422)
    stuck = replace(kept, due_at=bench.clock.now(), status=Status(refusal=error), revision=1)
    bench.store.rows[kept.fingerprint] = stuck
    silenced = record(None, heard(0, title="Muted", identity={"alarm_id": "8"}), bench.clock.now()).row
    muted = Status(issue(8, muted=True, closed_at=bench.clock.now(), closed_by=Closer.US))
    bench.store.rows[silenced.fingerprint] = replace(silenced, status=muted, revision=1)
    bench.later(minutes=3)
    assert "Stuck" not in bench.boards[0].body
    bench.later()
    body = bench.boards[0].body
    assert "Stuck" in body
    assert "GitHub answered 422: Validation Failed" in body
    assert "All quiet" not in body
    assert "Muted" not in body
    del bench.store.rows[kept.fingerprint]
    bench.later()
    assert f"**All quiet** since {bench.clock.now():%H:%M} UTC" in bench.boards[0].body


def test_the_windows_of_the_file_and_of_the_board_are_shown_with_what_they_hold_back(bench: Bench) -> None:
    start = bench.clock.now()
    ours = Window(start, start + HOUR, Scope(teams=frozenset({"dev-infra"})), "of the file")
    over = Window(start - HOUR, start, reason="over")
    bench.board = replace(bench.board, rules=(ours, over))
    asked = AskedWindows(windows={1: Window(start, start + 2 * HOUR, Scope(REPOSITORY), "asked", "mona")})
    bench.store.swap(asked_windows.key(REPOSITORY), asked.model_dump_json(), 0)
    fresh = record(None, heard(0), start).row
    held = Held(Quiet.MAINTENANCE, start + 2 * HOUR, "asked", "mona")
    bench.store.rows[fresh.fingerprint] = replace(fresh, held=held, due_at=start, revision=1)
    bench.later()
    (board,) = bench.boards
    assert "of the file" in board.body
    assert "asked, by mona" in board.body
    assert "over" not in board.body.partition("### Maintenance")[2].partition("###")[0]
    assert "**1 alert held back by maintenance.**" in board.body
    bench.later(minutes=121)
    assert "### Maintenance" not in bench.boards[0].body


def test_what_is_held_back_is_shown_however_many_open_issues_the_window_covers(bench: Bench) -> None:
    held = Held(Quiet.MAINTENANCE, bench.clock.now() + HOUR, "asked", "mona")
    for number in range(1, 121):
        bench.fires(number)
    bench.clock.pass_(minutes=1)
    fresh = record(None, heard(1, title="New", identity={"alarm_id": "new"}), bench.clock.now()).row
    bench.store.rows[fresh.fingerprint] = replace(fresh, revision=1)
    for kept in list(bench.store.rows.values()):
        bench.store.rows[kept.fingerprint] = replace(kept, held=held, due_at=held.until)
    bench.later()
    assert "**1 alert held back by maintenance.**" in bench.boards[0].body


def test_a_window_for_teams_is_shown_where_their_issues_are(bench: Bench) -> None:
    routed = load(f'[default]\nrepository = "{REPOSITORY}"\n[team.apps]\nrepository = "org/apps"\n')
    start = bench.clock.now()
    window = Window(start, start + HOUR, Scope(teams=frozenset({"apps"})), "for apps")
    bench.board = replace(bench.board, routing=routed, rules=(window,))
    bench.later()
    said = {seen.ref.repository: "for apps" in seen.body for seen in bench.boards}
    assert said == {REPOSITORY: False, "org/apps": True}
