"""What is made with a role is renewed before the role ends, and what is older is let go."""

import gc
import weakref
from datetime import datetime, timedelta

import pytest

from chalicelib.conditions.alarm_state import AccountRegion
from chalicelib.settings import Settings
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.roles import ForHalfAnHour
from chalicelib.wiring.stage import Stage
from tests.unit.builders import at

STAGE = Stage(Settings())
HERE, THERE = AccountRegion("123456789012", "us-east-1"), AccountRegion("123456789012", "eu-west-1")


class Session:
    """What is made."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    times = [at(0)]
    monkeypatch.setattr(CLOCK, "_shows", lambda: times[-1])
    monkeypatch.setattr(CLOCK, "_ahead", timedelta())
    return times


def test_a_place_has_one_for_half_an_hour(clock: list[datetime]) -> None:
    client = ForHalfAnHour(lambda stage, place: Session())
    first = client(STAGE, HERE)
    assert client(STAGE, THERE) is not first
    clock.append(at(29))
    assert client(STAGE, HERE) is first
    clock.append(at(30))
    assert client(STAGE, HERE) is not first


def test_one_of_an_earlier_half_hour_is_let_go_whatever_its_place(clock: list[datetime]) -> None:
    """A container lives for hours, and each half hour's sessions would add up."""
    client = ForHalfAnHour(lambda stage, place: Session())
    earlier = [weakref.ref(client(STAGE, place)) for place in (HERE, THERE)]
    clock.append(at(31))
    client(STAGE, HERE)
    gc.collect()
    assert [each() for each in earlier] == [None, None]
