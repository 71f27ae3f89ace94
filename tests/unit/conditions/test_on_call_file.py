"""The file of who is on call: what it may say, and that every fault is named with its key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chalicelib.conditions.on_call import Roster, ShiftSource
from chalicelib.conditions.on_call_file import Asked, load
from chalicelib.conditions.on_call_notes import OnCallNotes
from chalicelib.conditions.rotations import Rotation
from chalicelib.conditions.shifts import Shift
from chalicelib.errors import ConfigurationError

EXAMPLE = Path(__file__).parents[3] / "docs" / "on_call.example.toml"
FALLBACK = 'fallback = ["@o/leads"]\n'
ROTATION = 'rotation = {people = ["mona"], starts = 2026-11-30T09:00:00, shift = "1w"}\n'
OVERRIDE = '[[team.a.override]]\nperson = "ann"\nbegins = 2026-12-24T09:00:00\nends = 2026-12-25T09:00:00\n'


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        load(text)
    return raised.value.faults


def test_the_example_is_valid_and_says_what_its_words_say() -> None:
    file = load(EXAMPLE.read_text(encoding="utf-8"))
    teams = file.rosters.teams
    assert list(teams) == ["storage", "dev-infra", "billing", "ci-runners"]
    assert (teams["storage"].fallback, teams["billing"].fallback) == (
        ("@example-org/storage",),
        ("@example-org/oncall",),
    )
    christmas = datetime(2026, 12, 24, 8, tzinfo=UTC)
    assert teams["storage"].overrides == (Shift("hubot", christmas, datetime(2026, 12, 27, 8, tzinfo=UTC)),)
    assert teams["storage"].called(OnCallNotes(), datetime(2026, 11, 30, 8, tzinfo=UTC)).people == ("@mona",)
    assert file.asked == (
        Asked(
            "dev-infra",
            ZoneInfo("America/New_York"),
            {"mona lisa": "mona", "hugo bot": "hubot"},
            calendar="https://calendar.example.org/dev-infra.ics",
        ),
        Asked("billing", ZoneInfo("UTC"), {}, calendar_secret="billing_calendar"),
        Asked(
            "ci-runners",
            ZoneInfo("UTC"),
            {"mona@example.org": "mona", "hugo@example.org": "hubot"},
            schedules=("PI7DH85",),
        ),
    )
    assert [roster.source for roster in file.rosters.asked()] == [
        ShiftSource.CALENDAR,
        ShiftSource.CALENDAR,
        ShiftSource.PAGERDUTY,
    ]


@pytest.mark.parametrize(
    ("text", "key", "fault"),
    [
        ("", "fallback", "missing"),
        ("fallback = []", "fallback", "at least 1 item"),
        ('fallback = ["mona"]', "fallback.0", "is not a mention"),
        (FALLBACK + "[team.a]", "team.a", "needs one of rotation, calendar, calendar_secret and pagerduty"),
        (FALLBACK + '[team.a]\ncalendar = "http://example.org/a.ics"', "team.a.calendar", "https address"),
        (FALLBACK + '[team.a]\npagerduty = ["a b"]', "team.a.pagerduty.0", "pattern"),
        (FALLBACK + '[team.a]\npager = ["A"]', "team.a.pager", "unknown key"),
        ("fallback = [", "not TOML", ""),
    ],
)
def test_every_fault_is_named_with_its_key(text: str, key: str, fault: str) -> None:
    assert any(each.startswith(key) and fault in each for each in faults(text))


@pytest.mark.parametrize(
    ("right", "wrong", "key", "fault"),
    [
        ("[team.a]", "[team.A]", "team.A", "is not a team slug"),
        ("[team.a]", '[team.a]\ncalendar_secret = "c"', "team.a", "needs one of rotation"),
        ("[team.a]", '[team.a]\ntime_zone = "Mars"', "team.a.time_zone", "is not a time zone"),
        ('"1w"', '"2h"', "team.a.rotation.shift", "at least 4 hours"),
        ('"1w"', '"a week"', "team.a.rotation.shift", "is not a length of time"),
        ("30T09:00:00", "30T09:00:00Z", "team.a.rotation.starts", "timez"),
        ('["mona"]', "[]", "team.a.rotation.people", "at least 1"),
        ('"mona"', '"@mona"', "team.a.rotation.people.0", "is not a GitHub login"),
        ("12-25", "12-23", "team.a.override.0", "ends must"),
        ("12-25T09", "12-24T09", "team.a.override.0", "ends must"),
    ],
)
def test_every_fault_in_a_team_is_named_with_its_key(right: str, wrong: str, key: str, fault: str) -> None:
    text = f"{FALLBACK}[team.a]\n{ROTATION}{OVERRIDE}"
    assert load(text)
    assert any(each.startswith(key) and fault in each for each in faults(text.replace(right, wrong)))


def test_the_shortest_shift_is_valid() -> None:
    four = load(f"{FALLBACK}[team.a]\n{ROTATION.replace('1w', '4h')}").rosters.teams["a"].rotation
    assert four
    assert four.lasts == timedelta(hours=4)
    shorter = faults(f"{FALLBACK}[team.a]\n{ROTATION.replace('1w', '3h')}")
    assert [each.partition(": ")[2].removeprefix("Value error, ") for each in shorter] == [
        "a shift lasts at least 4 hours"
    ]


def test_a_team_in_the_file_has_its_roster_as_written() -> None:
    team = load(f'{FALLBACK}[team.a]\ntime_zone = "Europe/Berlin"\n{ROTATION}{OVERRIDE}').rosters.teams["a"]
    berlin = ZoneInfo("Europe/Berlin")
    turns = Rotation(("mona",), datetime.fromisoformat("2026-11-30T09:00"), timedelta(days=7), berlin)
    christmas = Shift("ann", datetime(2026, 12, 24, 8, tzinfo=UTC), datetime(2026, 12, 25, 8, tzinfo=UTC))
    assert team == Roster("a", ("@o/leads",), turns, (christmas,))
