"""Nothing that fires is unseen for two minutes, whatever GitHub's limits let through."""

from datetime import timedelta

import pytest

from chalicelib.adapters.storm import MOST_MEMBERS, CauseKind
from chalicelib.alert import Priority
from chalicelib.conditions.row import AlertState
from chalicelib.errors import RateLimited, Unavailable
from chalicelib.rate_limit.rules import Limits
from tests.unit.reconcile.storm_world import MINUTE, StormWorld, content, listed
from tests.unit.sync.test_sync import fails_with

FEW = Limits(per_minute=75, per_hour=6, minute_reserves=(1, 1), hour_reserves=(3, 0), spacing=0)
"""Three openings an hour, and three more of P0."""


@pytest.fixture
def world() -> StormWorld:
    return StormWorld(FEW)


def lists(world: StormWorld) -> list[AlertState]:
    return [row for row in world.parents if content(row).cause.kind is CauseKind.WAITING]


def unseen(world: StormWorld) -> list[str]:
    """Alerts that neither have an issue nor are listed on an open page."""
    shown = {
        each.fingerprint
        for row in world.parents
        if row.spec.firing and row.status.issue
        for each in content(row).members
    }
    waiting = [
        row for row in world.children if row.spec.firing and not (row.status.issue and row.status.issue.open)
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
    assert (unseen(world), lists(world)[0].spec.firing, world.page_of(row).open) == ([], False, False)


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
    assert (row.spec.firing, world.page_of(row).open) == (False, False)


def test_a_storm_lists_its_own(world: StormWorld) -> None:
    world.record(*range(9))
    world.say(9)
    world.pass_(2)
    assert (lists(world), unseen(world)) == ([], [])
    assert len(listed(world.parent)) == 10


def test_a_list_shows_a_storms_alerts_too_while_the_storm_waits_for_its_own_issue() -> None:
    """The list took the last opening of the hour."""
    world = StormWorld(
        Limits(per_minute=75, per_hour=2, minute_reserves=(1, 1), hour_reserves=(1, 0), spacing=0)
    )
    each_of_its_own(world, 100, 101, 102)
    world.pass_(2)
    assert len(lists(world)) == 1
    world.record(*range(9))
    world.say(9)
    world.pass_(3)
    assert len(listed(lists(world)[0])) == 12
    world.pass_(60)
    assert unseen(world) == []
    assert len(listed(lists(world)[0])) < 12, "the storm's own issue lists its alerts"


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
    assert (lists(world), row.spec.firing) == ([row], False)


def test_a_list_stays_while_github_asks_to_wait(world: StormWorld) -> None:
    """What waits was then put off for a reason other than the budget."""
    each_of_its_own(world, *range(8))
    world.pass_(2)
    (row,) = lists(world)
    world.gate.limited("example-org", world.clock.now() + timedelta(minutes=5))
    for each in world.children:
        if each.due_at:
            world.sync.advance(each, world.clock.now() + MINUTE)
    world.pass_(3)
    assert lists(world)[0].spec.firing
    world.pass_(4)
    assert (world.page_of(row).open, unseen(world)) == (True, [])


def test_what_github_once_failed_to_open_is_listed_while_the_budget_puts_it_off(world: StormWorld) -> None:
    world.tracker.faults["open"] = fails_with(Unavailable("502"), times=4)
    each_of_its_own(world, *range(8))
    world.pass_(3)
    assert (len(lists(world)), unseen(world)) == (1, [])


def test_a_storms_table_is_kept_while_github_refuses_whatever_creates_content() -> None:
    """GitHub counts creations that are not ours as well; it asks to wait each time."""
    world = StormWorld(Limits(spacing=0))
    world.record(1, 2)
    world.say(3)
    world.pass_(1)

    def refuses(_: str, effect: object) -> None:
        at = world.clock.now() + MINUTE
        world.gate.limited("example-org", at)
        raise RateLimited("secondary limit", retry_at=at, status=403, request_id=None)

    world.tracker.faults["open"] = world.tracker.faults["comment"] = refuses
    for number in range(4, 24):
        world.say(number)
        world.clock.pass_(seconds=20)
        if number % 3 == 0:
            world.run_once()
            shown = world.page.body
            assert all(f"pod-{each}" in shown for each in range(4, number - 5)), number
    world.pass_(2)
    assert all(f"pod-{each}" in world.page.body for each in range(1, 24))
    assert len(world.tracker.open_issues) == 4
