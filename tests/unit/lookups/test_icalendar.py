"""Calendars: whose shifts their events are, in every form that people's calendars write, and hostile ones."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from chalicelib.conditions.on_call import OnCallUnknown
from chalicelib.conditions.shifts import Shift
from chalicelib.lookups.calendars import LARGEST, Calendar
from chalicelib.lookups.icalendar import MOST_EVENTS
from chalicelib.lookups.recurrence import LONGEST

BERLIN = ZoneInfo("Europe/Berlin")
SINCE = datetime(2026, 11, 30, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=15)
PEOPLE = {"mona lisa": "mona"}


def event(*lines: str, summary: str = "mona", uid: str = "1") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{summary}", *lines, "END:VEVENT"])


def calendar(*events: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])


def read(
    text: str, since: datetime = SINCE, until: datetime = UNTIL, people: dict[str, str] = PEOPLE
) -> tuple[list[Shift], list[str]]:
    return Calendar(text.encode, people, BERLIN).shifts(since, until)


def begun(*lines: str, since: datetime = SINCE, until: datetime = UNTIL) -> list[str]:
    """When the shifts of one event begin, by the clocks of Berlin; the calendar has no faults."""
    shifts, faults = read(calendar(event(*lines)), since, until)
    assert faults == []
    return [f"{each.begins.astimezone(BERLIN):%m-%d %H:%M}" for each in shifts]


def fault_of(*lines: str) -> str:
    shifts, faults = read(calendar(event(*lines)))
    assert (shifts, len(faults)) == ([], 1)
    return faults[0]


NINE = "DTSTART;TZID=Europe/Berlin:20261130T090000"
TO_FIVE = "DTEND;TZID=Europe/Berlin:20261130T170000"


@pytest.mark.parametrize(
    ("lines", "begins", "hours"),
    [
        (("DTSTART:20261201T080000Z", "DTEND:20261201T100000Z"), "12-01 09:00", 2),
        (("DTSTART;TZID=America/New_York:20261201T080000", "DURATION:PT90M"), "12-01 14:00", 1.5),
        (("DTSTART;TZID=W. Europe Standard Time:20261201T080000", "DURATION:P1W"), "12-01 08:00", 168),
        (
            ('DTSTART;TZID="Europe/Berlin":20261201T080000', "DURATION:P1DT1H1M60S"),
            "12-01 08:00",
            25 + 1 / 30,
        ),
        (("DTSTART:20261201T080000", "DTEND:20261201T090000"), "12-01 08:00", 1),
        (("dtstart;value=date:20261201", "dtend;value=date:20261203"), "12-01 00:00", 48),
        (("DTSTART;VALUE=DATE:20261201",), "12-01 00:00", 24),
        (("DTSTART:20261201T080000Z", "DTEND;TZID=America/New_York:20261201T080000"), "12-01 09:00", 5),
        (("DTSTART:202612", " 01T080000Z", "DUR", "\tATION:PT1H"), "12-01 09:00", 1),
    ],
)
def test_an_event_is_a_shift_whatever_its_times_are_written_in(
    lines: tuple[str, ...], begins: str, hours: float
) -> None:
    ((shift,), faults) = read(calendar(event(*lines)))
    assert faults == []
    assert (shift.person, f"{shift.begins.astimezone(BERLIN):%m-%d %H:%M}") == ("mona", begins)
    assert shift.ends - shift.begins == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("rule", "begins"),
    [
        ("FREQ=DAILY;COUNT=2", ["11-30 09:00", "12-01 09:00"]),
        ("FREQ=DAILY;INTERVAL=7;UNTIL=20261207T080000Z", ["11-30 09:00", "12-07 09:00"]),
        ("FREQ=DAILY;INTERVAL=7;UNTIL=20261207T075959Z", ["11-30 09:00"]),
        ("FREQ=DAILY;INTERVAL=7;UNTIL=20261207", ["11-30 09:00", "12-07 09:00"]),
        ("FREQ=DAILY;INTERVAL=7;UNTIL=20261207T090000", ["11-30 09:00", "12-07 09:00"]),
        ("FREQ=WEEKLY;COUNT=2", ["11-30 09:00", "12-07 09:00"]),
        ("FREQ=WEEKLY;BYDAY=WE,MO;COUNT=3", ["11-30 09:00", "12-02 09:00", "12-07 09:00"]),
        ("FREQ=WEEKLY;BYDAY=SU,WE;COUNT=2;WKST=SU", ["12-02 09:00", "12-06 09:00"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;COUNT=3", ["11-30 09:00", "12-06 09:00", "12-14 09:00"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;COUNT=3;WKST=SU", ["11-30 09:00", "12-13 09:00", "12-14 09:00"]),
        ("FREQ=DAILY;BYDAY=SA,SU;UNTIL=20261210", ["12-05 09:00", "12-06 09:00"]),
        ("freq=weekly;count=1;", ["11-30 09:00"]),
    ],
)
def test_a_rule_is_followed(rule: str, begins: list[str]) -> None:
    assert begun(NINE, TO_FIVE, f"RRULE:{rule}") == begins


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=7", "FREQ=WEEKLY;BYDAY=MO;COUNT=9999"])
def test_a_week_that_began_years_ago_changes_at_the_second_also_where_clocks_do(rule: str) -> None:
    """The clocks of Berlin went back on the 25th of October."""
    since, until = datetime(2026, 10, 13, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)
    start, end = "DTSTART;TZID=Europe/Berlin:20001002T090000", "DTEND;TZID=Europe/Berlin:20001009T090000"
    shifts, faults = read(calendar(event(start, end, f"RRULE:{rule}")), since, until)
    assert faults == []
    assert begun(start, end, f"RRULE:{rule}", since=since, until=until) == [
        "10-12 09:00",
        "10-19 09:00",
        "10-26 09:00",
        "11-02 09:00",
    ]
    assert all(one.ends == two.begins for one, two in pairwise(shifts))
    assert [(each.ends - each.begins) // timedelta(hours=1) for each in shifts] == [168, 169, 168, 168]


def test_single_days_may_be_left_out_moved_or_cancelled() -> None:
    daily = event(NINE, TO_FIVE, "RRULE:FREQ=DAILY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20261201T090000")
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20261202T090000",
        "DTSTART:20261202T200000Z",
        "DURATION:PT1H",
        summary="hubot",
    )
    gone = event("RECURRENCE-ID:20261203T080000Z", NINE, TO_FIVE, "STATUS:CANCELLED")
    shifts, faults = read(calendar(moved, daily, gone))
    assert faults == []
    assert [(each.person, f"{each.begins:%d %H}") for each in shifts] == [
        ("mona", "30 08"),
        ("hubot", "02 20"),
    ]


def test_only_what_takes_place_in_the_days_in_question_is_a_shift() -> None:
    assert begun("DTSTART:20261129T000000Z", "DTEND:20261130T000000Z") == []
    assert begun("DTSTART:20261129T000000Z", "DTEND:20261130T000001Z") == ["11-29 01:00"]
    assert begun("DTSTART:20261215T000000Z", "DURATION:PT1H") == []
    assert begun(NINE, TO_FIVE, "RRULE:FREQ=DAILY;UNTIL=20261101") == []


@pytest.mark.parametrize(
    ("title", "login"),
    [
        ("mona", "mona"),
        ("@mona", "mona"),
        ("Mona Lisa", "mona"),
        (r"mona\, lisa", ""),
        ("Team lunch", ""),
        ("", ""),
    ],
)
def test_the_title_is_a_login_or_a_name_that_the_file_has(title: str, login: str) -> None:
    shifts, faults = read(calendar(event(NINE, TO_FIVE, summary=title)))
    assert [each.person for each in shifts] == ([login] if login else [])
    assert len(faults) == (not login)


def test_what_is_nested_in_an_event_and_what_is_not_understood_is_left_alone() -> None:
    alarm = "BEGIN:VALARM\r\nDTSTART:20200101T000000Z\r\nSUMMARY:x\r\nEND:VALARM"
    odd = ("no colon", "=:", ";;;", 'ATTENDEE;MEMBER="a","b":c', f"X-LONG:{'x' * 20_000}\r\n {'y' * 20_000}")
    assert begun(alarm, *odd, NINE, TO_FIVE) == ["11-30 09:00"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), "it has no DTSTART"),
        (("DTSTART:tomorrow",), "'tomorrow' is not a date or time"),
        (("DTSTART:20261301T000000Z",), "an event cannot be read: "),
        (("DTSTART:20261201T256000Z",), "an event cannot be read: "),
        ((NINE, "DURATION:a while"), "'a while' is not a duration"),
        ((NINE, "DTEND;TZID=Europe/Berlin:20261130T080000"), "it ends when it begins, or before"),
        ((NINE,), "it ends when it begins, or before"),
        ((NINE, TO_FIVE, "RDATE:20261201T090000"), "not supported"),
        ((NINE, TO_FIVE, "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "not supported"),
        ((NINE, TO_FIVE, "RECURRENCE-ID;RANGE=THISANDFUTURE:20261130T080000Z"), "RANGE"),
        ((NINE, TO_FIVE, "RRULE:FREQ=MONTHLY"), "only daily and weekly rules are"),
        ((NINE, TO_FIVE, "RRULE:FREQ=WEEKLY;BYHOUR=9"), "only daily and weekly rules are"),
        ((NINE, TO_FIVE, "RRULE:FREQ=DAILY;INTERVAL=2;BYDAY=MO"), "not supported"),
        ((NINE, TO_FIVE, "RRULE:FREQ=WEEKLY;BYDAY=1MO"), "the rule of an event cannot be used: "),
        ((NINE, TO_FIVE, "RRULE:weekly"), "'WEEKLY' is not a part of a rule"),
        ((NINE, TO_FIVE, "RRULE:FREQ=WEEKLY;INTERVAL=0"), "'0' is not a number"),
        ((NINE, TO_FIVE, "RRULE:FREQ=WEEKLY;COUNT=99999"), "'99999' is not a number"),
        ((NINE, "DURATION:P32D", "RRULE:FREQ=DAILY"), "it lasts more than 31 days and recurs"),
        (("DTSTART:99991231T000000Z", "DURATION:P9D"), "cannot be used"),
        (("DTSTART;TZID=Asia/Tokyo:00010101T000000", "DURATION:P1D"), "cannot be used"),
    ],
)
def test_an_event_that_cannot_be_used_is_named_and_holds_up_no_other(
    lines: tuple[str, ...], words: str
) -> None:
    assert words in fault_of(*lines)
    shifts, faults = read(calendar(event(*lines), event(NINE, TO_FIVE, summary="hubot", uid="2")))
    assert ([each.person for each in shifts], len(faults)) == (["hubot"], 1)


@pytest.mark.parametrize("text", ["", "<html>Log in</html>", "BEGIN:VCARD"])
def test_what_is_no_calendar_is_not_taken_for_an_empty_one(text: str) -> None:
    with pytest.raises(OnCallUnknown, match="not an iCalendar file"):
        read(text)


def test_a_calendar_of_too_many_events_is_refused() -> None:
    assert len(read(calendar(*[event(NINE, TO_FIVE)] * 50))[0]) == 50
    with pytest.raises(OnCallUnknown, match=f"more than {MOST_EVENTS} events"):
        read(calendar(*["BEGIN:VEVENT\nEND:VEVENT"] * (MOST_EVENTS + 1)))


EVERY = "DTSTART:00020101T000000Z\nDURATION:P31D\nRRULE:FREQ=DAILY;"
BOMBS = {
    "rules that go on from the year 2": calendar(*[event(EVERY)] * 300),
    "rules of many days": calendar(*[event(f"{EVERY}BYDAY={'MO,' * 3000}MO")] * 100),
    "long numbers": calendar(*[event(f"{EVERY}INTERVAL={'9' * 9000}")] * 100),
    "one line": "BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + "x" * LARGEST,
    "one folded line": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:\n" + " x\n" * (LARGEST // 3),
    "nested parts": "BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + "BEGIN:X\n" * (LARGEST // 8),
    "parameters": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART" + ';A="' * (LARGEST // 4),
    "many exceptions": calendar(event(NINE, TO_FIVE, f"EXDATE:{'20261130T090000Z,' * 500}20261130T090000Z")),
    "seconds": calendar(*[event("DTSTART:19700101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY")] * 1000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_calendar_costs_no_more_than_its_size(name: str) -> None:
    """From the start of such rules, or with a pattern that backtracks, this would take more than an hour."""
    shifts, faults = read(BOMBS[name])
    days = (UNTIL - SINCE + LONGEST).days + 1
    assert len(shifts) + len(faults) <= BOMBS[name].count("BEGIN:VEVENT") * days
