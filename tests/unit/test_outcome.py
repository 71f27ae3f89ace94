"""Outcome: what a result changes in the status, where sync's own tests do not reach."""

from collections.abc import Callable

import pytest

from chalicelib.alert import Priority
from chalicelib.lifecycle import outcome, said
from chalicelib.lifecycle.issue import IssueRef, Seen
from chalicelib.lifecycle.state import AlertState, Status
from tests.unit.builders import REPOSITORY, at, firing, resolved, row_of

SEEN = Seen(
    IssueRef(REPOSITORY, 1), "https://github.com/example-org/alerts/issues/1", "t", "b", (), by_us=True
)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: outcome.observed(row, SEEN),
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
