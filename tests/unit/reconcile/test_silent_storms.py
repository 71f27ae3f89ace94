"""If a storm's issue calls nobody, because people or GitHub prevent it, its alerts call people themselves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters.storm import CauseKind
from chalicelib.conditions import membership
from chalicelib.conditions.issue import Seen
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.row import AlertState
from chalicelib.errors import Invalid, RateLimited, Unavailable
from chalicelib.labels import MUTED_LABEL
from chalicelib.rate_limit.rules import Limits
from chalicelib.sync import storms as looked_up
from tests.unit.reconcile.storm_world import MINUTE, StormWorld, content, listed
from tests.unit.sync.test_sync import fails_with


@pytest.fixture
def world() -> StormWorld:
    """A storm of four P2."""
    return begun(StormWorld())


def begun(world: StormWorld) -> StormWorld:
    world.record(1, 2, 3)
    world.say(4)
    world.pass_(1)
    return world


def closed(world: StormWorld) -> None:
    world.tracker.close_as_person(world.page.ref)
    looks(world)


def muted(world: StormWorld) -> None:
    world.tracker.add_labels(world.page.ref, (MUTED_LABEL,), world.clock.now() + MINUTE)
    looks(world)


def snoozed(world: StormWorld) -> None:
    status = replace(world.parent.status, snoozed_until=world.clock.now() + timedelta(hours=4))
    assert world.store.note(replace(world.parent, status=status))


def looks(world: StormWorld) -> None:
    world.sync.look(world.parent, world.clock.now() + MINUTE)


def called(world: StormWorld, number: int) -> bool:
    return world.child(number).fingerprint in world.mentioned(world.children)


def comments(world: StormWorld, row: AlertState) -> list[str]:
    return world.tracker.threads[world.page_of(row).ref].comments


SILENT = pytest.mark.parametrize("silence", [closed, muted, snoozed])


@SILENT
def test_what_joins_a_storm_whose_issue_is_silent_calls_people_and_is_listed_there(
    world: StormWorld, silence: Callable[[StormWorld], None]
) -> None:
    silence(world)
    world.say(7)
    world.pass_(2)
    assert called(world, 7)
    assert "HighLatency [pod-7]" in listed(world.parent)
    assert len(world.parents) == 1


@SILENT
def test_a_member_that_gets_worse_while_its_storms_issue_is_silent_calls_people(
    world: StormWorld, silence: Callable[[StormWorld], None]
) -> None:
    silence(world)
    world.clock.pass_(minutes=2)
    world.say(1, priority="P1")
    world.pass_(1)
    (said,) = comments(world, world.child(1))
    assert "@org/day" in said
    assert comments(world, world.child(2)) == []


def test_a_storm_whose_last_issue_was_closed_as_not_planned_leaves_calling_to_its_alerts(
    world: StormWorld,
) -> None:
    """For seven days that issue stays closed, whatever happens."""
    world.tracker.close_as_person(world.page.ref, "not_planned")
    looks(world)
    world.say(1, 2, 3, 4, state="RESOLVED")
    world.pass_(120)
    world.record(11, 12, 13)
    world.say(14)
    world.pass_(2)
    assert [called(world, number) for number in (11, 12, 13, 14)] == [True] * 4
    assert not world.page.open


def test_a_storm_that_is_held_back_from_outside_leaves_calling_to_its_alerts() -> None:
    world = StormWorld()
    quiet = Held(Quiet.INHIBITED, world.clock.now() + timedelta(hours=1))
    world.policy = replace(
        world.policy, outside=lambda alert, _: quiet if alert.source.startswith("alerting") else None
    )
    world.sync = world.worker()
    begun(world)
    assert [called(world, number) for number in (1, 2, 3, 4)] == [True] * 4


def test_a_storm_whose_issue_github_refuses_leaves_calling_to_its_alerts() -> None:
    world = StormWorld()
    world.tracker.faults["open"] = fails_with(Invalid("Validation Failed", ()))
    world.record(1, 2, 3)
    world.say(4)
    assert world.parent.status.issue is None
    assert called(world, 4)


def answers(world: StormWorld, *errors: Exception) -> None:
    """GitHub answers attempts to open a storm's issue with these, the last of them for ever."""
    left = [*errors]

    def fault(_: str, effect: Callable[[], Seen]) -> Seen:
        if not any(row.intent for row in world.parents):
            return effect()  # of one of its alerts
        raise left.pop(0) if len(left) > 1 else left[0]

    world.tracker.faults["open"] = fault


LATE = pytest.mark.parametrize(
    "late",
    [
        Unavailable("no answer"),
        Unavailable("bad gateway", status=502),
        RateLimited("wait", retry_at=None, status=403, request_id=None),
    ],
)
REFUSED = Invalid("Validation Failed", ())


@LATE
def test_what_relied_on_a_storms_issue_that_was_late_and_is_then_refused_calls_people_after_all(
    late: Exception,
) -> None:
    world = StormWorld(preferences='escalate_after = "5m"\nescalate_to = [["@org/leads"]]')
    answers(world, late, REFUSED)
    world.record(1, 2)
    world.say(3, priority="P1")
    world.say(4, priority="P0")
    assert [called(world, 3), called(world, 4)] == [False, True]
    world.pass_(2)
    (said,) = comments(world, world.child(3))
    assert "GitHub does not accept the issue of the storm" in said
    assert "@org/day @mona" in said
    assert (called(world, 1), comments(world, world.child(1)), comments(world, world.child(4))) == (
        True,
        [],
        [],
    )
    world.pass_(8)
    assert ["@org/leads" in each for each in comments(world, world.child(3))] == [False, True]


@LATE
def test_what_relies_on_a_storms_issue_that_is_only_late_calls_nobody(late: Exception) -> None:
    world = StormWorld()
    answers(world, late)
    world.record(1, 2)
    world.say(3)
    world.pass_(10)
    assert world.parent.status.issue is None
    assert world.mentioned(world.children) == []
    assert [comments(world, world.child(number)) for number in (1, 2, 3)] == [[], [], []]


@LATE
def test_a_storms_issue_that_github_refused_counts_as_refused_while_it_is_also_late(late: Exception) -> None:
    world = StormWorld()
    answers(world, REFUSED, late)
    world.record(1, 2)
    world.say(3)
    world.pass_(1)
    world.say(4)
    assert [called(world, number) for number in (1, 2, 3, 4)] == [True] * 4


def test_what_somebody_has_or_wants_quiet_calls_nobody_though_its_storms_issue_is_refused() -> None:
    world = StormWorld()
    answers(world, Unavailable("no answer"), REFUSED)
    world.record(1, 2)
    world.say(3)
    world.tracker.say(world.page_of(world.child(3)).ref, "/ack", "mona")
    world.sync.look(world.child(3), world.clock.now() + MINUTE)
    world.pass_(3)
    assert comments(world, world.child(3)) == []


def test_a_storms_next_issue_that_github_refuses_leaves_calling_to_its_alerts(world: StormWorld) -> None:
    """The issue of the storm before it is still open, as a person reopened it."""
    world.say(1, 2, 3, 4, state="RESOLVED")
    world.pass_(5)
    world.tracker.reopen_as_person(world.page.ref)
    looks(world)
    world.pass_(300)
    answers(world, REFUSED)
    world.record(11, 12)
    world.say(13)
    world.pass_(2)
    assert [called(world, number) for number in (11, 12, 13)] == [True] * 3


def test_what_waits_for_its_issue_while_a_person_closes_the_storms_calls_people() -> None:
    """It is on a list meanwhile, since nobody looks at a closed issue."""
    few = Limits(per_minute=75, per_hour=7, minute_reserves=(1, 1), hour_reserves=(4, 0), spacing=0)
    world = StormWorld(few)
    begun(world)
    waiting = [row for row in world.children if not row.status.issue]
    assert len(waiting) == 2
    assert all(row.group and row.group.ref for row in waiting)
    closed(world)
    world.pass_(2)
    lists = [row for row in world.parents if content(row).cause.kind is CauseKind.WAITING]
    assert [len(listed(row)) for row in lists] == [2]
    world.pass_(120)
    names = [row.fingerprint for row in waiting]
    assert [name for name in world.mentioned(world.children) if name in names] == names


def test_while_a_storm_calls_people_its_members_do_not(world: StormWorld) -> None:
    world.say(7)
    world.clock.pass_(minutes=2)
    world.say(1, priority="P1")
    world.pass_(2)
    assert (world.mentioned(world.children), comments(world, world.child(1))) == ([], [])
    joined = world.child(1).group
    assert joined
    assert joined.fingerprint == world.parent.fingerprint


def test_what_waits_for_its_issue_while_it_passes_to_another_team_calls_people() -> None:
    few = Limits(per_minute=75, per_hour=7, minute_reserves=(1, 1), hour_reserves=(4, 0), spacing=0)
    world = begun(StormWorld(few))
    number = next(each for each in (1, 2, 3, 4) if not world.child(each).status.issue)
    assert world.child(number).group
    world.clock.pass_(minutes=2)
    world.say(number, teams=("storage",))
    world.pass_(120)
    assert called(world, number)


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> StormWorld:
    """A storm of six P2 in two parts."""
    monkeypatch.setattr(membership, "MOST_MEMBERS", 4)
    monkeypatch.setattr(looked_up, "MOST_MEMBERS", 4)
    world = begun(StormWorld())
    world.say(5, 6)
    world.pass_(1)
    assert [len(listed(row)) for row in world.parents] == [4, 2]
    return world


def test_the_first_part_of_a_storm_calls_people_where_an_alert_of_a_further_part_is_worse(
    parts: StormWorld,
) -> None:
    parts.clock.pass_(minutes=2)
    parts.say(7, priority="P1")
    parts.pass_(2)
    first, second = parts.parents
    assert (first.priority, comments(parts, second)) == ("P1", [])
    (said,) = comments(parts, first)
    assert "@org/day" in said
    assert not called(parts, 7)


def test_where_the_first_part_is_silent_what_joins_a_further_part_calls_people(parts: StormWorld) -> None:
    first = parts.page_of(parts.parents[0])
    parts.tracker.close_as_person(first.ref)
    parts.sync.look(parts.parents[0], parts.clock.now() + MINUTE)
    parts.pass_(1)
    parts.say(7)
    parts.pass_(1)
    assert called(parts, 7)
    assert "HighLatency [pod-7]" in listed(parts.parents[1])
    parts.tracker.reopen_as_person(first.ref)
    parts.sync.look(parts.parents[0], parts.clock.now() + MINUTE)
    parts.pass_(1)
    parts.say(8)
    assert not called(parts, 8)


def test_a_storm_whose_issue_waits_as_github_asks_still_calls_for_its_alerts() -> None:
    world = StormWorld()
    later = world.clock.now() + timedelta(minutes=2)
    limit = RateLimited("secondary limit", retry_at=later, status=403, request_id=None)
    world.tracker.faults["open"] = fails_with(limit)
    world.record(1, 2)
    world.say(3)
    world.gate.limited("example-org", later)
    world.clock.pass_(minutes=2)
    world.say(4)
    world.pass_(4)
    assert "@org" in world.page.body
    assert world.mentioned(world.children) == []
