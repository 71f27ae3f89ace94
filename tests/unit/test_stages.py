"""What Chalice is given for a stage is made from its file, and each function may do its work alone."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from app import app
from ops import chalice_stage
from ops.deployment import Deployment
from ops.stage_file import StageFile

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


def statements(stage: str, function: str) -> list[dict[str, Any]]:
    name = CONFIG["stages"][stage]["lambda_functions"][function]["iam_policy_file"]
    policy = json.loads((CHALICE / name).read_text(encoding="utf-8"))
    return list(policy["Statement"])


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_what_is_in_git_for_chalice_is_what_the_stages_files_make(tmp_path: Path) -> None:
    """`make stage-dev` writes it."""
    shutil.copy(CHALICE / "config.json", tmp_path)
    for name in STAGES:
        chalice_stage.write(Deployment.read(name), tmp_path)
    in_git = {file.name: file.read_text(encoding="utf-8") for file in CHALICE.glob("*.json")}
    assert {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()} == in_git
    assert set(CONFIG["stages"]) == {"local", *STAGES}


def staging(**more: Any) -> Deployment:
    return Deployment.of("staging", StageFile.model_validate({"region": "cn-north-1"} | more), CHALICE.parent)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_stage_that_stands_by_may_use_the_other_stages_table_and_not_its_own(function: str) -> None:
    stage = staging(settings={"STANDBY_OF": "prod"})
    tables = set(re.findall(r"table/([\w-]+)", json.dumps(chalice_stage.policy(stage, function))))
    assert tables <= {stage.table} == {"alerting-prod-alerts-state"}
    assert (tables == set()) == (function == "api_handler")
    assert (stage.queue, stage.app_secret) == (
        "alerting-staging-alerts",
        "alerting-staging-alerting-app-secrets",
    )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_is_for_the_stages_region_whichever_that_is(function: str) -> None:
    text = json.dumps(chalice_stage.policy(staging(), function, "123456789012"))
    arns = [arn.split(":")[1:5] for arn in re.findall(r'"(arn:[^"]+)"', text)]
    assert {tuple(arn) for arn in arns if arn[1] != "iam"} <= {
        ("aws-cn", service, "cn-north-1", "123456789012")
        for service in ("dynamodb", "logs", "secretsmanager", "sns", "sqs")
    }
    assert "$" not in text


def test_what_a_setting_names_is_what_the_policies_allow() -> None:
    topic, role = "arn:aws-cn:sns:cn-north-1:234567890123:chat", "arn:aws-cn:iam::234567890123:role/reader"
    stage = staging(settings={"MIRROR_TOPIC_ARN": topic, "ALARM_READER_ROLE_ARNS": [role]})
    for function in ("collector", "reconcile"):
        found = chalice_stage.by_sid(chalice_stage.policy(stage, function))
        assert found["PublishToMirror"]["Resource"] == topic
        assert found["ReadAlarmsOfOtherAccounts"]["Resource"] == [role]
    assert "PublishToMirror" not in chalice_stage.by_sid(chalice_stage.policy(stage, "api_handler"))


def test_a_function_has_the_memory_time_and_copies_that_the_file_gives_it() -> None:
    given = {"memory": 1024, "timeout": 120, "reserved_concurrency": 20}
    made = chalice_stage.made(staging(functions={"collector": given}, architecture="arm64"))
    assert made["lambda_architecture"] == "arm64"
    assert made["lambda_functions"]["collector"] == {
        "iam_policy_file": "policy-staging-collector.json",
        "lambda_memory_size": 1024,
        "lambda_timeout": 120,
        "reserved_concurrency": 20,
    }


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
    queries = {("dynamodb:Query", f"{table}/index/{index}") for index in ("groups", "issues")}
    assert may >= {("dynamodb:BatchGetItem", table), *queries}


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


def test_the_webhook_answers_before_api_gateway_gives_up() -> None:
    assert CONFIG["lambda_functions"]["api_handler"]["lambda_timeout"] < 29
