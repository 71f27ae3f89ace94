"""`doctor` finds alarms that would be rejected, and those that do not say when they have ended."""

from typing import Any

import boto3
import pytest

from chalicelib.cli.doctor import alarms
from chalicelib.cli.doctor.finding import Finding, findings
from chalicelib.settings import Settings
from chalicelib.wiring.stage import Stage

SETTINGS = Settings.read({"ALERTING_STAGE": "dev", "AWS_REGION": "us-west-2", "ALARM_REGIONS": "eu-west-1"})
OWNED = "TEAM=ci-runners | PRIORITY=P1"

pytestmark = pytest.mark.usefixtures("empty_account")


def topic(region: str, stage: str = "dev") -> str:
    return f"arn:aws:sns:{region}:123456789012:alerting-{stage}-alerts"


def alarm(name: str, description: str, *, ok: bool = True, region: str = "us-west-2", **more: Any) -> None:
    boto3.client("cloudwatch", region_name=region).put_metric_alarm(
        AlarmName=name,
        AlarmDescription=description,
        Namespace="CI",
        MetricName="Queue",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        **{"AlarmActions": [topic(region)], "OKActions": [topic(region)] if ok else []} | more,
    )


def looked_at() -> list[Finding]:
    return list(findings(alarms.NAME, alarms.owners, Stage(SETTINGS)))


def test_alarms_with_owner_and_ok_action_are_well_in_each_region() -> None:
    alarm("one", OWNED)
    alarm("not ours", "nobody", ok=False, AlarmActions=[topic("us-west-2", "prod")])
    told = [each.told for each in looked_at()]
    assert [each.ok for each in looked_at()] == [True, True]
    assert told[0] == "1 alarm in us-west-2 with team, priority and OK action"
    assert told[1].startswith("0 alarms in eu-west-1")


def test_an_alarm_that_would_be_rejected_is_found_by_reason_with_its_fix() -> None:
    for number in range(7):
        alarm(f"unowned {number}", "PRIORITY=P1")
    alarm("no priority", "TEAM=ci-runners", region="eu-west-1")
    here, there = looked_at()
    assert "7 alarms (unowned 0, unowned 1, unowned 2, unowned 3, unowned 4 and 2 more)" in here.told
    assert "MISSING_TEAM" in here.told
    assert "TEAM=" in here.fix
    assert ("MISSING_PRIORITY" in there.told, "eu-west-1" in there.told) == (True, True)


def test_an_alarm_without_an_ok_action_is_found() -> None:
    alarm("endless", OWNED, ok=False)
    alarm("to another topic", OWNED, ok=False, OKActions=[topic("us-west-2", "prod")])
    (found, _) = looked_at()
    assert "2 alarms (endless, to another topic) in us-west-2 without an OK action" in found.told
    assert found.fix == "Name the topic alerting-dev-alerts in its OK actions too."


def test_an_owner_in_tags_counts() -> None:
    tags = [{"Key": "team", "Value": "ci-runners"}, {"Key": "priority", "Value": "P1"}]
    alarm("tagged", "", Tags=tags)
    assert [each.ok for each in looked_at()] == [True, True]
