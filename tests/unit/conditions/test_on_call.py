"""On call: who is called for a team, and what is said if that is not known for certain."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.conditions.on_call import PATIENCE, Called, Duty, Roster, Rosters, ShiftSource
from chalicelib.conditions.on_call_notes import MOST_HANDOFFS, Answer, OnCallNotes
from chalicelib.conditions.rotations import Rotation
from chalicelib.conditions.shifts import Shift, Shifts

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTHING = OnCallNotes()
FALLBACK = ("@o/leads",)


def turns(*people: str) -> Roster:
    weekly = Rotation(people, datetime.fromisoformat("2026-11-30T09:00"), 7 * DAY, ZoneInfo("UTC"))
    return Roster("storage", FALLBACK, weekly)


def asked(*shifts: Shift, at: datetime = NOON) -> OnCallNotes:
    return OnCallNotes(answers={"infra": Answer(at=at, tried_at=at, shifts=shifts)})


INFRA = Roster("infra", FALLBACK, source=ShiftSource.PAGERDUTY)
SHIFT = Shift("mona", NOON - HOUR, NOON + HOUR)


def test_a_rotation_says_who_is_on_until_when_and_who_is_next() -> None:
    called = Called("storage", ("@mona",))
    assert turns("mona", "hubot").duty(NOTHING, NOON) == Duty(
        called, until=NOON - 3 * HOUR + 7 * DAY, next=("hubot",)
    )
    assert turns("mona").duty(NOTHING, NOON) == Duty(called)


def test_nobody_is_never_the_answer() -> None:
    before = NOON - DAY
    assert turns("mona").called(NOTHING, before) == Called("storage", FALLBACK, fallback=True)
    assert INFRA.called(NOTHING, NOON) == Called("infra", FALLBACK, fallback=True)
    over = asked(SHIFT, at=NOON + HOUR)
    assert INFRA.called(over, NOON + HOUR) == Called("infra", FALLBACK, fallback=True)
    assert Rosters({}, FALLBACK).of("other").called(NOTHING, NOON).people == FALLBACK


def test_what_does_not_answer_is_believed_as_it_last_was_and_that_is_said() -> None:
    notes = asked(Shift("mona", NOON, NOON + DAY))
    assert INFRA.called(notes, NOON + PATIENCE) == Called("infra", ("@mona",))
    late = NOON + PATIENCE + timedelta(seconds=1)
    assert INFRA.called(notes, late) == Called("infra", ("@mona",), as_of=NOON)
    assert INFRA.called(notes, NOON + DAY) == Called("infra", FALLBACK, fallback=True, as_of=NOON)
    assert turns("mona").called(notes, late).as_of is None


def test_a_handoff_lasts_until_the_shift_ends_and_names_who_handed_over() -> None:
    roster = turns("mona", "hubot")
    notes = NOTHING.handed_off("storage", roster.shifts(NOTHING, NOON), "ann", "mona", NOON)
    end = NOON - 3 * HOUR + 7 * DAY
    assert notes.handoffs == {"storage": (Shift("ann", NOON, end, "mona"),)}
    duty = roster.duty(notes, NOON)
    assert (duty.called.people, duty.by, duty.until, duty.next) == (("@ann",), "mona", end, ("hubot",))
    assert roster.called(notes, end).people == ("@hubot",)
    assert roster.called(notes, NOON - timedelta(seconds=1)).people == ("@mona",)


def test_all_who_handed_off_are_named_once_and_a_handoff_at_the_same_time_is_replaced() -> None:
    shifts = (
        Shift("mona", NOON, NOON + DAY, "ann"),
        Shift("hubot", NOON, NOON + DAY, "bob"),
        Shift("octocat", NOON, NOON + DAY, "ann"),
    )
    assert INFRA.duty(asked(*shifts), NOON) == Duty(
        Called("infra", ("@mona", "@hubot", "@octocat")), "ann, bob", NOON + DAY, (), ShiftSource.PAGERDUTY
    )
    known = Shifts(
        [SHIFT], handoffs=(Shift("x", NOON, NOON + HOUR), Shift("y", NOON + HOUR / 2, NOON + HOUR))
    )
    notes = NOTHING.handed_off("infra", known, "ann", "mona", NOON)
    assert notes.handoffs["infra"] == (Shift("ann", NOON, NOON + HOUR, "mona"), known.handoffs[1])


def test_a_later_handoff_takes_the_place_of_an_earlier_one_in_whatever_order_they_are_read() -> None:
    roster = turns("mona", "hubot")

    def handed(notes: OnCallNotes, to: str, minutes: int) -> OnCallNotes:
        at = NOON + timedelta(minutes=minutes)
        return notes.handed_off("storage", roster.shifts(notes, at), to, "mona", at)

    first = handed(NOTHING, "ann", 1)
    both = handed(first, "bob", 2)
    late = handed(handed(handed(NOTHING, "bob", 2), "ann", 1), "ann", 1)
    for notes in (both, late):
        assert roster.called(notes, NOON + timedelta(minutes=3)).people == ("@bob",)
    assert handed(both, "bob", 2) == both
    many = NOTHING
    for minutes in range(40, 0, -1):
        many = handed(many, "ann", minutes)
    assert len(many.handoffs["storage"]) == MOST_HANDOFFS


def test_what_is_known_of_teams_that_left_the_file_is_forgotten() -> None:
    notes = asked(SHIFT).handed_off("storage", turns("mona").shifts(NOTHING, NOON), "ann", "mona", NOON)
    assert notes.kept({"infra"}) == asked(SHIFT)
    assert notes.kept({"infra", "storage"}) == notes


def test_only_teams_whose_shifts_somebody_else_knows_are_asked_about() -> None:
    rosters = Rosters({"storage": turns("mona"), "infra": INFRA}, FALLBACK)
    assert [roster.team for roster in rosters.asked()] == ["infra"]
    assert [each.team for each in rosters.called(("infra", "storage", "x"), NOTHING, NOON)] == [
        "infra",
        "storage",
        "x",
    ]


def test_a_shift_does_not_end_when_another_of_the_plan_begins() -> None:
    also = Shift("hubot", NOON + HOUR / 2, NOON + 2 * HOUR)
    assert Shifts([SHIFT, also]).ends(NOON) == NOON + HOUR
