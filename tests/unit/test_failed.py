"""When a step that had no effect is tried again, and what a step cannot do without."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.errors import AlertingError, ConfigurationError, RateLimited, Refused, TooLate, Unavailable
from chalicelib.lifecycle import failed
from chalicelib.lifecycle.steps import needed
from tests.unit.builders import at, firing, row_of

PAUSE = timedelta(seconds=30)
NOW = at(1)


def limited(minutes: float | None) -> RateLimited:
    retry_at = None if minutes is None else at(minutes)
    return RateLimited("slow down", retry_at=retry_at, status=403, request_id=None)


@pytest.mark.parametrize(
    ("error", "again_at"),
    [
        (limited(7), at(7)),
        (limited(None), NOW + PAUSE),
        (TooLate("not sent"), NOW),
        (Unavailable("no connection"), NOW + PAUSE),
        (ConfigurationError("secret", ["is missing"]), NOW + PAUSE),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, AlertingError) else "",
)
def test_it_is_tried_again_when_github_says_at_once_if_time_ran_out_else_after_a_pause(
    error: AlertingError, again_at: object
) -> None:
    row = row_of(firing(0))
    tired = failed.counted(row, Refused("no", status=403))
    assert failed.again_at(row, error, NOW, PAUSE) == failed.again_at(tired, error, NOW, PAUSE) == again_at
    assert failed.counted(row, error) == row


def test_the_pause_doubles_with_each_refusal_in_a_row_up_to_sixteen_minutes() -> None:
    row, refusal, pauses = row_of(firing(0)), Refused("no", status=403), []
    for _ in range(8):
        pauses.append((failed.again_at(row, refusal, NOW, PAUSE) - NOW) / PAUSE)
        row = failed.counted(row, refusal)
    assert pauses == [1, 2, 4, 8, 16, 32, 32, 32]
    assert row.status == replace(row.status, failures=8)


def test_a_step_planned_on_a_row_that_lacks_what_it_needs_is_a_mistake_of_ours() -> None:
    assert needed(0) == 0
    with pytest.raises(AssertionError, match="lacks what it needs"):
        needed(None)
