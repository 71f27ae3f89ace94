"""What a new issue is to contain: what the intent says, and what the routing table adds."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from chalicelib import render
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.conditions.group import Group
from chalicelib.conditions.issue import Draft, IssueRef
from chalicelib.conditions.on_call import Called
from chalicelib.conditions.row import Intent, Status, Verb
from chalicelib.conditions.steps import OpenIssue
from chalicelib.routing import load
from chalicelib.sync import intents
from chalicelib.sync.draft import draft
from tests.unit.builders import REPOSITORY, at, firing, row_of

TABLE = load(f"""
[default]
repository = "{REPOSITORY}"

[team.storage]
assignees = ["ann", "<on-call>"]
type = "Bug"
fields = {{Severity = "{{priority}}", Team = "{{team}}"}}
labels = ["disks"]
""")
ON_CALL = (Called("storage", ("@mona",)),)
ROW = row_of(firing(0, teams=("storage",), priority="P2"))


def test_the_intent_of_an_opening_says_all_that_a_later_look_needs_to_know() -> None:
    asked: list[tuple[str, ...]] = []

    def on_call(teams: Iterable[str]) -> tuple[Called, ...]:
        asked.append(tuple(teams))
        return ON_CALL

    assert intents.intent(ROW, OpenIssue(), TABLE, at(3), on_call) == Intent(
        verb=Verb.OPEN,
        episode=at(0),
        generation=ROW.spec.generation,
        since=at(3),
        repository=REPOSITORY,
        key="",
        title="[P2] Runner queue too long",
        labels=("area:alerting", "Pri:P2", "Team:storage", "Source:cloudwatch", "disks"),
        priority=ROW.priority,
        teams=("storage",),
        on_call=ON_CALL,
    )
    assert asked == [("storage",)]


@pytest.mark.parametrize("priority", ["P0", "P2"])
def test_a_draft_is_what_the_intent_and_the_table_say(priority: str) -> None:
    """In a storm only a P0 calls people."""
    row = row_of(firing(0, teams=("storage",), priority=priority))
    parent = Group("f" * 64, at(0), IssueRef(REPOSITORY, 7), 3_000_000_007)
    row = replace(row, status=Status(enrichment=Enrichment(at(0), at(0), group=parent)))
    intent = intents.intent(row, OpenIssue(), TABLE, at(3), lambda _: ON_CALL)
    assert intent
    begun = replace(row, intent=intent)
    assert draft(begun, intent, TABLE, at(4)) == Draft(
        title=intent.title,
        body=render.body(begun, TABLE, at(4)),
        labels=intent.labels,
        assignees=("ann", "mona") if priority == "P0" else (),
        parent=3_000_000_007,
        type="Bug",
        fields=(("Severity", priority), ("Team", "storage")),
    )
