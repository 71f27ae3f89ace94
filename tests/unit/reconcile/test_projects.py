"""Issues are added to their project once, late, and without ever delaying an alert."""

from datetime import datetime, timedelta

import pytest

from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.plan import Policy
from chalicelib.errors import Invalid, OutcomeUnknown, Refused
from chalicelib.reconcile.projects import AFTER_REFUSAL, Projects
from chalicelib.routing import load
from tests.unit.builders import REPOSITORY, at, firing, resolved
from tests.unit.sync.test_sync import World

ROUTING = f"""
[default]
repository = "{REPOSITORY}"
project = 12

[team.plain]
project = 0
"""


class Boards:
    """The projects of an organization; `error` is raised once the call had its effect, or instead of it."""

    def __init__(self) -> None:
        self.items: dict[int, list[int]] = {}
        self.calls = 0
        self.error: Exception | None = None

    def add_to_project(self, ref: IssueRef, number: int, before: datetime) -> None:
        self.calls += 1
        if isinstance(self.error, Refused):
            raise self.error
        items = self.items.setdefault(number, [])
        items += [] if ref.number in items else [ref.number]
        if self.error:
            raise self.error


class Projected(World):
    def __init__(self) -> None:
        super().__init__(Policy(load(ROUTING)))
        self.boards = Boards()
        self.job = Projects(
            self.store,
            lambda: self.boards,
            self.gate,
            self.policy.routing,
            self.clock.now,
            self.telemetry,
        )

    def fires(self, name: str, **fields: object) -> None:
        now = (self.clock.now() - at(0)) / timedelta(minutes=1)
        alert = firing(now, identity={"alarm_id": name}, **fields)
        self.sync.advance(self.says(alert), self.clock.now() + timedelta(minutes=1))

    def reconciled(self, minutes: float = 5) -> None:
        self.clock.pass_(minutes=minutes)
        self.job.add(self.clock.now() + timedelta(minutes=1))


@pytest.fixture
def world() -> Projected:
    return Projected()


def test_each_open_issue_is_added_once_to_the_project_of_its_team(world: Projected) -> None:
    for name in ("one", "two"):
        world.fires(name)
    world.fires("three", teams=("plain",))
    world.reconciled()
    world.fires("four")
    for _ in range(3):
        world.reconciled()
    assert (world.boards.items, world.boards.calls) == ({12: [1, 2, 4]}, 3)


def test_a_young_issue_waits_as_one_before_it_may_not_be_known_yet(world: Projected) -> None:
    world.fires("one")
    world.reconciled(minutes=1)
    assert world.boards.items == {}
    world.reconciled(minutes=2)
    assert world.boards.items == {12: [1]}


def test_what_has_ended_by_then_needs_no_place(world: Projected) -> None:
    world.fires("one")
    world.fires("two")
    world.clock.pass_(minutes=2)
    ended = resolved(1, identity={"alarm_id": "one"})
    world.sync.advance(world.says(ended), at(5))
    world.reconciled()
    assert world.boards.items == {12: [2]}


def test_more_than_a_page_is_added_at_once(world: Projected) -> None:
    for name in range(45):
        world.fires(str(name))
    world.reconcile(minutes=10)
    world.reconciled(minutes=15)  # until then openings may be asked for again, and those go first
    assert world.boards.items == {12: list(range(1, 46))}
    assert world.boards.calls == 45


def test_what_the_budget_has_no_room_for_is_added_later(world: Projected) -> None:
    world.fires("one")
    world.gate.limited("example-org", at(30))
    world.reconciled()
    assert world.boards.calls == 0
    world.reconciled(minutes=30)
    assert world.boards.items == {12: [1]}


@pytest.mark.parametrize("error", [Refused("404", status=404), Invalid("not granted", ())])
def test_a_refusal_is_logged_and_ends_the_tries_for_an_hour(world: Projected, error: Refused) -> None:
    world.fires("one")
    world.fires("two")
    world.boards.error = error
    for _ in range(11):
        world.reconciled()
    assert world.boards.calls == 1
    said = {"issue": f"{REPOSITORY}#1", "project": 12, "error": str(error)}
    assert world.telemetry.named("NOT_IN_PROJECT") == [said]
    world.boards.error = None
    world.reconciled(AFTER_REFUSAL / timedelta(minutes=1))
    assert world.boards.items == {12: [1, 2]}


def test_an_answer_that_is_lost_loses_and_doubles_nothing(world: Projected) -> None:
    world.fires("one")
    world.fires("two")
    world.boards.error = OutcomeUnknown("the connection dropped")
    with pytest.raises(OutcomeUnknown):
        world.reconciled()
    world.boards.error = None
    world.reconciled()
    assert world.boards.items == {12: [1, 2]}


def test_without_a_project_in_the_table_nothing_is_read(world: Projected) -> None:
    world.fires("one")
    world.job = Projects(
        world.store,
        lambda: world.boards,
        world.gate,
        load('[default]\nrepository = "o/r"'),
        world.clock.now,
        world.telemetry,
    )
    world.store.calls.clear()
    world.reconciled()
    assert (world.boards.calls, world.store.calls) == (0, [])
