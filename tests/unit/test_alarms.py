"""Alarms: what CloudWatch's answer means for rows, and that no answer means nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.alarms import Alarms
from chalicelib.alert import Condition
from chalicelib.cloudwatch import CloudWatchAlarms
from chalicelib.errors import AlarmsUnavailable
from chalicelib.lifecycle.alarm import Alarm, Place, learned
from tests.twins.census import MemoryCensus
from tests.unit.builders import at, firing, resolved, row_of
from tests.unit.test_sync import World

ACCOUNT, REGION = "123456789012", "us-east-1"
ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:queue"
OURS = Place(ACCOUNT, REGION)


def known(alarm_id: str = ARN, **fields: Any) -> dict[str, Any]:
    return {"identity": {"account_id": ACCOUNT, "region": REGION, "alarm_id": alarm_id}} | fields


class AlarmWorld(World):
    """The world of sync, with CloudWatch's answer beside it."""

    def __init__(self, *answer: Alarm) -> None:
        super().__init__()
        self.answer: Mapping[str, Alarm] = {alarm.arn: alarm for alarm in answer}
        self.asked: list[list[str]] = []
        self.away = False
        self.alarms = Alarms(
            MemoryCensus(self.store),
            self.store,
            {OURS: self.read}.get,
            self.clock.now,
            self.telemetry,
        )

    def read(self, names: list[str]) -> Mapping[str, Alarm]:
        self.asked.append(names)
        if self.away:
            raise AlarmsUnavailable("throttled")
        return self.answer

    def look(self, minute: float) -> None:
        self.clock.time = at(minute)
        self.alarms(at(minute + 1))
        self.settle(1)


def alarm(minute: float, *, ok: bool = True, arn: str = ARN) -> Alarm:
    return Alarm(arn, ok, at(minute), "Threshold Crossed: no datapoints")


def test_an_end_whose_message_was_lost_is_learned_and_the_issue_closed() -> None:
    world = AlarmWorld(alarm(5))
    world.run(firing(0, **known()))
    world.look(20)
    assert world.row.spec.condition is Condition.RESOLVED
    assert world.row.spec.at == at(5)
    (thread,) = world.tracker.threads.values()
    assert (thread.seen.open, thread.state_reason) == (False, "completed")


def test_a_deleted_alarm_closes_its_issue_as_not_planned_and_says_so() -> None:
    world = AlarmWorld()
    world.run(firing(0, **known()))
    world.look(20)
    (thread,) = world.tracker.threads.values()
    assert (thread.seen.open, thread.state_reason) == (False, "not_planned")
    assert "The alarm was deleted" in thread.seen.body


@pytest.mark.parametrize("answer", [(), (alarm(5),)])
def test_a_missing_answer_changes_nothing(answer: tuple[Alarm, ...]) -> None:
    world = AlarmWorld(*answer)
    world.away = True
    world.run(firing(0, **known()))
    world.look(20)
    assert world.row.spec.condition is Condition.FIRING
    assert [name for name, _ in world.telemetry.problems] == ["ALARMS_NOT_READ"]


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        (known(), alarm(5, ok=False)),
        ({"identity": {"account_id": "999999999999", "region": REGION, "alarm_id": ARN}}, alarm(5)),
        (known(source="grafana"), alarm(5)),
        (known("no-arn"), alarm(5)),
    ],
)
def test_what_fires_on_or_is_not_ours_to_ask_about_is_left_alone(
    fields: dict[str, Any], answer: Alarm
) -> None:
    world = AlarmWorld(answer)
    world.run(firing(0, **fields))
    world.look(20)
    assert world.row.spec.condition is Condition.FIRING


def test_an_answer_older_than_the_row_is_stale() -> None:
    world = AlarmWorld(alarm(5))
    world.run(firing(10, **known()))
    world.look(20)
    assert world.row.spec.condition is Condition.FIRING


def test_what_the_alarm_tells_meanwhile_goes_before() -> None:
    world = AlarmWorld(alarm(5))
    world.run(firing(0, **known()))
    stale = world.row
    world.run(resolved(5, **known()))
    world.run(firing(8, **known()))
    world.alarms._record(stale, resolved(5, **known()))
    assert world.row.spec.condition is Condition.FIRING


@pytest.mark.parametrize("name", ["queue", "my queue: eu"])
def test_contributors_share_their_alarms_state(name: str) -> None:
    arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"
    world = AlarmWorld(alarm(5, arn=arn))
    world.run(firing(0, **known(f"{arn} 0a1b2c")))
    world.look(20)
    assert world.row.spec.condition is Condition.RESOLVED
    assert {name, f"{name} 0a1b2c"} <= set(world.asked[0])


def test_it_is_asked_every_ten_minutes() -> None:
    world = AlarmWorld(alarm(5, ok=False))
    world.run(firing(0, **known()))
    for minute in (1, 5, 10, 11, 20, 21):
        world.look(minute)
    assert len(world.asked) == 3
    never = replace(world.alarms, every=timedelta())
    world.clock.time = at(99)
    never(at(100))
    assert len(world.asked) == 3


def test_names_are_asked_for_in_hundreds_and_answers_of_both_kinds_are_read() -> None:
    client = boto3.client("cloudwatch", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")
    names = [f"alarm-{n:03}" for n in range(150)]
    types = ["MetricAlarm", "CompositeAlarm"]

    def described(name: str, state: str) -> dict[str, Any]:
        arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"
        when = datetime(2026, 3, 1, tzinfo=UTC)
        return {"AlarmName": name, "AlarmArn": arn, "StateValue": state, "StateUpdatedTimestamp": when}

    first, second = ({"AlarmNames": each, "AlarmTypes": types} for each in (names[:100], names[100:]))
    one = {"MetricAlarms": [described("a", "OK")], "CompositeAlarms": [described("b", "ALARM")]}
    other = {"CompositeAlarms": [described("d", "INSUFFICIENT_DATA")]}
    with Stubber(client) as stub:
        stub.add_response("describe_alarms", one | {"NextToken": "next"}, first)
        following = first | {"NextToken": "next"}
        stub.add_response("describe_alarms", {"MetricAlarms": [described("c", "OK")]}, following)
        stub.add_response("describe_alarms", other, second)
        found = CloudWatchAlarms(lambda: client)(names)
        stub.add_client_error("describe_alarms", "Throttling")
        with pytest.raises(AlarmsUnavailable, match="Throttling"):
            CloudWatchAlarms(lambda: client)(names)
    assert [(alarm.arn[-1], alarm.ok) for alarm in found.values()] == [
        *(("a", True), ("b", False), ("c", True), ("d", False))
    ]


def test_of_a_row_that_never_fired_nothing_is_learned() -> None:
    assert learned(row_of(resolved(0, **known())), {}, at(1)) is None
