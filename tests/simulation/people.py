"""People on GitHub: each thing they may do to an issue is one function."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.local.github.model import Issue
from tests.local.github.people import Person
from tests.simulation.scenario import ELSEWHERE

if TYPE_CHECKING:
    from tests.simulation.world import World

MARKER = re.compile(r"<!-- alerting:fingerprint=\w+ [^>]*>")

Action = Callable[[Person, Issue, str], None]
"""Somebody does something to an issue; the word is like no other, so that its loss is seen."""


def _where(issue: Issue) -> tuple[str, int]:
    return issue.repository.full_name, issue.number


def _labels_off(person: Person, issue: Issue, word: str) -> None:
    ours = [name for name in issue.label_names if name.startswith("Pri:")]
    if ours:
        person.unlabel(*_where(issue), ours[0])


def _unmute(person: Person, issue: Issue, word: str) -> None:
    if "alert:muted" in issue.label_names:
        person.unlabel(*_where(issue), "alert:muted")


def _paste_marker(person: Person, issue: Issue, word: str) -> None:
    """Copy text from another issue, and the marker with it, which nobody sees."""
    others = [each for each in issue.repository.listed if each is not issue]
    found = next((found for each in others if (found := MARKER.search(each.body or ""))), None)
    if found:
        person.edit(*_where(issue), body=f"{found[0]}\n\n{issue.body}")


ACTIONS: dict[str, Action] = {
    "close": lambda person, issue, word: person.close(*_where(issue)),
    "close as not planned": lambda person, issue, word: person.close(*_where(issue), "not_planned"),
    "reopen": lambda person, issue, word: person.reopen(*_where(issue)),
    "write above": lambda person, issue, word: person.edit(*_where(issue), body=f"{word}\n\n{issue.body}"),
    "write below": lambda person, issue, word: person.edit(*_where(issue), body=f"{issue.body}\n\n{word}"),
    "retitle": lambda person, issue, word: person.edit(*_where(issue), title=f"{issue.title} {word}"),
    "comment": lambda person, issue, word: _ignore(person.comment(*_where(issue), word)),
    "ack": lambda person, issue, word: _ignore(person.comment(*_where(issue), "/ack")),
    "snooze": lambda person, issue, word: _ignore(person.comment(*_where(issue), "/snooze 1h")),
    "unsnooze": lambda person, issue, word: _ignore(person.comment(*_where(issue), "/unsnooze")),
    "say mute": lambda person, issue, word: _ignore(person.comment(*_where(issue), "/mute")),
    "paste a marker": _paste_marker,
    "label": lambda person, issue, word: person.label(*_where(issue), word),
    "take a label of ours off": _labels_off,
    "mute": lambda person, issue, word: person.label(*_where(issue), "alert:muted"),
    "unmute": _unmute,
    "transfer": lambda person, issue, word: _ignore(person.transfer(*_where(issue), ELSEWHERE)),
    "delete": lambda person, issue, word: person.delete(*_where(issue)),
    "lock": lambda person, issue, word: person.lock(*_where(issue)),
    "unlock": lambda person, issue, word: person.unlock(*_where(issue)),
    "unack": lambda person, issue, word: _ignore(person.comment(*_where(issue), "/unack")),
}


SECTION = "What people write here is theirs."
FILLS_IN = "fill in a section"
"""What people do on an incident's issue; `declaring.py` draws it."""

ACTIONS_ON_INCIDENTS: dict[str, Action] = {
    FILLS_IN: lambda person, issue, word: person.edit(
        *_where(issue), body=(issue.body or "").replace(SECTION, word)
    )
}


def _ignore(_: object) -> None:
    """What it makes is of no interest."""


@dataclass(frozen=True)
class Acts:
    """Somebody acts on an issue: `which`, below 1, picks one of those that are there.

    GitHub tells us of it, unless `heard` is False: it does not try again where that fails.
    """

    at: float
    action: str
    which: float
    heard: bool = True

    def happen(self, world: "World") -> None:
        issues = world.issues()
        if not issues:
            return
        issue = issues[int(self.which * len(issues))]
        if self.action == "transfer" and issue.repository.full_name == ELSEWHERE:
            return
        world.count(f"person: {self.action}")
        world.tell("person", f"{self.action} {issue.repository.full_name}#{issue.number}")
        world.human.acts(self.action, issue)
        if self.heard:
            world.hint(issue)
