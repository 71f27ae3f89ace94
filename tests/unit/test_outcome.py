"""Outcome: what a result changes in the status, where sync's own tests do not reach."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.alert import Priority
from chalicelib.lifecycle import outcome, said
from chalicelib.lifecycle.issue import Closer, IssueRef, Seen
from chalicelib.lifecycle.state import AlertState, Intent, Status, Verb
from tests.unit.builders import REPOSITORY, at, firing, resolved, row_of

SEEN = Seen(
    IssueRef(REPOSITORY, 1), "https://github.com/example-org/alerts/issues/1", "t", "b", (), by_us=True
)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: outcome.observed(row, SEEN, at(0)),
        lambda row: outcome.adopted(row_of(resolved(0)), firing(0), SEEN),
        outcome.gone,
        lambda row: outcome.shown(row, firing(0), SEEN, "t", at(0)),
        lambda row: said.labelled(row, added=("a",)),
        lambda row: said.commented(row, Priority.P1, "repeat-1", at(0)),
        said.comments_closed,
    ],
)
def test_a_row_without_an_issue_gets_none_from_what_was_seen(change: Callable[[AlertState], Status]) -> None:
    assert change(row_of(firing(0))) == Status()


INTENT = Intent(Verb.OPEN, at(0), 3, at(1), REPOSITORY, title="[P1] t", labels=("a",), teams=("infra",))


def test_an_opening_that_is_found_later_is_believed_as_it_is_shown_by_then() -> None:
    closing: dict[str, Any] = {
        "closed_at": at(4),
        "closed_by": Closer.PERSON,
        "closer": "mona",
        "state_reason": "not_planned",
    }
    found = outcome.opened(row_of(firing(0)), INTENT, replace(SEEN, comments=2, **closing), at(5)).issue
    assert found
    assert {name: getattr(found, name) for name in closing} == closing
    assert (found.comments, found.generation, found.labels, found.title) == (2, 3, ("a",), "[P1] t")
    assert (found.heard_at, found.opened_at, found.opened_for) == (at(1), at(5), at(0))


@pytest.mark.parametrize(("until", "kept"), [(at(9), at(9)), (at(5), None), (None, None)])
def test_a_snooze_outlives_the_issue_it_was_asked_for_on_until_its_end(
    until: datetime | None, kept: datetime | None
) -> None:
    row = row_of(firing(0))
    row = replace(row, status=replace(row.status, snoozed_until=until))
    assert outcome.opened(row, INTENT, SEEN, at(5)).snoozed_until == kept


@pytest.mark.parametrize(("seen", "kept"), [(SEEN, at(9)), (replace(SEEN, closed_at=at(5)), None)])
def test_a_snooze_ends_with_the_closing(seen: Seen, kept: datetime | None) -> None:
    row = row_of(firing(0))
    row = replace(row, status=replace(outcome.opened(row, INTENT, SEEN, at(1)), snoozed_until=at(9)))
    assert outcome.shown(row, firing(0), seen, "t", at(5)).snoozed_until == kept


@pytest.mark.parametrize(
    ("title", "ours"),
    [
        ("[P0] Runner queue too long", True),
        ("[P1] Runner queue far too long", False),
        ("Runner queue too long", False),
        ("(P1) Runner queue too long", False),
    ],
)
def test_the_title_of_an_adopted_issue_is_ours_while_nobody_changed_but_its_priority(
    title: str, ours: bool
) -> None:
    taken = outcome.adopted(row_of(firing(0)), firing(0), replace(SEEN, title=title)).issue
    assert taken
    assert taken.title == (title if ours else "")
