"""Nothing that fires is unseen for two minutes, whatever GitHub's limits let through."""

import pytest

from chalicelib.adapters.storm import MOST_MEMBERS, CauseKind
from chalicelib.alert import Priority
from chalicelib.conditions.row import AlertState
from chalicelib.rate_limit.rules import Limits
from tests.unit.reconcile.storm_world import StormWorld, content, fires, listed

FEW = Limits(per_minute=75, per_hour=6, minute_reserves=(1, 1), hour_reserves=(3, 0), spacing=0)
"""Three openings an hour, and three more of P0."""


@pytest.fixture
def world() -> StormWorld:
    return StormWorld(FEW)


def lists(world: StormWorld) -> list[AlertState]:
    return [row for row in world.parents if content(row).cause.kind is CauseKind.WAITING]


def unseen(world: StormWorld) -> list[str]:
    """Alerts that neither have an issue nor stand on an open page."""
    shown = {
        each.fingerprint
        for row in world.parents
        if fires(row) and row.status.issue
        for each in content(row).members
    }
    waiting = [
        row for row in world.children if fires(row) and not (row.status.issue and row.status.issue.open)
    ]
    return [row.fingerprint for row in waiting if row.fingerprint not in shown]


def each_of_its_own(world: StormWorld, *numbers: int, **fields: str) -> None:
    """Alerts that have nothing in common."""
    for number in numbers:
        world.say(number, rule=f"Rule{number}", **fields)


def test_what_waits_for_the_budget_is_listed_within_two_minutes_and_until_it_has_its_issue(
    world: StormWorld,
) -> None:
    each_of_its_own(world, *range(8))
    world.pass_(2)
    assert unseen(world) == []
    (row,) = lists(world)
    assert len(listed(row)) == 5
    assert "**5 alerts still without an issue, because of GitHub's limits.**" in world.page_of(row).body
    assert "@org/day" in world.page_of(row).body
    world.pass_(61)
    assert len(content(lists(world)[0]).members) < 5
    assert unseen(world) == []
    world.pass_(120)
    assert (unseen(world), fires(lists(world)[0]), world.page_of(row).open) == ([], False, False)


def test_a_list_is_written_only_if_it_changes(world: StormWorld) -> None:
    each_of_its_own(world, *range(8))
    world.pass_(2)
    (before,) = lists(world)
    world.pass_(3)
    assert lists(world) == [before]


def test_what_ends_while_it_waits_is_listed_no_more(world: StormWorld) -> None:
    each_of_its_own(world, *range(5))
    world.pass_(2)
    each_of_its_own(world, 3, 4, state="RESOLVED")
    world.pass_(2)
    (row,) = lists(world)
    assert (fires(row), world.page_of(row).open) == (False, False)


def test_a_storm_lists_its_own(world: StormWorld) -> None:
    world.record(*range(9))
    world.say(9)
    world.pass_(2)
    assert (lists(world), unseen(world)) == ([], [])
    assert len(listed(world.parent)) == 10


def test_who_wants_no_storms_gets_no_list(world: StormWorld) -> None:
    each_of_its_own(world, *range(8), teams=("calm",))  # type: ignore[arg-type]
    world.pass_(3)
    assert (lists(world), len(unseen(world))) == ([], 5)


def test_what_waits_a_moment_is_not_listed(world: StormWorld) -> None:
    each_of_its_own(world, *range(5))
    world.clock.pass_(seconds=30)
    world.run_once()
    assert lists(world) == []


def test_nothing_is_listed_that_github_refuses_or_nobody_put_off() -> None:
    world = StormWorld()
    world.record(1, rule="One")
    world.clock.pass_(seconds=50)
    world.run_once()
    assert lists(world) == []


def test_more_than_one_page_has_room_for_comes_in_parts() -> None:
    world = StormWorld(FEW)
    each_of_its_own(world, *range(4))
    for number in range(MOST_MEMBERS + 5):
        world.record(number, rule=f"Late{number}")
    world.clock.pass_(seconds=50)
    world.run_once()
    first, second = lists(world)
    assert (len(listed(first)), content(first).part, content(second).part) == (MOST_MEMBERS, 1, 2)
    assert "@org" not in world.page_of(second).body
    assert unseen(world) == []


def test_a_list_ranks_before_what_it_lists(world: StormWorld) -> None:
    each_of_its_own(world, *range(8), priority="P1")
    world.pass_(2)
    (row,) = lists(world)
    assert row.priority is Priority.P1
    assert row.status.issue
    assert row.status.issue.opened_at


def test_a_closed_list_that_the_index_still_has_stays_as_it_is(
    world: StormWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    each_of_its_own(world, *range(5))
    world.pass_(2)
    each_of_its_own(world, 3, 4, state="RESOLVED")
    world.pass_(2)
    (row,) = lists(world)
    monkeypatch.setattr(world.census, "of_our_own", lambda *_: [row.fingerprint])
    world.pass_(3)
    assert (lists(world), fires(row)) == ([row], False)
