"""Wishes: who asked for the silences in force, so that people who miss an issue know whom to ask. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

SNOOZE, MUTE = "snooze", "mute"
"""As commands name them, which cannot be imported here."""
ENDS: Mapping[str, str] = {"unsnooze": SNOOZE, "unmute": MUTE}
"""The words that end a silence, by the silence's word."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for in a comment, such as a silence: the command's word, the person, and when."""

    word: str
    author: str
    at: datetime


def after(wishes: tuple[Wish, ...], command: Wish) -> tuple[Wish, ...]:
    """Note a command: a silence replaces the one with the same word, and its end removes it."""
    if command.word in (SNOOZE, MUTE):
        return (*_without(wishes, command.word), command)
    return _without(wishes, ENDS[command.word]) if command.word in ENDS else wishes


def seen(wishes: tuple[Wish, ...], *, muted: bool) -> tuple[Wish, ...]:
    """Forget who muted an issue that is no longer muted: somebody else may set the label next."""
    return wishes if muted else _without(wishes, MUTE)


def whose(wishes: tuple[Wish, ...], word: str) -> Wish | None:
    """Find who asked for a silence; None if it is by a label, which does not say."""
    return next((wish for wish in wishes if wish.word == word), None)


def _without(wishes: tuple[Wish, ...], word: str) -> tuple[Wish, ...]:
    return tuple(wish for wish in wishes if wish.word != word)
