"""Periods: which resolution ends which firing, of messages with and without a received time."""

from datetime import datetime

import pytest

from chalicelib.alert import Condition
from chalicelib.conditions.periods import TICK, Period, Start, _ended, periods
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


@pytest.mark.parametrize(("received", "ended"), [(5.75, at(4)), (5.76, None)])
def test_a_firing_goes_on_if_it_was_received_clearly_after_its_end(
    received: float, ended: datetime | None
) -> None:
    assert periods([fires(0, received), ends(4, 5)])[-1].ended == ended


@pytest.mark.parametrize(
    ("first", "copy", "ended"),
    [
        (4, 3.75, None),  # a late copy of an end that the firing is clearly later than
        (4, 3.76, at(4) + TICK),
        (4.1, 3.75, None),
        (3.9, 3.75, at(4)),
    ],
)
def test_an_end_counts_if_it_was_received_clearly_after_the_firing_or_is_no_copy(
    first: float, copy: float, ended: datetime | None
) -> None:
    assert periods([fires(0, 3), ends(first, 1), ends(4, copy)])[-1].ended == ended


@pytest.mark.parametrize(("minute", "number"), [(5, 1), (5.1, 2)])
def test_an_end_at_the_time_of_a_firing_ends_it_and_one_before_it_does_not(
    minute: float, number: int
) -> None:
    assert len(periods([fires(0, 0), ends(5, 5), fires(minute, 5)])) == number


@pytest.mark.parametrize(
    ("minute", "ended", "begins"),
    [
        (5.1, 5, at(5.1)),
        (5, 5, at(9)),  # its old start again: it began when that was received
        (5, 20, at(20) + TICK),  # and after the end, whatever the clocks say
    ],
)
def test_a_start_before_the_last_end_is_dated_by_our_clock(
    minute: float, ended: float, begins: datetime
) -> None:
    again = fires(minute, 9)
    newest = periods([fires(0, 1), ends(ended, 6), again])[-1]
    assert newest == Period((again,), (), (Start(begins, True, (again,)),), at(ended), None)


@pytest.mark.parametrize(("received", "starts"), [(9, [6.5]), (9.1, [9, 9.1]), (10, [9, 10])])
def test_an_old_start_counts_if_nothing_new_was_received_before_it(
    received: float, starts: list[float]
) -> None:
    newest = periods([fires(0, 1), ends(5, 6), fires(4, 9), fires(6.5, received)])[-1]
    assert [each.at for each in newest.starts] == list(map(at, starts))


@pytest.mark.parametrize(("minute", "second"), [(8, at(9) + TICK), (9, at(9) + TICK), (9.5, at(9.5))])
def test_starts_are_in_the_order_of_their_names(minute: float, second: datetime) -> None:
    """The second was received after an old start, which is dated by our clock."""
    later = Moment(at(minute), Condition.FIRING, received=at(9) + TICK)
    newest = periods([fires(0, 1), ends(5, 6), fires(4, 9), later])[-1]
    assert [each.at for each in newest.starts] == [at(9), second]


@pytest.mark.parametrize(("minute", "anew"), [(61, False), (61.1, True)])
def test_a_start_an_hour_after_the_last_report_begins_an_episode(minute: float, *, anew: bool) -> None:
    (period,) = periods([fires(0, 1), fires(minute, minute)])
    assert [each.anew for each in period.starts] == [True, anew]
    reported = [fires(0, 1), fires(0, 1.1), fires(minute, minute)]
    assert [each.anew for each in periods(reported)[0].starts] == [True, False]
    unknown = Moment(at(0), Condition.FIRING)
    assert [each.anew for each in periods([unknown, fires(minute, minute)])[0].starts] == [True, False]


@pytest.mark.parametrize(
    ("minute", "received", "ended"), [(9, 30, 9), (8.9, 30, 30), (8.9, 8, 9), (8.9, None, 9), (10, 9.5, 10)]
)
def test_a_period_does_not_end_before_its_last_start(
    minute: float, received: float | None, ended: float
) -> None:
    assert _ended([ends(minute, received)], at(9)) == at(ended)
    assert _ended([ends(60, 60), ends(minute, received)], at(9)) == at(ended)
