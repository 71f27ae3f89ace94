"""The file of maintenance windows: what it may say, and that every fault is named with its key."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chalicelib.conditions.maintenance_file import load
from chalicelib.conditions.windows import Recurring, Scope, Window
from chalicelib.errors import ConfigurationError

EXAMPLE = Path(__file__).parents[3] / "docs" / "maintenance.example.toml"
ONCE = 'begins = 2026-12-05T20:00:00+01:00\nends = 2026-12-06T04:00:00Z\nreason = "r"\n'
SUNDAYS = 'days = ["sunday"]\nat = "02:00"\nlasts = "3h"\ntime_zone = "UTC"\nreason = "r"\n'


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        load(text)
    return str(raised.value).removeprefix("maintenance.toml: ").split("; ")


def test_windows_once_and_recurring_are_read() -> None:
    text = f'[[window]]\n{ONCE}all = true\n[[window]]\n{SUNDAYS}teams = ["storage"]\nlabels = {{a = "b"}}'
    begins, ends = datetime(2026, 12, 5, 19, tzinfo=UTC), datetime(2026, 12, 6, 4, tzinfo=UTC)
    scope = Scope(teams=frozenset({"storage"}), labels=(("a", "b"),))
    weekly = Recurring(frozenset({6}), time(2), timedelta(hours=3), ZoneInfo("UTC"), scope, "r")
    assert load(text) == (Window(begins, ends, reason="r"), weekly)


def test_the_example_is_valid_and_an_empty_file_has_no_windows() -> None:
    assert len(load(EXAMPLE.read_text(encoding="utf-8"))) == 3
    assert load("") == ()


@pytest.mark.parametrize(
    ("window", "key", "fault"),
    [
        (ONCE, "window.0", "needs teams, sources or labels, or all = true"),
        (ONCE + 'all = true\nteams = ["a"]', "window.0", "needs teams, sources or labels, or all = true"),
        ('reason = "r"\nall = true', "window.0", "needs begins and ends, or days"),
        (ONCE + SUNDAYS.replace('reason = "r"\n', "") + "all = true", "window.0", "needs begins and ends"),
        (SUNDAYS.replace('at = "02:00"\n', "") + "all = true", "window.0", "needs begins and ends"),
        (ONCE.replace("04:00:00Z", "04:00:00") + "all = true", "window.0.ends", "timezone"),
        (ONCE.replace("12-06", "11-06") + "all = true", "window.0", "ends must come after begins"),
        (ONCE.replace("2026-12-06", "2027-12-06") + "all = true", "window.0", "by at most 30 days"),
        (SUNDAYS.replace("sunday", "Sunday") + "all = true", "window.0.days.0", "day of the week"),
        (SUNDAYS.replace("02:00", "2 am") + "all = true", "window.0.at", "is not a time of day"),
        (SUNDAYS.replace('"3h"', '"800h"') + "all = true", "window.0.lasts", "longer than 30 days"),
        (SUNDAYS.replace('"3h"', '"long"') + "all = true", "window.0.lasts", "is not a length of time"),
        (
            SUNDAYS.replace('"UTC"', '"Mars/Olympus"') + "all = true",
            "window.0.time_zone",
            "is not a time zone",
        ),
        (SUNDAYS.replace('"UTC"', '"../etc"') + "all = true", "window.0.time_zone", "is not a time zone"),
        (ONCE + 'teams = ["Storage"]', "window.0.teams.0", "team slug"),
        (ONCE + 'team = ["storage"]', "window.0.team", "unknown key"),
        (ONCE.replace('reason = "r"', "") + "all = true", "window.0.reason", "missing"),
    ],
)
def test_every_fault_is_named_with_its_key(window: str, key: str, fault: str) -> None:
    assert any(each.startswith(key) and fault in each for each in faults(f"[[window]]\n{window}"))


def test_what_is_not_toml_is_said_so() -> None:
    assert faults("[[window]")[0].startswith("not TOML")


ALL = "all = true\n"


@pytest.mark.parametrize(
    ("window", "fault"),
    [
        (ONCE, "needs teams, sources or labels, or all = true, which covers every alert"),
        ('reason = "r"\n' + ALL, "needs begins and ends, or days, at, lasts and time_zone"),
        (ONCE.replace("12-06", "11-06") + ALL, "ends must come after begins, by at most 30 days"),
        (SUNDAYS.replace("sunday", "Sunday") + ALL, "'Sunday' is not a day of the week such as sunday"),
        (SUNDAYS.replace("02:00", "24:00") + ALL, "'24:00' is not a time of day such as \"02:30\""),
        (SUNDAYS.replace('"02:00"', "2") + ALL, '2 is not a time of day such as "02:30"'),
        (SUNDAYS.replace("3h", "721h") + ALL, "longer than 30 days"),
    ],
)
def test_a_fault_says_what_is_allowed(window: str, fault: str) -> None:
    (told,) = faults(f"[[window]]\n{window}")
    assert told.endswith(fault)


@pytest.mark.parametrize(
    ("begins", "ends", "valid"),
    [
        ("2026-12-01T00:00:00Z", "2026-12-31T00:00:00Z", True),
        ("2026-12-01T00:00:00Z", "2026-12-31T00:00:01Z", False),
        ("2026-12-01T00:00:00Z", "2026-12-01T00:00:01Z", True),
        ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z", False),
    ],
)
def test_a_window_lasts_up_to_thirty_days(begins: str, ends: str, *, valid: bool) -> None:
    text = f'[[window]]\nbegins = {begins}\nends = {ends}\nreason = "r"\nall = true'
    if valid:
        assert len(load(text)) == 1
    else:
        assert len(faults(text)) == 1
    assert len(load(f"[[window]]\n{SUNDAYS.replace('3h', '720h')}{ALL}")) == 1
