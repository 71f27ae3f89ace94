"""What a budget says about GitHub to people who ask, and what changes it."""

import pytest

from chalicelib.rate_limit import health
from chalicelib.rate_limit.rules import Budget, Limits

NOW = 1_795_435_200.0
MINUTE = int(NOW / 60)
LIMITS = Limits(per_hour=100, hour_reserves=(20, 40))


def test_what_is_left_is_the_hours_limit_without_what_still_counts() -> None:
    assert health.creations_left(Budget(), NOW, LIMITS) == 100
    used = Budget(minutes=((MINUTE - 61, 50), (MINUTE - 60, 30), (MINUTE, 60)))
    assert health.creations_left(used, NOW, LIMITS) == 10
    assert health.creations_left(Budget(minutes=((MINUTE, 101),)), NOW, LIMITS) == 0
    assert health.reserved(LIMITS) == 60


def test_the_whole_hour_is_free_again_when_its_newest_minute_has_stopped_counting() -> None:
    assert health.whole_at(Budget(), NOW) == NOW
    used = Budget(minutes=((MINUTE - 5, 2), (MINUTE - 1, 2)))
    whole_at = health.whole_at(used, NOW)
    assert whole_at == (MINUTE + 60) * 60
    assert health.creations_left(used, whole_at - 1, LIMITS) == 98
    assert health.creations_left(used, whole_at, LIMITS) == 100
    assert health.whole_at(used, whole_at + 1) == whole_at + 1


@pytest.mark.parametrize(("failures", "is_open"), [(0, False), (2, False), (3, True), (9, True)])
def test_the_breaker_is_open_from_the_third_failure_on(failures: int, *, is_open: bool) -> None:
    assert health.breaker_open(Budget(failures=failures)) is is_open


def test_only_what_lasts_longer_than_before_is_a_change() -> None:
    spoken = Budget(failures=3, open_until=NOW + 30, blocked_until=NOW + 60, scarce_until=NOW + 90)
    assert health.changes(Budget(), spoken) == [
        ("BREAKER_OPENED", NOW + 30),
        ("RATE_LIMITED", NOW + 60),
        ("CALLS_SCARCE", NOW + 90),
    ]
    assert health.changes(spoken, spoken) == []
    assert health.changes(spoken, Budget()) == [("BREAKER_CLOSED", None)]
