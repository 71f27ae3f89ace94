"""Clocks: what an answer proves about another clock, and how its times become ours."""

from datetime import timedelta

import pytest

from chalicelib.conditions.clocks import ahead, by_ours
from tests.unit.builders import at

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("known", "dated", "expected"),
    [
        (0, 0, 0),  # the answer took four seconds, and was dated at any time in between
        (3, 0, 3),
        (4, 0, 4),
        (5, 0, 4),
        (-1, 0, -1),  # dates are whole seconds
        (-2, 0, -1),
        (0, 60, -56),
        (-90, 60, -61),
        (0, -60, 59),
        (90, -60, 64),
    ],
)
def test_a_known_difference_changes_no_further_than_an_answer_proves(
    known: float, dated: float, expected: float
) -> None:
    asked, answered = at(0), at(0) + 4 * SECOND
    date = at(0) + dated * SECOND
    assert ahead(known * SECOND, date, asked, answered) == expected * SECOND


@pytest.mark.parametrize(("theirs", "ours"), [(0, 1), (1, 1), (5, 5), (9, 9), (12, 9)])
def test_a_time_of_theirs_was_after_what_we_know_and_is_past(theirs: float, ours: float) -> None:
    assert by_ours(at(theirs), after=at(1), now=at(9)) == at(ours)
