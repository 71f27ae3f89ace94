"""Commands: which comments are commands, and what they mean."""

from collections.abc import Container
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.conditions import commands, hearing
from chalicelib.conditions.command import Command, Remark
from chalicelib.conditions.commands import PersonComment
from chalicelib.conditions.hearing import CommandsRead
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import AlertState, Status
from chalicelib.conditions.wishes import Wish
from tests.unit.builders import at
from tests.unit.conditions.test_plan import FIRING, REF, with_issue

ROW = with_issue(FIRING, heard_at=at(1))


def said(
    body: str, number: int = 1, minute: float = 5, author: str = "mona", *, insider: bool = False
) -> PersonComment:
    return PersonComment(number, author, body, at(minute), insider)


CROWD = [said("/mute", number, author=f"stranger-{number % 50}") for number in range(1, 1001)]


def word(body: str) -> str | None:
    assert ROW.status.issue
    command = commands.parse(ROW.status.issue, said(body))
    return command.word if command else None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        *((f"/{each}", each) for each in ("ack", "unack", "mute", "unmute", "unsnooze")),
        ("  /ACK  \r\nI have it", "ack"),
        ("\n\n/ack", "ack"),
        ("/snooze 4h", "snooze"),
        # wrong, and so answered with the help
        ("/snooze", ""),
        ("/snooze until tomorrow", ""),
        ("/snooze 0h", ""),
        ("/snooze 31d", ""),
        ("/snoze 4h", ""),
        ("/ack everything", ""),
        ("/unmut", ""),
        ("/unack mona", ""),
        ("/acks", ""),
        # nothing of ours
        ("/lgtm", None),
        ("/assign @mona", None),
        ("/close", None),
        ("ack", None),
        ("> /ack", None),
        ("see /ack", None),
        ("I have it\n/ack", None),
        ("/ack/this/path", None),
        ("//ack", None),
        ("/ack" + " " * 3000 + "x" * 201, None),
        ("", None),
    ],
)
def test_the_first_line_may_be_a_command(body: str, expected: str | None) -> None:
    assert word(body) == expected


@pytest.mark.parametrize(
    ("argument", "length"),
    [
        ("30m", timedelta(minutes=30)),
        ("4 H", timedelta(hours=4)),
        ("2d", timedelta(days=2)),
        ("30d", timedelta(days=30)),
    ],
)
def test_a_snooze_lasts_from_when_it_was_said(argument: str, length: timedelta) -> None:
    status = heard(ROW, said(f"/snooze {argument}"))
    assert [command.until for command in status.commands] == [at(5) + length]
    assert commands.obeyed(status, status.commands[0], at(6)).snoozed_until == at(5) + length


def heard(row: AlertState, *spoken: PersonComment, writers: Container[str] = ("mona",)) -> Status:
    found, who = commands.new(row, spoken), commands.insiders(spoken)
    read = hearing.hear(found, row.status.heard, lambda login: login in writers, who)
    return commands.heard(row, spoken, len(spoken), read, at(70))


def hear(row: AlertState, *spoken: PersonComment, writers: Container[str] = ("mona",)) -> AlertState:
    return replace(row, status=heard(row, *spoken, writers=writers))


def test_a_command_is_heard_once_however_often_it_is_listed() -> None:
    once = hear(ROW, said("/ack"), said("chatter", 2))
    again = hear(once, said("/ack"), said("chatter", 2), said("/mute", 3))
    assert [command.word for command in again.status.commands] == ["ack", "mute"]
    done = replace(again, status=commands.obeyed(again.status, again.status.commands[0], at(6)))
    assert [command.word for command in hear(done, said("/ack")).status.commands] == ["mute"]


@pytest.mark.parametrize(("minute", "count"), [(49.9, 0), (50, 1), (60, 1)])
def test_what_was_said_before_the_last_hearing_is_not_heard_again_but_clocks_may_differ(
    minute: float, count: int
) -> None:
    row = with_issue(FIRING, heard_at=at(60))
    assert len(hear(row, said("/ack", minute=minute)).status.commands) == count


def test_how_far_people_were_heard_is_remembered() -> None:
    issue = hear(ROW, said("chatter", 1, 7), said("/ack", 2, 9), said("chatter", 3, 8)).status.issue
    assert issue
    assert (issue.heard, issue.heard_at) == (3, at(9))
    silent = hear(ROW).status.issue
    assert silent
    assert silent.heard_at == at(1)


def test_the_newest_commands_are_remembered() -> None:
    many = [said("/ack", number, author="stranger") for number in range(1, 101)]
    assert hear(ROW, *many).status.heard == tuple(range(37, 101))


def test_a_look_takes_a_handful_and_the_rest_have_their_turn_later_in_their_order() -> None:
    many = [said("/ack", number) for number in range(1, 13)]
    row, taken = ROW, []
    for _ in range(3):
        row = hear(row, *many)
        taken.append([command.id for command in row.status.commands])
        assert row.status.issue
        assert (row.status.issue.listen_at is None) is (taken[-1][-1] == 12)
        row = replace(row, status=replace(row.status, commands=()))
    assert taken == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12]]
    assert hear(row, *many).status.commands == ()


def test_of_many_strangers_a_few_are_looked_up_and_of_each_once() -> None:
    asked: list[str] = []

    def may_write(login: str) -> bool:
        asked.append(login)
        return False

    read = hearing.hear(commands.new(ROW, CROWD), (), may_write)
    assert asked == [f"stranger-{number}" for number in range(1, 11)]
    assert (read.allowed, len(read.ids), len(read.left)) == ((), 10, 990)


def test_a_crowd_of_strangers_keeps_nobody_from_being_heard_in_the_end() -> None:
    row, looks = ROW, 0
    while not row.status.commands:
        row, looks = hear(row, *CROWD, said("/ack", 1001)), looks + 1
        assert looks <= 101
    assert [command.word for command in row.status.commands] == ["ack"]
    assert hear(replace(row, status=replace(row.status, commands=())), *CROWD).status.commands == ()


def test_no_crowd_holds_up_whom_github_calls_an_insider() -> None:
    row = hear(ROW, *CROWD, said("/snooze 1h", 1001, insider=True), said("/ack", 1002, insider=True))
    assert [command.word for command in row.status.commands] == ["snooze", "ack"]
    assert row.status.heard == (*range(1, 10), 1001, 1002)


def test_no_crowd_of_insiders_who_may_not_write_holds_up_another_for_ever() -> None:
    """To GitHub a contributor is an insider, but may write no more than a stranger."""
    crowd = [said("/mute", number, author=f"contributor-{number}", insider=True) for number in range(2, 14)]
    assert [each.id for each in heard(ROW, said("/ack"), *crowd).commands] == [1]


def test_a_command_that_overtook_a_crowd_is_heard_once_and_nobody_in_the_crowd_is_forgotten() -> None:
    """Neither is a member who hides the membership, and so looks like a stranger."""
    mine = [said("/ack", 1002 + number, author="hubot", insider=True) for number in range(100)]
    row, taken = ROW, list[int]()
    for _ in range(60):
        row = hear(row, *CROWD[:300], said("/mute", 1001, author="mona"), *mine, writers=("mona", "hubot"))
        taken += [command.id for command in row.status.commands]
        assert len(row.status.heard) <= hearing.MOST_HEARD
        row = replace(row, status=replace(row.status, commands=()))
    assert sorted(taken) == [1001, *(each.id for each in mine)]


def test_who_was_refused_a_moment_ago_is_not_asked_about_again() -> None:
    asked: list[str] = []

    def may_write(login: str) -> bool:
        asked.append(login)
        return login == "mona"

    known = frozenset(f"stranger-{number}" for number in range(45))
    read = hearing.hear(commands.new(ROW, [*CROWD, said("/ack", 1001)]), (), may_write, refused=known)
    assert [command.word for command in read.allowed] == ["ack"]
    assert asked == [*(f"stranger-{number}" for number in range(45, 50)), "mona"]


def obeyed(body: str, row: AlertState = ROW) -> Status:
    status = heard(row, said(body))
    return commands.obeyed(status, status.commands[0], at(6))


def test_each_command_has_its_effect() -> None:
    heard_to = heard(ROW, said("/ack")).issue
    assert heard_to
    assert [obeyed(body).issue for body in ("/ack", "/mute", "/snooze 1h")] == [
        replace(heard_to, acked_by="mona", acked_at=at(5)),
        replace(heard_to, muted=True),
        heard_to,
    ]
    had = with_issue(FIRING, heard_at=at(1), acked_by="mona", acked_at=at(4), tier=1, called_at=at(4))
    back = Wish("unack", "mona", at(5))
    assert obeyed("/unack", had).issue == replace(heard_to, called_at=at(6), given_back=back)
    muted, snoozed = (
        with_issue(FIRING, muted=True),
        replace(ROW, status=replace(ROW.status, snoozed_until=at(9))),
    )
    lifted = obeyed("/unmute", muted).issue
    assert lifted
    assert (lifted.muted, lifted.called_at) == (False, at(6))
    loud = obeyed("/unsnooze", muted).issue
    assert loud
    assert (loud.muted, loud.called_at) == (True, at(6))
    assert obeyed("/unsnooze", snoozed).snoozed_until is None


def test_a_wrong_command_is_owed_an_answer() -> None:
    status = heard(ROW, said("/snooze"))
    answered = commands.corrected(status, status.commands[0])
    assert (answered.commands, answered.replies) == ((), (1,))


def test_without_an_issue_nothing_is_heard_and_nothing_labelled() -> None:
    assert heard(FIRING, said("/ack")) == FIRING.status
    command = replace(heard(ROW, said("/mute")).commands[0], ref=replace(REF, number=99))
    assert commands.obeyed(ROW.status, command, at(6)) == ROW.status


def remembered(*comments: PersonComment) -> list[tuple[str, int]]:
    row = ROW
    for each in comments:
        row = replace(row, status=commands.heard(row, [each], 1, hearing.CommandsRead(), at(9)))
    assert row.status.issue
    return [(remark.author, remark.id) for remark in row.status.issue.remarks]


def test_the_newest_remark_of_each_person_is_remembered() -> None:
    said_twice = (said("it is the disk", 1), said("so it was", 3), said("ok", 2, author="hubot"))
    assert remembered(*said_twice) == [("hubot", 2), ("mona", 3)]
    assert remembered(*reversed(said_twice)) == [("hubot", 2), ("mona", 3)]


def test_a_command_alone_is_no_remark() -> None:
    assert remembered(said("/ack"), said("/lgtm", 2), said("  ", 3)) == []
    assert remembered(said("/ack\nI have it", 4)) == [("mona", 4)]


def test_the_remarks_of_few_people_are_remembered() -> None:
    many = [said("me too", number, author=f"user-{number}") for number in range(1, 9)]
    assert remembered(*many) == [(f"user-{number}", number) for number in range(4, 9)]


def of_page(argument: str) -> str | None:
    return argument.lower() if argument.isalpha() else None


@pytest.mark.parametrize(
    ("body", "expected"),
    [("/page Mona", ("page", "mona")), ("/page 12", ("", "")), ("/pages x", ("", "")), ("/paint", None)],
)
def test_a_stage_may_have_more_commands_each_of_which_reads_what_follows(
    body: str, expected: tuple[str, str] | None
) -> None:
    found = commands.new(ROW, [said(body)], {"page": of_page})
    assert [(each.word, each.argument) for each in found] == ([expected] if expected else [])
    assert commands.new(ROW, [said(body)]) == []


KNOWN = Status(heard=(1,), replies=(3,), commands=(), wishes=(Wish("mute", "ann", at(1)),))


def with_status(**fields: Any) -> AlertState:
    known = with_issue(FIRING, heard_at=at(1), remarks=(Remark(2, "ann", at(2)),))
    return replace(known, status=replace(KNOWN, issue=known.status.issue, **fields))


def test_a_look_at_comments_notes_all_of_this_and_nothing_else() -> None:
    row = with_status()
    spoken = (said("/ack", 4, 6), said("I see it.", 5, 7, "ann"), said("/ack\nmine", 6, 5, "bob"))
    ack = Command(REF, 4, "mona", "ack", at(6))
    left = Command(REF, 6, "bob", "ack", at(5))
    read = CommandsRead((ack,), (4, 5), (left,))
    remarks = (Remark(5, "ann", at(7)), Remark(6, "bob", at(5)))
    assert row.status.issue
    issue = replace(row.status.issue, heard=9, heard_at=at(5), listen_at=at(71), remarks=remarks)
    expected = replace(row.status, issue=issue, commands=(ack,), heard=(1, 4, 5))
    assert commands.heard(row, spoken, 9, read, at(70)) == expected
    done = commands.heard(row, spoken, 9, CommandsRead((ack,), (4, 5, 6)), at(70))
    issue = replace(issue, heard_at=at(7), listen_at=None)
    assert done == replace(expected, issue=issue, heard=(1, 4, 5, 6))
    silent = commands.heard(row, (), 9, CommandsRead(), at(70))
    assert silent == replace(row.status, issue=replace(row.status.issue, heard=9))
    alone = replace(row, status=KNOWN)
    assert commands.heard(alone, spoken, 9, read, at(70)) == KNOWN
    assert commands.new(alone, spoken) == []


def test_the_newest_remarks_of_a_few_people_are_remembered() -> None:
    crowd = [said("words", number, author=f"p{number % 7}") for number in range(1, 12)]
    row = with_issue(FIRING, heard_at=at(1))
    assert row.status.issue
    found = commands.heard(row, crowd, 11, CommandsRead(), at(70)).issue
    assert found
    assert [(each.id, each.author) for each in found.remarks] == [
        (number, f"p{number % 7}") for number in range(7, 12)
    ]


@pytest.mark.parametrize(
    ("body", "remark"),
    [("/ack", False), (" /ack \n", False), ("", False), ("  \n ", False), ("/ack\nmine", True), ("hm", True)],
)
def test_only_a_comment_with_more_than_a_command_is_a_remark(body: str, *, remark: bool) -> None:
    found = commands.heard(ROW, [said(body, 3)], 1, CommandsRead(), at(70)).issue
    assert found
    assert found.remarks == ((Remark(3, "mona", at(5)),) if remark else ())


def test_below_the_oldest_remembered_comment_everything_was_processed() -> None:
    full = tuple(range(10, 10 + hearing.MOST_HEARD))
    assert commands.oldest(full) == 10
    assert commands.oldest(full[1:]) == 0
    row = with_status(heard=full)
    spoken = [said("/ack", number) for number in (9, 10, 99)]
    assert [each.id for each in commands.new(row, spoken)] == [99]
    assert [each.id for each in commands.new(with_status(heard=full[1:]), spoken)] == [9, 10, 99]


ACK = Command(REF, 5, "mona", "ack", at(6))
OTHER = Command(REF, 6, "bob", "mute", at(7))


@pytest.mark.parametrize(
    ("word", "issue", "status"),
    [
        ("ack", {"acked_by": "mona", "acked_at": at(6)}, {}),
        (
            "unack",
            {
                "acked_by": "",
                "acked_at": None,
                "tier": 0,
                "called_at": at(9),
                "given_back": Wish("unack", "mona", at(6)),
            },
            {},
        ),
        ("mute", {"muted": True}, {"wishes": (Wish("snooze", "ann", at(1)), Wish("mute", "mona", at(6)))}),
        (
            "unmute",
            {"muted": False, "called_at": at(9)},
            {"wishes": (Wish("snooze", "ann", at(1)),)},
        ),
        (
            "unsnooze",
            {"called_at": at(9)},
            {"wishes": (Wish("mute", "ann", at(1)),), "snoozed_until": None},
        ),
        (
            "snooze",
            {},
            {
                "wishes": (Wish("mute", "ann", at(1)), Wish("snooze", "mona", at(6))),
                "snoozed_until": at(30),
            },
        ),
    ],
)
def test_each_command_changes_what_it_says_and_nothing_else(
    word: str, issue: dict[str, Any], status: dict[str, Any]
) -> None:
    had: dict[str, Any] = {"acked_by": "ann", "acked_at": at(2), "tier": 1, "called_at": at(2), "muted": True}
    shown = with_issue(FIRING, **had).status.issue
    assert shown
    command = replace(ACK, word=word, until=at(30) if word == "snooze" else None)
    before = Status(
        issue=shown,
        commands=(command, OTHER),
        replies=(3,),
        snoozed_until=at(20),
        wishes=(Wish("snooze", "ann", at(1)), Wish("mute", "ann", at(1))),
    )
    after = replace(before, issue=replace(shown, **issue), commands=(OTHER,), **status)
    if word == "mute":
        after = replace(after, wishes=(Wish("snooze", "ann", at(1)), Wish("mute", "mona", at(6))))
    assert commands.obeyed(before, command, at(9)) == after
    elsewhere = replace(command, ref=IssueRef("org/other", 1))
    kept = commands.obeyed(before, elsewhere, at(9))
    assert kept.issue == shown
    assert kept.commands == (OTHER,)
    assert commands.obeyed(replace(before, issue=None), command, at(9)).issue is None


def test_a_wrong_command_is_done_once_it_is_owed_an_answer() -> None:
    before = Status(commands=(ACK, OTHER), replies=(3,))
    assert commands.corrected(before, ACK) == Status(commands=(OTHER,), replies=(3, 5))
    assert commands.dismissed(before, OTHER) == Status(commands=(ACK,), replies=(3,))
