"""How a first line is read, whose commands are carried out, and how many at once."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from chalicelib.conditions.hearing import (
    LONGEST_ARGUMENT,
    MOST_AHEAD,
    MOST_AT_ONCE,
    MOST_HEARD,
    MOST_PEOPLE,
    CommandsRead,
    first_line,
    hear,
    length_of,
    remembered,
)

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asks:
    """A command by somebody."""

    id: int
    author: str


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("/ack", ("ack", "")),
        ("/Ack  I have it ", ("ack", "I have it")),
        ("/snooze\t4h\t", ("snooze", "4h")),
        (" \r\n\n /snooze 4h\rmore", ("snooze", "4h")),
        (f"/{'a' * 2}", ("aa", "")),
        (f"/{'a' * 20}", ("a" * 20, "")),
        (f"/{'a' * 21}", ("", "")),
        ("/a", ("", "")),
        ("/ack1", ("", "")),
        ("x/ack", ("", "")),
        ("", ("", "")),
        (f"/ack {'x' * LONGEST_ARGUMENT}", ("ack", "x" * LONGEST_ARGUMENT)),
        (f"/ack {'x' * (LONGEST_ARGUMENT + 1)}", ("", "")),
    ],
)
def test_the_first_line_is_a_word_and_its_argument(body: str, read: tuple[str, str]) -> None:
    assert first_line(body) == read


@pytest.mark.parametrize(
    ("argument", "length"),
    [
        ("1m", timedelta(minutes=1)),
        ("23 H", timedelta(hours=23)),
        ("1d", DAY),
        ("24h", DAY),
        ("1441m", None),
        ("2d", None),
        ("0m", None),
        ("00001d", DAY),
        ("000001d", None),
        ("d", None),
        ("1w", None),
        ("1d ", None),
        ("", None),
    ],
)
def test_a_length_of_time_has_a_unit_and_a_limit(argument: str, length: timedelta | None) -> None:
    assert length_of(argument, DAY) == length


def test_of_too_many_comments_the_newest_are_remembered_as_processed() -> None:
    assert remembered((3, 1), (2, 3)) == (1, 2, 3)
    assert remembered(range(MOST_HEARD), ()) == tuple(range(MOST_HEARD))
    assert remembered(range(MOST_HEARD), (99,)) == (*range(1, MOST_HEARD), 99)


def test_a_few_commands_are_carried_out_at_once_and_the_rest_is_left() -> None:
    found = [Asks(number, "mona") for number in range(MOST_AT_ONCE + 2)]
    first, rest = tuple(found[:MOST_AT_ONCE]), tuple(found[MOST_AT_ONCE:])
    read = hear(found, (), lambda _: True)
    assert read == CommandsRead(first, tuple(each.id for each in first), rest)


def test_few_peoples_permissions_are_checked_the_oldest_comments_and_then_insiders_first() -> None:
    asked: list[str] = []

    def may_write(login: str) -> bool:
        asked.append(login)
        return login == "insider"

    crowd = [Asks(number, f"stranger-{number}") for number in range(MOST_PEOPLE + 3)]
    insider = Asks(99, "insider")
    read = hear([*crowd, insider], (), may_write, {"insider"}, {"stranger-2"})
    checked = [0, 1, *range(3, MOST_PEOPLE)]
    assert asked == ["stranger-0", "insider", *(f"stranger-{number}" for number in checked[1:])]
    assert len(asked) == MOST_PEOPLE
    assert read == CommandsRead((insider,), (*range(MOST_PEOPLE), 99), tuple(crowd[MOST_PEOPLE:]))


def test_somebody_who_was_refused_a_moment_ago_is_refused_unasked() -> None:
    found = [Asks(1, "stranger")]
    assert hear(found, (), lambda _: True, (), {"stranger"}) == CommandsRead((), (1,), ())


@pytest.mark.parametrize(("ahead", "taken"), [(MOST_AHEAD - 1, True), (MOST_AHEAD, False)])
def test_commands_overtake_unprocessed_ones_only_as_far_as_that_is_remembered(
    ahead: int, *, taken: bool
) -> None:
    crowd = [Asks(number, f"stranger-{number}") for number in range(1, MOST_PEOPLE + 2)]
    insider = Asks(999, "insider")
    heard = [0, 1, *range(100, 100 + ahead)]
    read = hear([*crowd, insider], heard, lambda login: login == "insider", {"insider"})
    assert read.allowed == ((insider,) if taken else ())
    assert read.left == tuple(crowd[MOST_PEOPLE - 1 :]) + (() if taken else (insider,))


def test_each_command_that_overtakes_takes_room() -> None:
    crowd = [Asks(number, f"stranger-{number}") for number in range(1, MOST_PEOPLE + 2)]
    insiders = [Asks(999, "insider"), Asks(1000, "insider")]
    heard = range(100, 100 + MOST_AHEAD - 1)
    read = hear([*crowd, *insiders], heard, lambda login: login == "insider", {"insider"})
    assert read.allowed == (insiders[0],)
    assert read.left == (*crowd[MOST_PEOPLE - 1 :], insiders[1])


def test_what_is_allowed_in_its_turn_takes_none() -> None:
    found = [Asks(number, "mona") for number in range(1, 4)]
    heard = range(100, 100 + MOST_AHEAD)
    assert hear(found, heard, lambda _: True).allowed == tuple(found)
    assert hear([], heard, lambda _: True) == CommandsRead()
