"""The best schedule is the best: in small storms no other, of all that the limits allow, ends sooner."""

import random

import pytest

from chalicelib.rate_limit.rules import Limits
from tests.storm.best import HOUR, MINUTE, Wanted, best, exhaustive, room

SMALL = Limits(per_minute=3, per_hour=5, minute_reserves=(1, 0), hour_reserves=(1, 1), spacing=30.0)


@pytest.mark.parametrize("seed", range(25))
def test_no_schedule_of_a_small_storm_ends_sooner(seed: int) -> None:
    rng = random.Random(seed)
    limits = Limits(
        per_minute=rng.choice((2, 3)),
        per_hour=rng.choice((3, 4)),
        minute_reserves=(1, 0),
        hour_reserves=(rng.choice((0, 1)), 0),
        spacing=600.0,
    )
    wanted = tuple(Wanted(600.0 * rng.randrange(3), rng.randrange(4)) for _ in range(5))
    assert max(best(wanted, limits)) == exhaustive(wanted, limits, 7800)


@pytest.mark.parametrize("seed", range(5))
def test_the_best_keeps_the_limits_and_the_reserves(seed: int) -> None:
    rng = random.Random(seed)
    wanted = [Wanted(rng.uniform(0, 100), rng.randrange(4)) for _ in range(30)]
    opened = best(wanted, SMALL)
    assert len(opened) == 30
    for number, at in enumerate(opened):
        assert sum(at - MINUTE < before for before in opened[:number]) < SMALL.per_minute
        assert sum(at - HOUR < before for before in opened[:number]) < SMALL.per_hour
    assert not room([0.0, 30.0, 60.0], 90.0, 2, SMALL)
    assert room([0.0, 30.0, 60.0], 90.0, 1, SMALL)
