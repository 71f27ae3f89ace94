"""Listening to the boards: when their comments are read, and that each is answered once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.conditions.asked_windows import AskedWindows, key
from chalicelib.conditions.board_commands import Request
from chalicelib.conditions.commands import PersonComment
from chalicelib.conditions.issue import Draft, IssueRef
from chalicelib.errors import Refused, TooLate, Unavailable
from chalicelib.labels import AREA_LABEL
from chalicelib.reconcile.board import BoardListener, kept
from chalicelib.reconcile.board.kept import Kept
from tests.unit.builders import REPOSITORY, at
from tests.unit.reconcile.test_board import Bench
from tests.unit.sync.test_sync import fails_with

BOARD = IssueRef(REPOSITORY, 1)


class Hall(Bench):
    """A board that people write on."""

    def __init__(self) -> None:
        super().__init__()
        self.clock.time = at(0)
        self.tracker.open(REPOSITORY, Draft("Alert board", "", (AREA_LABEL,)), at(9))
        self.tracker.calls.clear()
        self.store.swap(kept.key(REPOSITORY), Kept(number=1).model_dump_json(), 0)
        self.listener = BoardListener(
            self.store,
            lambda: self.tracker,
            self.permits,
            frozenset({REPOSITORY}),
            self.clock.now,
            self.telemetry,
        )

    def says(self, body: str, author: str = "mona", *, insider: bool = False) -> None:
        thread = self.tracker._thread(BOARD)
        number = len(thread.spoken) + 1
        thread.spoken.append(PersonComment(number, author, body, self.clock.now(), insider))

    def listen(self, minutes: float = 5) -> None:
        self.clock.pass_(seconds=60 * minutes)
        self.listener.listen(self.clock.now() + timedelta(minutes=1))

    @property
    def asked(self) -> AskedWindows:
        return self.store.load(key(REPOSITORY)).parsed(AskedWindows)

    @property
    def reactions(self) -> set[tuple[int, str]]:
        return self.tracker._thread(BOARD).reactions


@pytest.fixture
def hall() -> Hall:
    found = Hall()
    found.tracker.writers = {"mona"}
    return found


def test_who_may_write_gets_a_window_and_thumbs_up(hall: Hall) -> None:
    hall.says("/maintenance 2h new disks")
    hall.says("/maintenance 3h", author="stranger")
    hall.says("/maintenance later")
    hall.listen()
    assert [(each.by, each.reason) for each in hall.asked.windows.values()] == [("mona", "new disks")]
    assert hall.reactions == {(1, "+1"), (3, "confused")}
    assert hall.asked.answers == {}


def test_a_crowd_of_strangers_holds_up_nobody_whom_github_calls_an_insider(hall: Hall) -> None:
    for number in range(500):
        hall.says("/maintenance 3h", author=f"stranger-{number % 50}")
    hall.says("/maintenance 2h new disks", insider=True)
    hall.listen()
    assert [each.reason for each in hall.asked.windows.values()] == ["new disks"]


def test_a_crowd_of_strangers_is_asked_about_once_so_that_a_hidden_member_waits_some_minutes(
    hall: Hall,
) -> None:
    for number in range(500):
        hall.says("/maintenance 3h", author=f"stranger-{number % 50}")
    hall.says("/maintenance 2h new disks")
    for _ in range(6):
        hall.listen(1)
    assert [each.reason for each in hall.asked.windows.values()] == ["new disks"]
    assert hall.tracker.calls.count("may_write") == 51


def test_it_is_read_every_five_minutes_or_a_minute_after_somebody_commented(hall: Hall) -> None:
    hall.listen()
    hall.listen(4)
    assert hall.tracker.calls.count("spoken") == 1
    hall.listen(1)
    assert hall.tracker.calls.count("spoken") == 2
    document = hall.store.load(key(REPOSITORY))
    hall.store.swap(key(REPOSITORY), AskedWindows(wanted=True).model_dump_json(), document.version)
    hall.listen(1)
    assert hall.tracker.calls.count("spoken") == 3
    assert not hall.asked.wanted


def test_old_comments_are_not_read_when_a_board_is_first_listened_to(hall: Hall) -> None:
    hall.says("/maintenance 2h")
    hall.listen(60)
    assert hall.asked.windows == {}


def test_without_a_board_or_while_github_asks_to_wait_nothing_is_read(hall: Hall) -> None:
    hall.permits.generous = False
    hall.listen()
    hall.permits.generous = True
    hall.store.swap(kept.key(REPOSITORY), Kept().model_dump_json(), 1)
    hall.listen()
    assert hall.tracker.calls == []


def test_an_answer_that_failed_is_given_a_minute_later_and_the_window_stands(hall: Hall) -> None:
    hall.says("/maintenance 2h")
    hall.tracker.faults["react"] = fails_with(Unavailable("502"))
    hall.listen()
    assert (len(hall.asked.windows), hall.reactions) == (1, set())
    hall.listen(1)
    assert (len(hall.asked.windows), hall.reactions, hall.asked.answers) == (1, {(1, "+1")}, {})


def test_an_answer_that_github_refuses_is_not_tried_again(hall: Hall) -> None:
    hall.says("/maintenance 2h")
    hall.tracker.faults["react"] = fails_with(Refused("gone", status=404))
    hall.listen()
    assert (len(hall.asked.windows), hall.asked.answers) == (1, {})
    assert [name for name, _ in hall.telemetry.problems] == ["NOT_ANSWERED"]


def test_whoever_writes_the_document_meanwhile_knows_better_and_it_is_read_again(hall: Hall) -> None:
    hall.says("/maintenance 2h")

    def meanwhile(_: str, effect: Callable[[], Any]) -> Any:
        document = hall.store.load(key(REPOSITORY))
        asked = document.parsed(AskedWindows).model_copy(update={"wanted": True})
        hall.store.swap(key(REPOSITORY), asked.model_dump_json(), document.version)
        hall.tracker.faults.clear()
        return effect()

    hall.tracker.faults["spoken"] = meanwhile
    hall.listen()
    assert hall.asked.windows == {}
    hall.listen(1)
    assert len(hall.asked.windows) == 1


def test_one_repositorys_trouble_is_told_and_a_lack_of_time_ends_the_run(hall: Hall) -> None:
    hall.tracker.faults["spoken"] = fails_with(Unavailable("502"))
    hall.listen()
    assert [name for name, _ in hall.telemetry.problems] == ["BOARD_NOT_HEARD"]
    hall.tracker.faults["spoken"] = fails_with(TooLate("no time"))
    with pytest.raises(TooLate):
        hall.listen()
    hall.listener.listen(hall.clock.now())


class Paging:
    """A further command that a stage has."""

    def __init__(self) -> None:
        self.paged: list[tuple[str, str, str]] = []

    def read(self, argument: str) -> str | None:
        return argument or None

    def asked(self, tracker: object, repository: str, request: Request, before: datetime) -> bool:
        self.paged.append((request.author, request.argument, repository))
        return request.argument == "hubot"


def test_a_command_of_the_stage_is_carried_out_and_answered(hall: Hall) -> None:
    paging = Paging()
    hall.listener = replace(hall.listener, deeds={"page": paging})
    hall.says("/page hubot")
    hall.says("/page nobody")
    hall.says("/page")
    hall.says("/page hubot", author="stranger")
    hall.listen()
    assert paging.paged == [("mona", "hubot", REPOSITORY), ("mona", "nobody", REPOSITORY)]
    assert hall.reactions == {(1, "+1"), (2, "confused"), (3, "confused")}
