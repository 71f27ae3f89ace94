"""The outbox keeps a few facts for a day, and is delivered with growing pauses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.alert import Priority
from chalicelib.conditions import outbox
from chalicelib.conditions.facts import Fact, FactKind
from chalicelib.conditions.issue import IssueRef
from chalicelib.conditions.row import Status
from tests.unit.builders import at

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
NOW = at(24 * 60)


def fact(minute: float) -> Fact:
    ref = IssueRef("org/infra", 12)
    return Fact(str(minute), FactKind.OPENED, ref, "https://x", "t", Priority.P1, ("infra",), at(minute))


def test_facts_are_delivered_half_a_minute_after_the_first_and_too_many_push_out_the_oldest() -> None:
    facts = tuple(fact(number) for number in range(outbox.MOST + 2))
    assert outbox.noted(Status(), (), NOW) == (Status(), ())
    few = Status(outbox=facts[:3], mirror_at=NOW + 30 * SECOND)
    assert outbox.noted(Status(), facts[:3], NOW) == (few, ())
    full = replace(few, outbox=facts[2:])
    assert outbox.noted(few, facts[3:], NOW + DAY) == (full, facts[:2])
    assert outbox.emptied(full) == Status()


@pytest.mark.parametrize(
    ("age", "pause"), [(10, 30), (30, 30), (31, 31), (1200, 1200), (3600, 3600), (3601, 3600)]
)
def test_delivery_is_retried_once_the_oldest_fact_is_twice_as_old(age: float, pause: float) -> None:
    waits = Status(outbox=(fact(0), fact(9)), mirror_at=at(1))
    now = at(0) + age * SECOND
    assert outbox.put_off(waits, now) == (replace(waits, mirror_at=now + pause * SECOND), ())


def test_what_is_a_day_old_is_dropped() -> None:
    waits = Status(outbox=(fact(0), fact(1)), mirror_at=at(1))
    left = Status(outbox=(fact(1),), mirror_at=NOW + timedelta(hours=1))
    assert outbox.put_off(waits, NOW) == (left, (fact(0),))
    assert outbox.put_off(waits, NOW + timedelta(minutes=1)) == (Status(), (fact(0), fact(1)))
