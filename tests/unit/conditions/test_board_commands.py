"""Commands on the board: which comments are commands, what they ask for, and what comes of it."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.conditions import board_commands
from chalicelib.conditions.asked_windows import KEPT, MOST, AskedWindows, key
from chalicelib.conditions.board_commands import DONE, WRONG, Request, heard, new, parse
from chalicelib.conditions.commands import PersonComment
from chalicelib.conditions.hearing import CommandsRead, hear
from chalicelib.conditions.windows import Scope, Window
from tests.unit.builders import REPOSITORY, at

HOUR = timedelta(hours=1)


def said(body: str, number: int = 1, minutes: float = 0, author: str = "mona") -> PersonComment:
    return PersonComment(number, author, body, at(minutes))


def window(body: str) -> Window | None:
    request = parse(REPOSITORY, said(body))
    assert request
    return request.window


@pytest.mark.parametrize(
    ("body", "hours", "scope", "reason"),
    [
        ("/maintenance 2h", 2, Scope(REPOSITORY), ""),
        ("/Maintenance 30m new disks\nmore words", 0.5, Scope(REPOSITORY), "new disks"),
        ("/maintenance 7d all of it", 168, Scope(REPOSITORY), "all of it"),
        (
            "/maintenance 2h team=storage source=grafana label:cluster=eu-1 new disks",
            2,
            Scope(REPOSITORY, frozenset({"storage"}), frozenset({"grafana"}), (("cluster", "eu-1"),)),
            "new disks",
        ),
        ("/maintenance 2h team=a team=b", 2, Scope(REPOSITORY, frozenset({"a", "b"})), ""),
    ],
)
def test_a_window_is_asked_for_with_its_length_what_it_covers_and_a_reason(
    body: str, hours: float, scope: Scope, reason: str
) -> None:
    assert window(body) == Window(at(0), at(0) + hours * HOUR, scope, reason, "mona")


@pytest.mark.parametrize(
    "body",
    [
        "/maintenance",
        "/maintenance new disks",
        "/maintenance 8d",
        "/maintenance 0h",
        "/maintenance 2h teams=storage",  # else it would cover every team
        "/maintenance 2h team=Storage",
        "/maintenance 2h label:cluster",
        "/maintenance 2h team:storage",
        "/maintenance 2h Sources:grafana",
        "/maintenance 2h team\uff1dstorage",  # as a Japanese keyboard writes it
        "/maintenence 2h",
    ],
)
def test_what_is_meant_as_a_command_and_is_none_is_wrong_and_covers_nothing(body: str) -> None:
    request = parse(REPOSITORY, said(body))
    assert request
    assert (request.window, request.end) == (None, False)


@pytest.mark.parametrize(
    "body", ["maintenance 2h", "/ack", "/assign mona", "words", "", f"/maintenance {'x' * 301}"]
)
def test_other_words_are_none_of_ours(body: str) -> None:
    assert parse(REPOSITORY, said(body)) is None


def test_a_comment_of_a_stranger_is_read_in_linear_time() -> None:
    for body in ("/maintenance 2h " + "label:" * 40, "/maintenance" + " " * 60_000 + "x" * 301):
        began = time.process_time()
        parse(REPOSITORY, said(body))
        assert time.process_time() - began < 1


def after(asked: AskedWindows, *spoken: PersonComment, minutes: float = 1) -> AskedWindows:
    read = hear(new(asked, REPOSITORY, spoken), asked.heard, lambda login: login == "mona")
    return heard(asked, spoken, read, at(minutes))


def test_only_who_may_write_is_heard_and_each_comment_once() -> None:
    asked = after(AskedWindows(), said("/maintenance 2h"), said("/maintenance 3h", 2, author="stranger"))
    assert (list(asked.windows), asked.answers, asked.heard) == ([1], {1: DONE}, (1, 2))
    again = after(asked.model_copy(update={"answers": {}}), said("/maintenance 9h"))
    assert (again.windows, again.answers) == (asked.windows, {})


def test_what_is_wrong_is_owed_an_answer_and_changes_nothing() -> None:
    asked = after(AskedWindows(), said("/maintenance soon"))
    assert (asked.windows, asked.answers) == ({}, {1: WRONG})


def test_end_ends_every_window_that_was_asked_for_here_and_moves_no_other_end() -> None:
    asked = after(AskedWindows(), said("/maintenance 2h"), said("/maintenance 10m", 2))
    ended = after(asked, said("/maintenance end", 3, 60), minutes=61)
    assert {name: each.ends for name, each in ended.windows.items()} == {1: at(61), 2: at(10)}
    assert ended.answers[3] == DONE
    later = after(ended, said("/maintenance 1h", 4, 70), minutes=71)
    assert later.windows[4].ends == at(130)


def test_a_window_that_has_not_begun_by_our_clock_ends_as_it_begins() -> None:
    asked = after(AskedWindows(), said("/maintenance 2h", 1, 5), said("/maintenance end", 2, 5), minutes=1)
    assert [(each.begins, each.ends) for each in asked.windows.values()] == [(at(5), at(5))]


def test_too_much_for_one_look_is_read_a_minute_later_in_its_order() -> None:
    crowd = [said("/maintenance 1h", number, number) for number in range(1, 9)]
    asked = after(AskedWindows(), *crowd)
    assert (len(asked.windows), asked.wanted, asked.since) == (5, True, at(6))
    rest = after(asked, *crowd)
    assert (len(rest.windows), rest.wanted, rest.since) == (8, False, at(8))


def test_a_crowd_of_strangers_neither_revives_a_window_nor_holds_up_who_may_write() -> None:
    asked = after(AskedWindows(), said("/maintenance 2d"), said("/maintenance end", 2))
    strangers = [said("/maintenance 1h", number, author=f"stranger-{number}") for number in range(3, 103)]
    spoken = (said("/maintenance 2d"), said("/maintenance end", 2), *strangers, said("/maintenance 9h", 103))
    looks = 0
    while len(asked.windows) == 1 and looks < 11:
        asked, looks = after(asked, *spoken), looks + 1
    assert {name: each.ends for name, each in asked.windows.items()} == {1: at(1), 103: at(9 * 60)}
    assert after(asked, *spoken).windows == asked.windows


def test_the_document_is_read_as_it_was_written() -> None:
    asked = after(AskedWindows(), said("/maintenance 2h team=a label:x=y disks"), said("/maintenance", 2))
    assert AskedWindows.model_validate_json(asked.model_dump_json()) == asked
    assert replace(asked.windows[1], by="") != asked.windows[1]
    assert timedelta(days=7) == board_commands.LONGEST_ASKED


def test_a_stage_may_have_more_commands_which_are_done_elsewhere() -> None:
    more = {"page": lambda argument: argument or None}
    asked, spoken = AskedWindows(), [said("/page mona", 1), said("/page", 2), said("/pages", 3)]
    found = new(asked, REPOSITORY, spoken, more)
    assert [(each.word, each.argument) for each in found] == [("page", "mona"), ("", ""), ("", "")]
    read = hear(found, (), lambda _: True)
    assert heard(asked, spoken, read, at(1), {1}).answers == {1: DONE, 2: WRONG, 3: WRONG}
    assert heard(asked, spoken, read, at(1)).answers[1] == WRONG
    assert new(asked, REPOSITORY, spoken) == []


def ends_at(minutes: float) -> Window:
    return Window(at(0), at(minutes))


@pytest.mark.parametrize(("before", "kept"), [(timedelta(seconds=1), True), (timedelta(), False)])
def test_a_window_is_forgotten_a_week_after_its_end(before: timedelta, *, kept: bool) -> None:
    asked = AskedWindows(windows={1: ends_at(60)})
    asked.forget(at(60) + KEPT - before)
    assert asked == AskedWindows(windows={1: ends_at(60)} if kept else {})


def test_of_too_many_windows_those_that_end_last_are_kept() -> None:
    windows = {number: ends_at(number) for number in range(MOST + 2, 0, -1)}
    asked = AskedWindows(windows=windows)
    asked.forget(at(0))
    assert asked.windows == {number: ends_at(number) for number in range(3, MOST + 3)}
    assert key("Org/Infra") == "maintenance#org/infra"


def test_a_look_at_the_board_notes_all_of_this_and_nothing_else() -> None:
    known = {1: ends_at(600), 9: ends_at(700)}
    asked = AskedWindows(
        windows=known, since=at(1), listened_at=at(2), wanted=True, heard=(1,), answers={1: DONE}
    )
    spoken = (said("/maintenance end", 4, 6), said("hello", 5, 8), said("/maintenance 1h", 6, 7, "ann"))
    end, left = Request(4, "mona", at(6), end=True), Request(6, "ann", at(7))
    told = heard(asked, spoken, CommandsRead((end,), (4, 5), (left,)), at(20))
    ended = {1: Window(at(0), at(20)), 9: ends_at(700)}  # one that was asked for later goes on
    noted = {"windows": ended, "since": at(7), "heard": (1, 4, 5), "answers": {1: DONE, 4: DONE}}
    assert told == asked.model_copy(update=noted)
    done = heard(asked, spoken, CommandsRead((end,), (4, 5)), at(20))
    assert done == asked.model_copy(update=noted | {"since": at(8), "wanted": False})
    nothing = heard(asked, (), CommandsRead(), at(20))
    assert nothing == asked.model_copy(update={"wanted": False})


@pytest.mark.parametrize(
    ("body", "request_"),
    [
        ("/maintenance END", Request(7, "mona", at(3), end=True)),
        ("/maintenance end now", Request(7, "mona", at(3))),
        (f"/maintenance {'x' * 300}", Request(7, "mona", at(3))),
        (
            "/maintenance 2h label:b=2 label:a=1 team=b new  disks",
            Request(
                7,
                "mona",
                at(3),
                Window(
                    at(3),
                    at(123),
                    Scope(REPOSITORY, frozenset({"b"}), labels=(("a", "1"), ("b", "2"))),
                    "new disks",
                    "mona",
                ),
            ),
        ),
    ],
)
def test_a_request_says_who_asked_for_what_and_when(body: str, request_: Request) -> None:
    assert parse(REPOSITORY, said(body, 7, 3)) == request_
