"""Periods: which resolution ends which firing, of messages with and without a received time."""

from chalicelib.alert import Condition
from chalicelib.conditions.periods import periods
from chalicelib.conditions.spec import Moment
from chalicelib.conditions.suppression import wrongly_over
from tests.unit.rows import at, row


def fires(minute: float, received: float) -> Moment:
    return Moment(at(minute), Condition.FIRING, received=at(received))


def ends(minute: float, received: float | None) -> Moment:
    return Moment(at(minute), Condition.RESOLVED, received=at(received) if received is not None else None)


def test_an_end_of_unknown_receipt_is_no_reason_to_take_another_for_a_late_copy() -> None:
    (period,) = periods([fires(0, 5), ends(4, 5.1), ends(6, None)])
    assert period.ended is not None


def test_a_firing_clearly_later_than_every_end_goes_on() -> None:
    *_, newest = periods([fires(0, 1), ends(4, 5), fires(0, 9)])
    assert newest.ended is None


def test_without_an_issue_nobody_took_it_for_over() -> None:
    assert not wrongly_over(row())
