"""The stages that ship: dev and prod differ in name and region, and each function may do its work alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from app import app
from ops.deployment import Deployment

CHALICE = Path(__file__).parents[2] / ".chalice"
CONFIG = json.loads((CHALICE / "config.json").read_text(encoding="utf-8"))
FUNCTIONS = ("api_handler", *(source.name for source in app.event_sources))
STAGES = {"dev": "us-west-2", "prod": "us-east-1"}
OF_ANY_RESOURCE = {
    "cloudwatch:DescribeAlarms",
    "cloudwatch:DescribeAlarmContributors",
    "cloudwatch:ListAlarmMuteRules",
    "cloudwatch:GetMetricData",
    "tag:GetResources",
}
"""Composite alarms are described to those alone who may describe every alarm; lists name no resource.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""


def as_prod(text: str) -> str:
    return text.replace("us-west-2", "us-east-1").replace("dev", "prod")


def statements(stage: str, function: str) -> list[dict[str, Any]]:
    name = CONFIG["stages"][stage]["lambda_functions"][function]["iam_policy_file"]
    policy = json.loads((CHALICE / name).read_text(encoding="utf-8"))
    return list(policy["Statement"])


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_dev_and_prod_differ_in_name_alone() -> None:
    stages = CONFIG["stages"]
    assert set(stages) == {"local", *STAGES}
    assert json.loads(as_prod(json.dumps(stages["dev"]))) == stages["prod"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_policies_of_dev_and_prod_differ_in_name_and_region_alone(function: str) -> None:
    dev, prod = (
        (CHALICE / f"policy-{stage}-{function}.json").read_text(encoding="utf-8") for stage in STAGES
    )
    assert as_prod(dev) == prod != dev


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_names_its_actions_and_what_they_are_done_to(stage: str, function: str) -> None:
    for statement in statements(stage, function):
        actions = listed(statement["Action"])
        assert statement["Effect"] == "Allow"
        assert not [action for action in actions if "*" in action]
        if set(actions) <= OF_ANY_RESOURCE:
            continue
        for resource in listed(statement["Resource"]):
            arn, partition, service, region, account, name = resource.split(":", 5)
            place = "" if service == "iam" else STAGES[stage]
            assert (arn, partition, region, account) == ("arn", "aws", place, "*")
            assert f"alerting-{stage}" in name
            assert "*" not in name.removesuffix(":*")


@pytest.mark.parametrize("stage", STAGES)
def test_who_writes_to_github_may_publish_to_the_mirror_and_the_webhook_may_not(stage: str) -> None:
    may = [
        function
        for function in FUNCTIONS
        for each in statements(stage, function)
        if listed(each["Resource"]) == [f"arn:aws:sns:{STAGES[stage]}:*:alerting-{stage}-mirror"]
    ]
    assert sorted(may) == ["collector", "reconcile"]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("function", ["collector", "reconcile"])
def test_who_opens_issues_may_read_what_else_fires(stage: str, function: str) -> None:
    """An issue is opened without it where that is refused, so nothing else would fail."""
    table = f"arn:aws:dynamodb:{STAGES[stage]}:*:table/alerting-{stage}-alerts-state"
    may = {
        (action, resource)
        for each in statements(stage, function)
        for action in listed(each["Action"])
        for resource in listed(each["Resource"])
    }
    assert may >= {("dynamodb:BatchGetItem", table), ("dynamodb:Query", f"{table}/index/issues")}


@pytest.mark.parametrize("stage", STAGES)
def test_every_policy_file_belongs_to_a_function(stage: str) -> None:
    files = {path.name for path in CHALICE.glob(f"policy-{stage}-*.json")}
    assert files == {f"policy-{stage}-{function}.json" for function in FUNCTIONS}
    assert (
        set(CONFIG["stages"][stage]["lambda_functions"]) == set(FUNCTIONS) == set(CONFIG["lambda_functions"])
    )


def test_nothing_is_left_to_what_chalice_guesses() -> None:
    assert CONFIG["autogen_policy"] is False
    assert CONFIG["api_gateway_endpoint_type"] == "REGIONAL"
    text = json.dumps(CONFIG)
    assert "reserved_concurrency" not in text  # new accounts have too little of it to give away
    for function in CONFIG["lambda_functions"].values():
        assert function.keys() == {"lambda_memory_size", "lambda_timeout"}


@pytest.mark.parametrize(("stage", "region"), STAGES.items())
def test_terraform_and_the_policies_name_the_same_region(stage: str, region: str) -> None:
    assert Deployment.read(stage).region == region


def test_the_webhook_answers_before_api_gateway_gives_up() -> None:
    assert CONFIG["lambda_functions"]["api_handler"]["lambda_timeout"] < 29
