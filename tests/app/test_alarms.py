"""Whose alarms are read, and by which role: as wired, on AWS as moto has it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import boto3
import pytest
from moto import mock_aws

from chalicelib.config import Arn
from chalicelib.lifecycle.alarm import Place
from chalicelib.wiring.alarms import reader, taking
from tests.app.stage import ACCOUNT, REGION, Stage, start

OTHER = "210987654321"
ROLE = f"arn:aws:iam::{OTHER}:role/alarm-reader"
HERE = Arn.parse(f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:alerting-local-reconcile")


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stage]:
    with mock_aws():
        yield start(monkeypatch, tmp_path, ALARM_READER_ROLE_ARNS=ROLE)


def alarm(session: boto3.Session, name: str, state: Literal["OK", "ALARM"]) -> None:
    client = session.client("cloudwatch", region_name=REGION)
    client.put_metric_alarm(
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
    read = reader(HERE, Place(ACCOUNT, REGION))
    assert read
    found = read(["queue", "disk", "gone"])
    assert {one.arn.rpartition(":")[2]: one.ok for one in found.values()} == {"queue": True, "disk": False}


@pytest.mark.usefixtures("stage")
def test_alarms_of_an_account_that_has_a_role_for_us_are_read_by_it() -> None:
    alarm(session(role=ROLE), "theirs", "OK")
    read = reader(HERE, Place(OTHER, REGION))
    assert read
    (found,) = read(["theirs"]).values()
    assert found.arn == f"arn:aws:cloudwatch:{REGION}:{OTHER}:alarm:theirs"


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(("account", "region"), [("999999999999", REGION), (ACCOUNT, "eu-west-1")])
def test_nobody_elses_alarms_are_asked_about(account: str, region: str) -> None:
    assert reader(HERE, Place(account, region)) is None
