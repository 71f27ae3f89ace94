"""`doctor` says who may publish to the topic: alarms, and while `direct_rules` is on anybody's rules."""

import json
import re
from typing import Any

import boto3
import pytest

from chalicelib.cli.doctor import publishers
from chalicelib.cli.doctor.finding import Finding, findings
from chalicelib.settings import Settings
from chalicelib.wiring.stage import Stage
from tests.local.stack import ROOT

SETTINGS = Settings.read({"ALERTING_STAGE": "dev", "AWS_REGION": "us-west-2"})
ALLOWED = {"Effect": "Allow", "Action": "sns:Publish"}
ALARMS = ALLOWED | {"Principal": {"Service": "cloudwatch.amazonaws.com"}}
RULES = ALLOWED | {"Principal": {"Service": "events.amazonaws.com"}}
OUR_RULE = "arn:aws:events:us-west-2:123456789012:rule/alerting-dev-alarms/alerting-dev-alarms"
OWN = RULES | {"Condition": {"ArnEquals": {"aws:SourceArn": [OUR_RULE]}}}


def direct(*accounts: str) -> dict[str, Any]:
    """Return the statement that infra-extra makes while `direct_rules` is on."""
    arns = [f"arn:aws:events:us-west-2:{account}:rule/*" for account in accounts]
    return RULES | {
        "Condition": {
            "StringEquals": {"aws:SourceAccount": list(accounts)},
            "ArnLike": {"aws:SourceArn": arns},
        }
    }


pytestmark = pytest.mark.usefixtures("empty_account")


def looked_at(*statements: object) -> dict[str, Finding]:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    sns = boto3.client("sns", region_name="us-west-2")
    sns.create_topic(Name="alerting-dev-alerts", Attributes={"Policy": policy})
    found = findings(publishers.NAME, publishers.publishers, Stage(SETTINGS))
    return {each.name: each for each in found}


def test_where_alarms_and_our_own_rule_publish_all_is_well() -> None:
    found = looked_at(ALARMS, OWN)
    assert all(each.ok for each in found.values())
    assert found["direct_rules"].told == "off: EventBridge rules send to the bus alerting-dev-alarms"


def test_direct_rules_are_told_with_the_accounts_and_what_they_can_do() -> None:
    found = looked_at(ALARMS, OWN, direct("444455556666", "111122223333"))["direct_rules"]
    assert "in any of these accounts (111122223333, 444455556666) can send any alarm" in found.told
    assert "direct_rules = false" in found.fix
    security = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())
    words = re.sub(r" \(.*?\)", "", found.told).removeprefix("on: ")
    assert f"`direct_rules`: while it is on, {words}. Turn it off once the rules send to" in security


@pytest.mark.parametrize(
    "statement", [RULES, RULES | {"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:events:*:*:rule/*"}}}]
)
def test_rules_of_anybody_are_told(statement: dict[str, Any]) -> None:
    found = looked_at(ALARMS, statement, direct("111122223333"))["direct_rules"]
    assert found.told == "on: an EventBridge rule in any account can send any alarm"


@pytest.mark.parametrize(
    ("statements", "open_to_alarms"),
    [
        ([], False),
        ([ALARMS], True),
        ([ALLOWED | {"Principal": {"Service": ["events.amazonaws.com", "cloudwatch.amazonaws.com"]}}], True),
        ([RULES], False),
        ([ALARMS | {"Effect": "Deny"}], False),
        ([ALLOWED | {"Principal": "*"}], False),
    ],
)
def test_a_topic_must_let_alarms_in(statements: list[object], open_to_alarms: bool) -> None:
    assert publishers.lets_alarms_in(json.dumps({"Statement": statements})) == open_to_alarms
