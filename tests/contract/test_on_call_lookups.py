"""Whose shifts a calendar and PagerDuty have, asked over HTTP; nothing else counts as an answer."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

from chalicelib.conditions.on_call import OnCallUnknown
from chalicelib.conditions.on_call_file import Asked
from chalicelib.conditions.shifts import Shift
from chalicelib.lookups import calendars, pagerduty
from chalicelib.wiring.lookups import shifts
from tests.local.lists import Lists, serving
from tests.twins.stage import holding

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(days=15)
UTC_ZONE = ZoneInfo("UTC")
PEOPLE = {"mona lisa": "mona", "mona@example.org": "mona", "hugo@example.org": "hubot"}
CALENDAR = b"""\
BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:20261130T090000Z
DURATION:P1W
SUMMARY:Mona Lisa
END:VEVENT
END:VCALENDAR
"""
WEEK = Shift("mona", NOW - timedelta(hours=3), NOW + timedelta(days=7, hours=-3))
Found = tuple[list[Shift], list[str]]


@pytest.fixture
def lists() -> Lists:
    found = Lists()
    found.answers["/private/mona.ics"] = (200, {"content-type": "text/calendar"}, CALENDAR)
    return found


@pytest.fixture
def address(lists: Lists) -> Iterator[str]:
    with serving(lists) as address:
        yield address


def of_calendar(address: str, held: dict[str, str] | None = None, secret: str = "") -> Found:
    asked = Asked("storage", UTC_ZONE, PEOPLE, "" if secret else f"{address}/private/mona.ics", secret)
    return shifts(holding(held or {}), asked).shifts(NOW, UNTIL)


def of_pagerduty(address: str, held: dict[str, str] | None = None) -> Found:
    asked = Asked("storage", UTC_ZONE, PEOPLE, schedules=("PI7DH85", "PX"))
    return shifts(holding(held or {}, PAGERDUTY_API_URL=address), asked).shifts(NOW, UNTIL)


def oncall(email: str = "mona@example.org", **fields: Any) -> dict[str, Any]:
    """An entry as PagerDuty's reference has it, with `include[]=users`."""
    user = {"id": "PT23IWX", "type": "user", "summary": "Mona Lisa", "name": "Mona Lisa", "email": email}
    return {
        "escalation_policy": {"id": "PT20YPA", "type": "escalation_policy_reference", "summary": "Policy"},
        "escalation_level": 2,
        "schedule": {"id": "PI7DH85", "type": "schedule_reference", "summary": "Storage"},
        "user": user,
        "start": "2026-11-30T09:00:00Z",
        "end": "2026-12-07T04:00:00-05:00",
    } | fields


def page(*entries: dict[str, Any], more: bool = False) -> tuple[int, dict[str, str], bytes]:
    body = {"oncalls": entries, "limit": 100, "offset": 0, "more": more, "total": None}
    return 200, {"content-type": "application/json"}, json.dumps(body).encode()


def test_a_calendar_is_read_at_its_address(lists: Lists, address: str) -> None:
    assert of_calendar(address) == ([WEEK], [])
    assert lists.asked == ["/private/mona.ics"]


def test_an_address_may_be_a_secret_which_no_error_holds(lists: Lists, address: str) -> None:
    held = {"storage_calendar": f"{address}/private/mona.ics"}
    assert of_calendar(address, held, "storage_calendar") == ([WEEK], [])
    lists.answers["/private/mona.ics"] = (404, {}, b"")
    with pytest.raises(OnCallUnknown, match="answered 404") as told:
        of_calendar(address, held, "storage_calendar")
    assert "private" not in str(told.value)


@pytest.mark.parametrize(
    "held",
    [
        {},
        {"c": "http://calendar.example.org/private"},
        {"c": "file:///private"},
        {"c": "https://ü..org/private"},
    ],
)
def test_a_secret_that_is_no_https_address_is_not_asked(held: dict[str, str]) -> None:
    with pytest.raises(OnCallUnknown, match="c in the secret of the App must be an https address") as told:
        of_calendar("", held, "c")
    assert "private" not in str(told.value)


def test_pagerduty_is_asked_for_the_schedules_with_the_key_from_the_secret(
    lists: Lists, address: str
) -> None:
    lists.token = "Token token=u+key"
    with pytest.raises(OnCallUnknown, match="answered 401") as told:
        of_pagerduty(address, {"pagerduty_api_token": "other-key"})
    assert "other-key" not in str(told.value)
    lists.bodies["/oncalls"] = json.loads(page(oncall(), oncall(escalation_level=1))[2])
    assert of_pagerduty(address, {"pagerduty_api_token": "u+key"}) == ([WEEK], [])
    asked = parse_qsl(urlsplit(lists.asked[-1]).query)
    assert [value for name, value in asked if name == "schedule_ids[]"] == ["PI7DH85", "PX"]
    assert dict(asked)["since"] == NOW.isoformat()
    assert ("include[]", "users") in asked


def test_shifts_without_an_end_go_on_and_strangers_are_named(lists: Lists, address: str) -> None:
    stranger = oncall("nobody@example.org")
    lists.answers["/oncalls"] = page(oncall("HUGO@example.org", start=None, end=None), stranger, stranger)
    assert of_pagerduty(address) == ([Shift("hubot", NOW, UNTIL)], ["Mona Lisa is not in people"])


def test_a_strangers_long_name_is_cut_as_the_table_keeps_it(lists: Lists, address: str) -> None:
    entry = oncall("nobody@example.org")
    entry["user"]["summary"] = "x" * 500_000
    lists.answers["/oncalls"] = page(entry)
    (fault,) = of_pagerduty(address)[1]
    assert len(fault) < 100


def test_all_pages_are_read_up_to_a_limit(lists: Lists, address: str) -> None:
    lists.answers["/oncalls"] = page(oncall(), more=True)
    with pytest.raises(OnCallUnknown, match="more than 500 on-calls"):
        of_pagerduty(address)
    offsets = [dict(parse_qsl(urlsplit(each).query))["offset"] for each in lists.asked]
    assert offsets == [str(100 * number) for number in range(pagerduty.MOST_PAGES)]


def answers(status: int, body: bytes, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, headers, body


@pytest.mark.parametrize(
    "answer",
    [
        answers(503, CALENDAR),
        answers(302, CALENDAR, location="/private/mona.ics"),
        answers(200, b"<html>Log in</html>"),
        answers(200, CALENDAR, **{"content-length": "99999"}),
        answers(200, b" " * (calendars.LARGEST + 1)),
        answers(200, b"[]"),
        answers(200, b'{"oncalls":[{}]}'),
    ],
)
@pytest.mark.parametrize(("ask", "path"), [(of_calendar, "/private/mona.ics"), (of_pagerduty, "/oncalls")])
def test_anything_else_is_no_answer(
    lists: Lists, address: str, answer: tuple[int, dict[str, str], bytes], ask: Any, path: str
) -> None:
    lists.answers[path] = answer
    with pytest.raises(OnCallUnknown):
        ask(address)
    assert len(lists.asked) == 1  # no redirection is followed


def test_an_answer_in_drops_ends_in_time(lists: Lists, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.wiring.lookups.SECONDS", 0.2)
    lists.answers["/private/mona.ics"] = answers(200, CALENDAR, **{"content-length": "99999"})
    with pytest.raises(OnCallUnknown, match="did not answer"):
        of_calendar(address)


def test_a_proxy_of_the_environment_does_not_see_the_address(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert of_calendar(address) == ([WEEK], [])
