"""A claim is told from every other, and lasts the longer the more before it never ended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.conditions.row import Intent, Lease, Verb
from chalicelib.sync import claims
from chalicelib.sync.claims import Timing
from tests.twins.clock import ManualClock
from tests.unit.builders import REPOSITORY, at, firing, row_of

ROW = row_of(firing(0))
TIMING = Timing(lease=timedelta(minutes=2))


def test_each_lease_has_an_owner_of_its_own() -> None:
    clock = ManualClock(at(5))
    made = [claims.lease(ROW, clock, TIMING) for _ in range(2)]
    assert made == [Lease("id-1", at(7)), Lease("id-2", at(7))]


@pytest.mark.parametrize(("unended", "minutes"), [(0, 4), (1, 8), (2, 16), (3, 32), (4, 32), (9, 32)])
def test_a_lease_after_one_that_never_ended_lasts_twice_as_long_up_to_sixteen_times(
    unended: int, minutes: int
) -> None:
    left = replace(ROW, lease=Lease("crashed", at(0), unended))
    made = claims.lease(left, ManualClock(at(5)), TIMING)
    assert made == Lease("id-1", at(5 + minutes), unended + 1)


def test_a_row_is_busy_while_a_step_is_under_way_or_unfinished() -> None:
    leased = replace(ROW, lease=Lease("w", at(2)))
    assert not claims.busy(ROW, at(0))
    assert claims.busy(leased, at(2) - timedelta(microseconds=1))
    assert not claims.busy(leased, at(2))
    unfinished = replace(ROW, intent=Intent(Verb.OPEN, at(0), 1, at(0), REPOSITORY))
    assert claims.busy(unfinished, at(99))
