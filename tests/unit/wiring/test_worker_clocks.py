"""Workers whose own clocks differ: what the table's answers prove of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from chalicelib.conditions import clocks
from chalicelib.settings import AwsArn, Settings
from chalicelib.wiring import table
from chalicelib.wiring.clock import SystemClock
from chalicelib.wiring.stage import Stage

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


class Machine:
    """A machine whose clock is `ahead` seconds ahead; time passes when a test says so."""

    def __init__(self, ahead: float) -> None:
        self.true, self.ahead = NOON, seconds(ahead)

    def shows(self) -> datetime:
        return self.true + self.ahead


def ask(clock: SystemClock, machine: Machine, there: float = 0.01, back: float = 0.01) -> None:
    """Ask the table, whose answer takes this many seconds."""
    clock.asks()
    machine.true += seconds(there)
    date = machine.true.replace(microsecond=0)
    machine.true += seconds(back)
    clock.answered(date)


def off(clock: SystemClock, machine: Machine) -> float:
    return abs((clock.now() - machine.true).total_seconds())


@pytest.mark.parametrize("ahead", [-300, -61, -2, 2, 61, 300])
def test_a_wrong_clock_is_right_to_a_second_or_so_after_one_answer(ahead: float) -> None:
    machine = Machine(ahead)
    clock = SystemClock(machine.shows)
    assert off(clock, machine) == abs(ahead)
    ask(clock, machine)
    assert off(clock, machine) <= 1.02


@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.98])
@pytest.mark.parametrize(("there", "back"), [(0.01, 0.01), (17, 0.01), (0.01, 105)])
def test_a_right_clock_stays_as_it_is_however_late_an_answer_is_read(
    fraction: float, there: float, back: float
) -> None:
    machine = Machine(0)
    machine.true += seconds(fraction)
    clock = SystemClock(machine.shows)
    ask(clock, machine, there, back)
    assert off(clock, machine) == 0


def test_a_late_answer_makes_a_corrected_clock_no_worse() -> None:
    machine = Machine(300)
    clock = SystemClock(machine.shows)
    ask(clock, machine)
    before = off(clock, machine)
    ask(clock, machine, 0.01, 105)
    assert off(clock, machine) <= before


def test_answers_without_a_date_teach_nothing() -> None:
    machine = Machine(300)
    clock = SystemClock(machine.shows)
    clock.asks()
    clock.answered(None)
    assert off(clock, machine) == 300


def test_two_workers_ten_minutes_apart_agree_on_a_lease() -> None:
    fast, slow = Machine(300), Machine(-300)
    one, other = SystemClock(fast.shows), SystemClock(slow.shows)
    for machine, clock in ((fast, one), (slow, other)):
        ask(clock, machine)
    until = one.now() + seconds(60)
    slow.true = fast.true
    assert 58 < (until - other.now()).total_seconds() < 62


def test_what_is_known_is_changed_only_as_far_as_an_answer_proves() -> None:
    asked, answered = NOON, NOON + seconds(4)
    assert clocks.ahead(seconds(0), NOON + seconds(2), asked, answered) == seconds(0)
    assert clocks.ahead(seconds(9), NOON + seconds(2), asked, answered) == seconds(2)
    assert clocks.ahead(seconds(-9), NOON + seconds(2), asked, answered) == seconds(-3)


class Body:
    def stream(self) -> Iterator[bytes]:
        yield b"{}"


def test_the_wired_client_corrects_the_clock_by_the_date_of_each_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SystemClock()
    monkeypatch.setattr(table, "CLOCK", clock)
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    stage = Stage(
        Settings.read({"ALERTING_STAGE": "local"}),
        within=AwsArn("aws", "us-west-2", "123456789012", ""),
        keys=keys,
    )
    headers, behind = dict[str, str](), seconds(0)

    def answer(**_: object) -> Any:
        if behind:
            headers["date"] = format_datetime(datetime.now(UTC) - behind, usegmt=True)
        return AWSResponse("https://dynamodb.test", 200, HTTPHeaders.from_dict(headers), Body())

    client = table.client(stage)
    client.meta.events.register("before-send.dynamodb", answer)

    def ask() -> None:
        client.get_item(TableName="table", Key={"fingerprint": {"S": "any"}})

    for date in ("", "yesterday"):
        headers["date"] = date
        ask()
        before, told = datetime.now(UTC), clock.now()
        assert before <= told <= datetime.now(UTC)
    behind, began = seconds(300), datetime.now(UTC)
    ask()
    spent, told = datetime.now(UTC) - began, clock.now()
    # A date has whole seconds, and was written at some time between the question and the answer.
    assert began - behind - seconds(1) <= told <= datetime.now(UTC) - behind + spent + seconds(1)
