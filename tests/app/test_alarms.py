"""Whose alarms are read, and by which role: as wired, on AWS as moto has it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

import boto3
import pytest
from moto import mock_aws

from chalicelib.alert import Condition
from chalicelib.conditions.alarm_state import AccountRegion
from chalicelib.reconcile.missed_alarms import MissedAlarms
from chalicelib.wiring.alarms import alarms, places, reader
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.function import serving
from chalicelib.wiring.roles import taking
from tests.app.stage import ACCOUNT, REGION, Stage, start
from tests.twins.census import MemoryCensus
from tests.twins.clock import ManualClock
from tests.twins.store import MemoryStore

OTHER = "210987654321"
ROLE = f"arn:aws:iam::{OTHER}:role/alarm-reader"
RECONCILE = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:alerting-local-reconcile"


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with mock_aws():
        yield start(monkeypatch, ALARM_READER_ROLE_ARNS=ROLE)


def alarm(
    session: boto3.Session,
    name: str,
    state: Literal["OK", "ALARM"],
    region: str = REGION,
    **fields: Any,
) -> None:
    client = session.client("cloudwatch", region_name=region)
    client.put_metric_alarm(
        **fields,
        AlarmName=name,
        MetricName="Depth",
        Namespace="CI",
        Period=60,
        EvaluationPeriods=1,
        Statistic="Maximum",
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="because")


def session(*, role: str | None = None) -> boto3.Session:
    if role is None:
        return boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name=REGION)
    return taking(role)


@pytest.mark.usefixtures("stage")
def test_alarms_of_this_account_and_region_are_read_as_they_are() -> None:
    alarm(session(), "queue", "OK")
    alarm(session(), "disk", "ALARM")
    read = reader(serving(RECONCILE), AccountRegion(ACCOUNT, REGION))
    assert read
    found = read.read(["queue", "disk", "gone"])
    assert {one.arn.rpartition(":")[2]: one.ok for one in found.values()} == {"queue": True, "disk": False}


@pytest.mark.usefixtures("stage")
def test_alarms_of_an_account_that_has_a_role_for_us_are_read_by_it() -> None:
    alarm(session(role=ROLE), "theirs", "OK")
    read = reader(serving(RECONCILE), AccountRegion(OTHER, REGION))
    assert read
    (found,) = read.read(["theirs"]).values()
    assert found.arn == f"arn:aws:cloudwatch:{REGION}:{OTHER}:alarm:theirs"


@pytest.mark.usefixtures("stage")
def test_a_role_is_taken_again_before_its_hour_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that is called each minute may live for many hours."""
    clock, taken = ManualClock(), list[datetime]()

    def take(role: str) -> boto3.Session:
        taken.append(clock.now())
        return taking(role)

    monkeypatch.setattr("chalicelib.wiring.roles.CLOCK", clock)
    monkeypatch.setattr("chalicelib.wiring.alarms.taking", take)
    readers = alarms(serving(RECONCILE)).readers
    for _ in range(18):
        found = readers(AccountRegion(OTHER, REGION))
        assert found
        found.read(["theirs"])
        assert clock.now() - taken[-1] < timedelta(hours=1)
        clock.pass_(minutes=10)
    assert len(taken) < 9


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(("account", "region"), [("999999999999", REGION), (ACCOUNT, "eu-west-1")])
def test_nobody_elses_alarms_are_asked_about(account: str, region: str) -> None:
    assert reader(serving(RECONCILE), AccountRegion(account, region)) is None


@pytest.mark.usefixtures("stage")
def test_this_region_is_searched_in_every_account_that_may_be_read() -> None:
    assert places(serving(RECONCILE)) == (AccountRegion(ACCOUNT, REGION), AccountRegion(OTHER, REGION))


def test_other_regions_are_searched_where_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_aws():
        start(monkeypatch, ALARM_READER_ROLE_ARNS=ROLE, ALARM_REGIONS=f"eu-west-1, {REGION}")
        accounts, regions = (ACCOUNT, OTHER), (REGION, "eu-west-1")
        stage = serving(RECONCILE)
        assert places(stage) == tuple(
            AccountRegion(account, region) for account in accounts for region in regions
        )
        assert reader(stage, AccountRegion(ACCOUNT, "eu-west-1"))


@pytest.mark.usefixtures("stage")
def test_alarms_in_alarm_of_which_no_message_came_are_recorded_as_the_message_would_have_been() -> None:
    prefix = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerting"
    owned, topic = "TEAM=dev-infra | PRIORITY=P1", f"{prefix}-local-alerts"
    pool: dict[str, Any] = {"Dimensions": [{"Name": "Pool", "Value": "linux"}]}
    for session_, name in ((session(), "ours"), (session(role=ROLE), "theirs")):
        alarm(session_, name, "ALARM", AlarmDescription=owned, AlarmActions=[topic], **pool)
    alarm(session(), "fine", "OK", AlarmDescription=owned, AlarmActions=[topic])
    alarm(session(), "of-prod", "ALARM", AlarmDescription=owned, AlarmActions=[f"{prefix}-prod-alerts"])
    look, rows = alarms(serving(RECONCILE)), MemoryStore()
    assert isinstance(look.search, MissedAlarms)
    replace(
        look,
        census=MemoryCensus(rows),
        rows=rows,
        readers=lambda place: _without_mutes(look.readers(place)),
        search=replace(look.search, rows=rows),
        every=timedelta(minutes=10),
    ).check(CLOCK.now() + timedelta(minutes=1))
    found = list(rows.rows.values())
    alerts = [row.spec.alert for row in found if row.spec.condition is Condition.FIRING]
    assert sorted(alert.title for alert in alerts if alert) == ["ours", "theirs"]
    (ours,) = [alert for alert in alerts if alert and alert.title == "ours"]
    assert ours.identity.alarm_id == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:ours"
    assert (ours.labels["Metric"], ours.labels["Pool"]) == ("Depth", "linux")


def _without_mutes(found: Any) -> Any:
    """Moto knows no mute rules."""
    found.muted = lambda name=None: False
    return found
