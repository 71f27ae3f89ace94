"""Commands: which comments are some, and what they mean."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.lifecycle import commands
from chalicelib.lifecycle.commands import Spoken
from chalicelib.lifecycle.state import AlertState, Status
from tests.unit.builders import at
from tests.unit.test_plan import FIRING, REF, with_issue

ROW = with_issue(FIRING, heard_at=at(1))


def said(body: str, number: int = 1, minute: float = 5) -> Spoken:
    return Spoken(number, "mona", body, at(minute))


def word(body: str) -> str | None:
    assert ROW.status.issue
    command = commands.parse(ROW.status.issue, said(body))
    return command.word if command else None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        *((f"/{each}", each) for each in ("ack", "mute", "unmute", "unsnooze")),
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
    status = commands.heard(ROW, [said(f"/snooze {argument}")], 1)
    assert [command.until for command in status.commands] == [at(5) + length]
    assert commands.obeyed(status, status.commands[0]).snoozed_until == at(5) + length


def hear(row: AlertState, *spoken: Spoken) -> AlertState:
    return replace(row, status=commands.heard(row, spoken, len(spoken)))


def test_a_command_is_heard_once_however_often_it_is_listed() -> None:
    once = hear(ROW, said("/ack"), said("chatter", 2))
    again = hear(once, said("/ack"), said("chatter", 2), said("/mute", 3))
    assert [command.word for command in again.status.commands] == ["ack", "mute"]
    done = replace(again, status=commands.obeyed(again.status, again.status.commands[0]))
    assert [command.word for command in hear(done, said("/ack")).status.commands] == ["mute"]


@pytest.mark.parametrize(("minute", "heard"), [(49.9, 0), (50, 1), (60, 1)])
def test_what_was_said_before_the_last_hearing_is_not_heard_again_but_clocks_may_differ(
    minute: float, heard: int
) -> None:
    row = with_issue(FIRING, heard_at=at(60))
    assert len(hear(row, said("/ack", minute=minute)).status.commands) == heard


def test_how_far_people_were_heard_is_remembered() -> None:
    issue = hear(ROW, said("chatter", 1, 7), said("/ack", 2, 9), said("chatter", 3, 8)).status.issue
    assert issue
    assert (issue.heard, issue.heard_at) == (3, at(9))
    silent = hear(ROW).status.issue
    assert silent
    assert silent.heard_at == at(1)


def test_the_newest_commands_are_remembered() -> None:
    many = [said("/ack", number) for number in range(100)]
    assert hear(ROW, *many).status.heard == tuple(range(36, 100))


def obeyed(body: str, row: AlertState = ROW) -> Status:
    status = commands.heard(row, [said(body)], 1)
    return commands.obeyed(status, status.commands[0])


def test_each_command_has_its_effect() -> None:
    assert [obeyed(body).issue for body in ("/ack", "/mute")] == [
        replace(obeyed("/unsnooze").issue, acked_by="mona"),  # type: ignore[type-var]
        replace(obeyed("/unsnooze").issue, muted=True),  # type: ignore[type-var]
    ]
    muted, snoozed = (
        with_issue(FIRING, muted=True),
        replace(ROW, status=replace(ROW.status, snoozed_until=at(9))),
    )
    lifted = obeyed("/unmute", muted).issue
    assert lifted
    assert not lifted.muted
    assert obeyed("/unsnooze", snoozed).snoozed_until is None


def test_a_wrong_command_is_owed_an_answer() -> None:
    status = commands.heard(ROW, [said("/snooze")], 1)
    answered = commands.corrected(status, status.commands[0])
    assert (answered.commands, answered.replies) == ((), (1,))


def test_without_an_issue_nothing_is_heard_and_nothing_labelled() -> None:
    assert commands.heard(FIRING, [said("/ack")], 1) == FIRING.status
    command = replace(commands.heard(ROW, [said("/mute")], 1).commands[0], ref=replace(REF, number=99))
    assert commands.obeyed(ROW.status, command) == ROW.status
