"""The forecast says when an opening has its turn, as the budget itself will grant it."""

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions.calls import Kind
from chalicelib.rate_limit import forecast, rules
from chalicelib.rate_limit.rules import Budget, Call, Denied, Limits

NOW = 1_700_000_000.0
LIMITS = Limits()


def opening(priority: Priority = Priority.P2) -> Call:
    return Call(Kind.OPEN, priority)


def test_with_room_it_is_now() -> None:
    assert forecast.turn(Budget(), opening(), 0, NOW, LIMITS) == NOW


@pytest.mark.parametrize("ahead", [1, 59, 60, 100, 419, 420, 500])
def test_it_is_when_the_budget_grants_the_last_of_them(ahead: int) -> None:
    budget, at = Budget(), NOW
    for _ in range(ahead + 1):
        answer = rules.ask(budget, opening(), at, LIMITS)
        while isinstance(answer, Denied):
            at = answer.until
            answer = rules.ask(budget, opening(), at, LIMITS)
        at, budget = answer.at, rules.turn(answer.budget, answer.at, LIMITS).budget
    assert forecast.turn(Budget(), opening(), ahead, NOW, LIMITS) == at


def test_a_reserve_brings_an_urgent_one_forward() -> None:
    used = Budget(minutes=((int(NOW // 60) - 5, 440),))
    assert forecast.turn(used, opening(Priority.P0), 0, NOW, LIMITS) == NOW
    assert forecast.turn(used, opening(Priority.P2), 0, NOW, LIMITS) > NOW + 3000


def test_it_comes_after_what_github_asks_for_and_after_the_breaker() -> None:
    assert forecast.turn(Budget(blocked_until=NOW + 90), opening(), 0, NOW, LIMITS) == NOW + 90
    broken = Budget(failures=9, open_until=NOW + 300)
    assert forecast.turn(broken, opening(), 0, NOW, LIMITS) == NOW + 300
    healthy = forecast.turn(Budget(), opening(), 5, NOW + 300, LIMITS)
    assert forecast.turn(broken, opening(), 5, NOW, LIMITS) == healthy, "GitHub answers the first"
