"""The next storm of the same cause calls people once if most of its alerts are different."""

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions.row import Issue
from chalicelib.labels import FLAPPING_LABEL
from tests.unit.reconcile.storm_world import MINUTE, StormWorld, content


@pytest.fixture
def world() -> StormWorld:
    """A storm of four P1 that is over, and was closed a few minutes ago."""
    made = StormWorld()
    made.record(1, 2, 3, priority="P1")
    made.say(4, priority="P1")
    made.pass_(2)
    made.say(1, 2, 3, 4, state="RESOLVED", priority="P1")
    made.pass_(5)
    assert not made.page.open
    return made


def begin(world: StormWorld, *numbers: int) -> None:
    world.record(*numbers[:-1], priority="P1")
    world.say(numbers[-1], priority="P1")
    world.pass_(2)


def shown(world: StormWorld) -> Issue:
    assert world.parent.status.issue
    return world.parent.status.issue


def test_other_alerts_soon_after_get_an_issue_that_calls_people(world: StormWorld) -> None:
    before = world.page
    begin(world, 11, 12, 13, 4)
    assert world.page.ref != before.ref
    assert (world.page.open, "@org/day" in world.page.body) == (True, True)
    assert world.mentioned([world.child(number) for number in (11, 12, 13)]) == []
    assert [ref.number for ref in world.tracker.children[world.page.id]] == [
        world.page_of(world.child(number)).ref.number for number in (11, 12, 13)
    ]


def test_the_same_alerts_soon_after_reopen_the_issue_and_call_nobody(world: StormWorld) -> None:
    before = world.page
    begin(world, 1, 2, 13)
    assert (world.page.ref, world.page.open, shown(world).comments) == (before.ref, True, 0)
    assert "@org/day" in world.page.body


def test_the_storm_after_that_is_judged_by_the_one_before_it(world: StormWorld) -> None:
    begin(world, 11, 12, 13)
    second = world.page.ref
    world.say(11, 12, 13, state="RESOLVED", priority="P1")
    world.pass_(5)
    begin(world, 11, 12, 13)
    assert (world.page.ref, world.page.open) == (second, True)


def test_what_joins_while_the_issue_closes_reopens_it(world: StormWorld) -> None:
    begin(world, 11, 12, 13)
    second = world.page.ref
    assert content(world.parent).fresh
    world.record(14, priority="P1")
    world.say(11, 12, 13, state="RESOLVED", priority="P1")
    world.pass_(4)
    assert (world.page.ref, world.page.open) == (second, True)


def test_an_issue_that_a_person_reopened_is_left_to_that_person(world: StormWorld) -> None:
    before = world.page.ref
    world.tracker.reopen_as_person(before)
    world.sync.look(world.parent, world.clock.now() + MINUTE)
    world.pass_(60)
    begin(world, 11, 12, 13)
    assert (world.page.ref != before, "@org/day" in world.page.body) == (True, True)
    assert world.tracker.threads[before].seen.open
    assert world.tracker.threads[before].comments == []
    assert shown(world).tier == 0


def test_a_storm_that_flaps_keeps_one_issue_until_others_begin(world: StormWorld) -> None:
    first = world.page.ref
    for _ in range(4):
        begin(world, 1, 2, 3)
        world.say(1, 2, 3, state="RESOLVED", priority="P1")
        world.pass_(5)
    assert (world.page.ref, world.page.open, FLAPPING_LABEL in shown(world).labels) == (first, True, True)
    begin(world, 11, 12, 13)
    assert (world.page.ref != first, "@org/day" in world.page.body) == (True, True)
    assert not world.tracker.threads[first].seen.open
    assert world.parent.spec.firing
    assert world.parent.priority is Priority.P1


def test_what_begins_long_after_the_newest_alert_of_a_storm_calls_people_though_the_storm_lasts() -> None:
    """One of its alerts may fire for days, long after somebody has taken it."""
    world = StormWorld()
    begin(world, 1, 2, 3)
    world.say(1, 2, state="RESOLVED", priority="P1")
    world.pass_(50)
    world.say(4, priority="P1")
    world.pass_(50)
    world.say(1, priority="P1")  # it is the same storm as long as alerts keep coming
    world.pass_(70)
    assert world.mentioned(world.children) == []
    world.say(5, priority="P1")
    assert world.mentioned(world.children) == [world.child(5).fingerprint]
    begin(world, 11, 12, 13)
    first, second = world.parents
    assert [len(content(row).members) for row in (first, second)] == [4, 4]
    assert "@org/day" in world.page_of(second).body
