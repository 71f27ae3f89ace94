"""Whose silences are in force: the newest of each word, until it ends or the label is gone."""

import pytest

from chalicelib.conditions import commands, wishes
from chalicelib.conditions.row import Status
from chalicelib.conditions.wishes import Wish
from chalicelib.store import codec
from tests.unit.builders import at
from tests.unit.conditions.test_commands import obeyed


def wish(word: str, author: str = "mona", minute: float = 1) -> Wish:
    return Wish(word, author, at(minute))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ([], ()),
        ([wish("mute")], (wish("mute"),)),
        ([wish("mute"), wish("snooze", "hubot")], (wish("mute"), wish("snooze", "hubot"))),
        ([wish("mute"), wish("mute", "hubot", 2)], (wish("mute", "hubot", 2),)),
        ([wish("mute"), wish("snooze"), wish("unmute")], (wish("snooze"),)),
        ([wish("snooze"), wish("unsnooze", "hubot")], ()),
        ([wish("mute"), wish("ack", "hubot")], (wish("mute"),)),
    ],
)
def test_the_newest_of_each_word_is_in_force_until_its_end(said: list[Wish], left: tuple[Wish, ...]) -> None:
    held: tuple[Wish, ...] = ()
    for each in said:
        held = wishes.after(held, each)
    assert held == left


def test_a_label_that_is_gone_leaves_nobody_to_ask() -> None:
    held = (wish("mute"), wish("snooze"))
    assert wishes.seen(held, muted=True) == held
    assert wishes.seen(held, muted=False) == (wish("snooze"),)
    assert wishes.whose(held, "mute") == wish("mute")
    assert wishes.whose((), "mute") is None


def test_a_command_that_is_obeyed_says_who_asked() -> None:
    assert obeyed("/snooze 1h").wishes == (wish(commands.SNOOZE, minute=5),)
    assert obeyed("/ack").wishes == ()


def test_only_a_row_that_somebody_silenced_has_the_field() -> None:
    """An earlier version reads a row without it as it did."""
    assert "wishes" in codec._unset(Status())
    assert "wishes" not in codec._unset(Status(wishes=(wish("mute"),)))
