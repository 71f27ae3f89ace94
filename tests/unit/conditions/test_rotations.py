"""Rotations and shifts: who is on at which second, and what outweighs what."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from chalicelib.conditions.rotations import Rotation
from chalicelib.conditions.shifts import AHEAD, DAY, Shift, Shifts, people

BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = ("mona", "hubot", "octocat")
SECOND = timedelta(seconds=1)


def berlin(*when: int) -> datetime:
    year, month, day, hour, minute = (*when, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def rotation(starts: str = "2026-10-05T09:00", days: float = 7) -> Rotation:
    return Rotation(PEOPLE, datetime.fromisoformat(starts), timedelta(days=days), BERLIN)


def on(turns: Rotation, at: datetime) -> tuple[str, ...]:
    return people(Shifts(tuple(turns.shifts(at, at + 14 * DAY))).at(at))


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (berlin(2026, 10, 5, 9), (), ("mona",)),
        (berlin(2026, 10, 12, 9), ("mona",), ("hubot",)),
        (berlin(2026, 10, 19, 9), ("hubot",), ("octocat",)),
        (berlin(2026, 10, 26, 9), ("octocat",), ("mona",)),  # clocks went back on the 25th
        (berlin(2027, 3, 29, 9), ("mona",), ("hubot",)),  # and forward on the 28th
        (berlin(2036, 10, 6, 9), ("octocat",), ("mona",)),
    ],
)
def test_a_shift_changes_at_the_second_at_the_same_time_of_day_in_every_season(
    change: datetime, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    turns = rotation()
    assert on(turns, change - timedelta(microseconds=1)) == before
    assert (on(turns, change), on(turns, change + SECOND)) == (after, after)


@pytest.mark.parametrize("starts", ["2026-10-01T02:30", "2026-10-01T03:00"])
@pytest.mark.parametrize("hours", [4, 5, 12, 24])
def test_shifts_follow_each_other_without_a_gap_whatever_clocks_do(starts: str, hours: int) -> None:
    """In Berlin half past two comes twice in October, and never on a day in March."""
    turns = rotation(starts, hours / 24)
    for begins, days in ((berlin(2026, 10, 20), 10), (berlin(2027, 3, 25), 10)):
        shifts = list(turns.shifts(begins, begins + days * DAY))
        assert all(one.ends == two.begins for one, two in pairwise(shifts))
        assert all(shift.begins < shift.ends for shift in shifts)
        assert shifts[0].begins <= begins
        assert begins + days * DAY <= shifts[-1].ends


def test_one_that_begins_later_has_no_shift_yet() -> None:
    assert list(rotation().shifts(berlin(2026, 9, 1), berlin(2026, 10, 1))) == []


NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def shift(person: str, begins: float, ends: float, by: str = "") -> Shift:
    return Shift(person, NOON + timedelta(hours=begins), NOON + timedelta(hours=ends), by)


WEEKS = (shift("mona", -24, 24), shift("hubot", 24, 48))


def test_an_override_outweighs_the_plan_and_a_handoff_both_for_exactly_as_long_as_it_lasts() -> None:
    known = Shifts(WEEKS, (shift("octocat", 1, 3),), (shift("ann", 2, 4, "mona"),))
    found = [people(known.at(NOON + timedelta(hours=hour))) for hour in (0, 1, 2, 3, 4, 24, 47, 48)]
    names = ["mona", "octocat", "ann", "ann", "mona", "hubot", "hubot"]
    assert found == [*((name,) for name in names), ()]
    assert people(known.at(NOON + timedelta(hours=4) - SECOND)) == ("ann",)


def test_all_whom_the_plan_has_are_on_each_once_and_of_several_overrides_the_last() -> None:
    plan = (shift("mona", 0, 2), shift("hubot", 0, 2), shift("mona", 1, 3))
    assert people(Shifts(plan).at(NOON + timedelta(hours=1))) == ("mona", "hubot")
    overrides = (shift("ann", 0, 2), shift("bob", 1, 2))
    assert people(Shifts(plan, overrides).at(NOON + timedelta(hours=1))) == ("bob",)


@pytest.mark.parametrize(
    ("known", "hours"),
    [
        (Shifts(WEEKS), 24),
        (Shifts((*WEEKS, shift("ann", -1, 2))), 2),
        (Shifts(WEEKS, (shift("ann", 5, 9),)), 5),
        (Shifts(WEEKS, (shift("ann", -1, 9),)), 9),
        (Shifts(WEEKS, handoffs=(shift("ann", -1, 9),)), 24),
        (Shifts((shift("mona", 30, 40), shift("ann", 20, 40))), 20),
        (Shifts(), 24),
    ],
)
def test_the_shift_ends_with_its_plan_or_at_the_next_override(known: Shifts, hours: float) -> None:
    assert known.ends(NOON) == NOON + timedelta(hours=hours)


def test_who_is_next_is_the_first_change_of_people() -> None:
    assert Shifts((shift("mona", 0, 1), shift("mona", 1, 2), shift("hubot", 2, 3))).next(NOON) == (
        NOON + timedelta(hours=2),
        (shift("hubot", 2, 3),),
    )
    assert Shifts((shift("mona", 0, 1),)).next(NOON) == (NOON + timedelta(hours=1), ())
    assert Shifts((shift("mona", 0, 999),)).next(NOON) is None
    assert Shifts().next(NOON) is None


@pytest.mark.parametrize(("before", "known"), [(SECOND, True), (timedelta(), False)])
def test_a_change_is_known_for_two_weeks(before: timedelta, *, known: bool) -> None:
    change = NOON + AHEAD - before
    later = Shifts((Shift("mona", NOON - DAY, change), Shift("hubot", change, change + DAY)))
    assert later.next(NOON) == ((change, (later.planned[1],)) if known else None)


def test_shifts_are_those_that_overlap_the_time_asked_for() -> None:
    turns, begins = rotation(), berlin(2026, 10, 12, 9)
    week = [Shift("hubot", begins, berlin(2026, 10, 19, 9))]
    assert list(turns.shifts(begins, berlin(2026, 10, 19, 9))) == week
    assert list(turns.shifts(begins + SECOND, begins + 2 * SECOND)) == week
    first = Shift("mona", berlin(2026, 10, 5, 9), begins)
    assert list(turns.shifts(begins - SECOND, begins)) == [first]
    assert list(turns.shifts(begins - SECOND, begins + SECOND)) == [first, *week]
    assert list(turns.shifts(berlin(2026, 9, 1), berlin(2026, 10, 5, 9) + SECOND)) == [first]


def test_a_handoff_is_over_when_the_next_override_begins_and_not_when_one_is_under_way() -> None:
    known = Shifts(WEEKS, (shift("ann", 0, 9), shift("bob", 2, 3)))
    assert known.ends(NOON) == NOON + timedelta(hours=2)
    assert Shifts(WEEKS, (shift("ann", 0, 9),)).ends(NOON) == NOON + timedelta(hours=9)
    assert Shifts((shift("mona", 0, 9),)).ends(NOON + timedelta(hours=9)) == NOON + timedelta(hours=9) + DAY
