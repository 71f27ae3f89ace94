"""Moments: what is read from them, and which of many are kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.alert import Condition
from chalicelib.conditions.moments import (
    MOST_COPIES,
    MOST_MOMENTS,
    Reading,
    insert,
    placed,
    read,
    said_last,
)
from chalicelib.conditions.periods import periods
from chalicelib.conditions.spec import Moment
from tests.unit.rows import at

FIRING, RESOLVED = Condition.FIRING, Condition.RESOLVED


def moment(text: str) -> Moment:
    """A moment as `F5` at minute 5, `F5/7` received at minute 7, and `F5!` if an episode begins with it."""
    when, _, received = text[1:].rstrip("!").partition("/")
    known = {"F": FIRING, "R": RESOLVED}[text[0]]
    got = at(float(received)) if received else None
    return Moment(at(float(when)), known, anew=text.endswith("!"), received=got)


def moments(text: str) -> tuple[Moment, ...]:
    return tuple(map(moment, text.split()))


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("R1 R5", Reading(RESOLVED, at(5))),
        ("F1", Reading(FIRING, at(1), at(1), at(1))),
        ("F1 F3", Reading(FIRING, at(3), at(1), at(3))),
        ("F1 F3! F4", Reading(FIRING, at(4), at(3), at(4))),
        ("F1 R2 F3", Reading(FIRING, at(3), at(3), at(3))),
        ("F1 F3 R5", Reading(RESOLVED, at(5), at(1), at(3), at(5))),
        ("F1 F3 R5 R9", Reading(RESOLVED, at(9), at(1), at(3), at(5))),
        ("F1 R2 F3 R5", Reading(RESOLVED, at(5), at(3), at(3), at(5))),
    ],
)
def test_the_newest_period_is_read(text: str, reading: Reading) -> None:
    found = read(moments(text))
    assert found == reading
    assert found.period == next(reversed(periods(moments(text))), None)


def test_a_firing_is_placed_among_those_of_the_newest_period() -> None:
    known = moments("F0/1 R5/6 F4/9 F6.5/10")
    (*_, newest) = periods(known)
    assert placed(newest, moment("F4/9")) == at(9)
    assert placed(newest, moment("F6.5/10")) == at(10)
    assert placed(newest, moment("F0/1")) is None
    assert placed(newest, moment("F6.5/11")) is None
    assert placed(None, moment("F0/1")) is None
    (*_, later) = periods(moments("F0/1 R5/6 F6.5/8 F4/9"))
    assert placed(later, moment("F4/9")) == at(6.5), "its old start adds nothing"


def test_the_newest_report_of_the_newest_start_is_said_last() -> None:
    (period,) = periods(moments("F1/1 F3/8 F3/4"))
    assert [said_last(period, moment(each)) for each in ("F3/8", "F3/4", "F1/1")] == [True, False, False]
    assert not said_last(None, moment("F1/1"))


@pytest.mark.parametrize(
    ("known", "new", "kept"),
    [
        ("F3", "F1", "F1 F3"),
        ("R3", "F3", "F3 R3"),
        ("F3", "F3", "F3"),
        ("F3", "F3!", "F3!"),
        ("F3!", "F3", "F3!"),
        ("F3/4!", "F3/5", "F3/4! F3/5!"),
        ("F3/5", "F3/4", "F3/4 F3/5"),
        # the resolution before the newest episode keeps out older firings, and nothing else matters
        ("F1 R2 F3 R4", "F5", "R4 F5"),
        ("F1 R2", "R3", "F1 R2 R3"),
        ("R1 R2", "R3", "R1 R2 R3"),
    ],
)
def test_a_moment_is_put_in_its_place(known: str, new: str, kept: str) -> None:
    assert insert(moments(known), moment(new)) == moments(kept)


def test_of_many_messages_with_one_time_the_first_and_the_newest_are_kept() -> None:
    known: tuple[Moment, ...] = ()
    for minute in range(MOST_COPIES + 5):
        known = insert(known, moment(f"F0/{minute}"))
    assert len(known) == MOST_COPIES
    assert known == moments(f"F0/0 {' '.join(f'F0/{minute}' for minute in range(6, MOST_COPIES + 5))}")


@pytest.mark.parametrize("extra", [0, 1, 2])
def test_of_too_many_moments_the_beginning_and_the_newest_are_kept(extra: int) -> None:
    known: tuple[Moment, ...] = ()
    for minute in range(MOST_MOMENTS + extra):
        known = insert(known, moment(f"F{minute}"))
    assert [each.at for each in known] == [at(0), at(1), *map(at, range(2 + extra, MOST_MOMENTS + extra))]
    received: tuple[Moment, ...] = ()
    for minute in range(MOST_MOMENTS + extra):
        received = insert(received, moment(f"F{minute}/{minute}"))
    assert [each.at for each in received] == [at(0), *map(at, range(1 + extra, MOST_MOMENTS + extra))]


def test_what_came_before_the_newest_period_is_kept_for_an_hour() -> None:
    known = moments("F0/0 R5/5")
    second = timedelta(seconds=1)
    later = replace(moment("F60/60"), received=at(60) + second)
    assert insert(known, moment("F60/60")) == (*known, moment("F60/60"))
    assert insert(known, later) == (moment("R5/5"), later)
