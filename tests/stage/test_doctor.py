"""`doctor` finds nothing wrong with a sound stage, and each thing that is wrong, with what to do."""

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from chalicelib import __version__
from chalicelib.cli.doctor import functions, hook, lookups
from chalicelib.cli.doctor.finding import Check, Finding, findings
from chalicelib.settings import AwsArn, Settings
from chalicelib.webhook import hook_secret
from chalicelib.wiring import checkout, deployed
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import Stage
from tests.cli.stack import Prompt
from tests.local.lists import Lists, entry, serving
from tests.local.patience import finished
from tests.local.stack import ROOT
from tests.twins.stage import holding

INFRA = "example-org/ci-infra"


def wrong(prompt: Prompt) -> dict[str, str]:
    """What to do, by the name of what is wrong."""
    answered = prompt("doctor --json")
    found = {
        name: each["fix"] for each in answered.json if not each["ok"] for name in each["name"].split(", ")
    }
    assert answered.code == (1 if found else 0)
    return found


def test_nothing_is_wrong_with_a_sound_stage(prompt: Prompt) -> None:
    prompt.wait_until(lambda: "reconcile" not in wrong(prompt), "reconcile's first look")
    assert wrong(prompt) == {}
    assert "All is well" in prompt("doctor").words


def test_a_rejected_message_is_found_with_its_reason(prompt: Prompt) -> None:
    aws = prompt.stack.aws
    aws.sqs.send_message(QueueUrl=aws.dlq_url, MessageBody="{}")
    assert "dlq list" in wrong(prompt)["dead-letter queue"]
    assert "1 message: 1 RECEIVED_TOO_OFTEN" in prompt("doctor --json").out
    (message,) = aws.sqs.receive_message(QueueUrl=aws.dlq_url)["Messages"]
    aws.sqs.delete_message(QueueUrl=aws.dlq_url, ReceiptHandle=message["ReceiptHandle"])


@pytest.mark.parametrize(
    ("secret", "content", "name", "told"),
    [
        ("webhook_secret", {}, "webhook secret", "grafana_webhook_token"),
        (
            "webhook_secret",
            {"grafana_webhook_token": "t", "normalized_hmac_secret": ""},
            "webhook secret",
            "normalized_hmac_secret",
        ),
        (
            "webhook_secret",
            {"grafana_webhook_token": "t", "senders": [{"name": "east", "source": "nagios", "token": "a"}]},
            "webhook secret",
            "senders, number 1: source must be one of",
        ),
        ("webhook_secret", {"github_webhook_secret": " "}, "GitHub's events", "must be a string"),
        ("webhook_secret", "no JSON", "webhook secret", "does not hold a JSON object"),
        ("app_secret", {"github_app_id": "1"}, "GitHub App", "github_app_key_base64"),
    ],
)
def test_a_secret_that_does_not_serve_is_found_and_not_shown(
    prompt: Prompt, secret: str, content: object, name: str, told: str
) -> None:
    aws = prompt.stack.aws
    secret_id = getattr(aws, secret)
    before = aws.secretsmanager.get_secret_value(SecretId=secret_id)["SecretString"]
    aws.secretsmanager.put_secret_value(SecretId=secret_id, SecretString=json.dumps(content))
    try:
        assert told in wrong(prompt)[name]
    finally:
        aws.secretsmanager.put_secret_value(SecretId=secret_id, SecretString=before)
    held = [value for value in json.loads(before).values() if isinstance(value, str) and len(value) > 10]
    assert held
    assert [value for value in held if value in prompt("doctor").out] == []


def test_githubs_secret_in_its_former_place_is_found_and_the_command_copies_it(
    prompt: Prompt, tmp_path: Path
) -> None:
    aws = prompt.stack.aws
    names = (aws.webhook_secret, aws.app_secret)
    before = [aws.secretsmanager.get_secret_value(SecretId=name)["SecretString"] for name in names]
    senders, app = map(json.loads, before)
    signing = senders.pop(hook_secret.NAME)
    for name, held in zip(names, (senders, app | {hook_secret.NAME: signing}), strict=True):
        aws.secretsmanager.put_secret_value(SecretId=name, SecretString=json.dumps(held))
    try:
        fix = wrong(prompt)[hook.NAME]
        assert signing not in prompt("doctor").out
        stand_in = f'#!/bin/sh\nexec {sys.executable} -m tests.cli.aws_secrets {aws.endpoint_url} "$@"\n'
        (tmp_path / "aws").write_text(stand_in)
        (tmp_path / "aws").chmod(0o755)
        environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        done = finished(["sh", "-c", fix.partition(": ")[2]], env=environment)
        assert (done.returncode, signing in done.stdout + done.stderr) == (0, False), done.stderr
        copied = aws.secretsmanager.get_secret_value(SecretId=aws.webhook_secret)["SecretString"]
        assert json.loads(copied) == senders | {hook_secret.NAME: signing}
        assert wrong(prompt) == {}
    finally:
        for name, held in zip(names, before, strict=True):
            aws.secretsmanager.put_secret_value(SecretId=name, SecretString=held)


def test_a_repository_that_cannot_be_written_is_found(prompt: Prompt) -> None:
    world = prompt.stack.github.world
    repository = world.repository(INFRA)
    repository.has_issues = False
    assert "Enable issues" in wrong(prompt)[INFRA]
    repository.has_issues = True
    installation = world.installation_on(repository.owner)
    assert installation
    installation.permissions["issues"] = "read"
    assert "Issues: read and write" in wrong(prompt)[INFRA]
    installation.permissions["issues"] = "write"
    installation.repository_ids.remove(repository.id)
    assert "Install the GitHub App" in wrong(prompt)[INFRA]
    installation.repository_ids.add(repository.id)
    prompt.stack.github.faults.outage(status=502)
    assert "githubstatus" in wrong(prompt)[INFRA]
    prompt.stack.github.faults.clear()
    assert INFRA not in wrong(prompt)


def test_a_queue_that_hears_nothing_is_found(prompt: Prompt) -> None:
    aws = prompt.stack.aws
    (subscription,) = aws.sns.list_subscriptions_by_topic(TopicArn=aws.topic_arn)["Subscriptions"]
    aws.sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    aws.sqs.set_queue_attributes(QueueUrl=aws.queue_url, Attributes={"RedrivePolicy": ""})
    found = wrong(prompt)
    assert {"subscription", "queue"} <= set(found)
    assert "infra-extra" in found["subscription"]


@dataclass
class Functions:
    """Lambda and EventBridge as a deployment left them; a test changes what it is about."""

    config: list[dict[str, Any]] = field(default_factory=list)
    mappings: list[dict[str, Any]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    apis: list[dict[str, str]] = field(default_factory=list)

    def get_rest_apis(self, **_: int) -> dict[str, Any]:
        return {"items": self.apis}

    @classmethod
    def sound(cls) -> "Functions":
        variables = {"ALERTING_STAGE": "dev"}
        known = {"CodeSha256": "a", "LastModified": "2026-11-25", "Environment": {"Variables": variables}}
        return cls(
            [known | {"FunctionName": f"alerting-dev{name}"} for name in ("", "-collector", "-reconcile")],
            [{"State": "Enabled", "BatchSize": 10, "UUID": "u-1"}],
            [{"State": "ENABLED", "ScheduleExpression": "rate(1 minute)"}],
        )

    def get_function_configuration(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        (found,) = [each for each in self.config if each["FunctionName"] == FunctionName]
        return found

    def list_event_source_mappings(self, **_: str) -> dict[str, Any]:
        return {"EventSourceMappings": self.mappings}

    def list_rule_names_by_target(self, **_: str) -> dict[str, Any]:
        return {"RuleNames": [str(number) for number in range(len(self.rules))]}

    def describe_rule(self, Name: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        return self.rules[int(Name)]


@dataclass(frozen=True, eq=False)
class OnLambda(Stage):
    """The stage dev with these functions."""

    lambdas: Functions = field(default_factory=Functions.sound)

    def client(self, service: Any, region: str | None = None) -> Any:
        return self.lambdas


def logging(functions: Functions, level: str) -> None:
    functions.config[1]["LoggingConfig"] = {"LogFormat": "JSON", "ApplicationLogLevel": level}


def looked_at(check: Check, change: Callable[[Functions], object]) -> list[Finding]:
    settings = Settings.read({"ALERTING_STAGE": "dev"})
    here = AwsArn.parse("arn:aws:lambda:us-west-2:123456789012:function:alerting-dev")
    deployed = Functions.sound()
    change(deployed)
    return list(findings("it", check, OnLambda(settings, within=here, lambdas=deployed)))


@pytest.mark.parametrize(
    ("check", "change", "told"),
    [
        (functions.versions, lambda it: None, None),
        (functions.mapping, lambda it: None, None),
        (functions.log_levels, lambda it: None, None),
        (functions.log_levels, lambda it: logging(it, "WARN"), "application log level to INFO"),
        (functions.log_levels, lambda it: logging(it, "DEBUG"), "application log level of these to INFO"),
        (functions.schedule, lambda it: None, None),
        (functions.versions, lambda it: it.config[1].update(CodeSha256="b"), "Deploy the stage again"),
        (functions.versions, lambda it: it.config[1].pop("Environment"), "Deploy the stage again"),
        (functions.mapping, lambda it: it.mappings.clear(), "deploy if it is missing"),
        (functions.mapping, lambda it: it.mappings.append(it.mappings[0]), "delete those"),
        (functions.mapping, lambda it: it.mappings[0].update(State="Disabled"), "--uuid u-1"),
        (functions.mapping, lambda it: it.mappings[0].update(BatchSize=1), "Deploy the stage again"),
        (functions.schedule, lambda it: it.rules.clear(), "Enable one schedule"),
        (functions.schedule, lambda it: it.rules[0].update(State="DISABLED"), "Enable one schedule"),
    ],
)
def test_what_a_deployment_left_amiss_is_found(
    check: Check, change: Callable[[Functions], object], told: str | None
) -> None:
    wrong = [finding.fix for finding in looked_at(check, change) if not finding.ok]
    assert (told is None) == (wrong == [])
    assert all(told in fix for fix in wrong if told)


@pytest.mark.parametrize(
    ("served", "told"),
    [
        ({"version": f"{__version__}+aaaaaaaaaaaa", "stage": "dev"}, ""),
        ({"version": __version__, "stage": "dev"}, ""),
        (
            {"version": f"{__version__}+999999999999", "stage": "dev"},
            "Deploy the stage again, or check out 999999999999.",
        ),
        ({"version": "9.9.9", "stage": "dev"}, "Deploy the stage again, or check out 9.9.9."),
        ({"version": "9.9.9", "stage": "prod"}, ""),
    ],
)
def test_a_version_that_is_not_this_one_is_found(
    monkeypatch: pytest.MonkeyPatch, served: dict[str, str], told: str
) -> None:
    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(served).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    def apis(it: Functions) -> None:
        it.apis = [{"name": "alerting", "id": "a1"}, {"name": "other", "id": "b2"}]

    monkeypatch.setattr(checkout, "commit", lambda: "aaaaaaaaaaaa")
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        here = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(deployed, "address", lambda _, api: here if api == "a1" else "http://127.0.0.1:9")
        (found,) = looked_at(functions.version, apis)
        server.shutdown()
    assert found.fix == told
    assert (served["version"] in found.told) == (served["stage"] == "dev")


def test_where_no_api_answers_the_version_is_not_looked_at() -> None:
    (found,) = looked_at(functions.version, lambda it: None)
    assert (found.ok, "no API" in found.told) == (True, True)


def listed(**environment: str) -> list[Finding]:
    stage = holding({"grafana_api_token": "glsa_x"}, **environment)
    return list(findings("look-ups", lookups.listings, stage))


def test_without_an_address_nobody_lists_alerts_and_nothing_is_wrong() -> None:
    (found,) = listed()
    assert found.ok
    assert "not set up" in found.told


def test_each_provider_lists_its_alerts_or_what_to_do_is_said() -> None:
    served = Lists([entry("16e0df6de35c887f")], started=CLOCK.now(), token="Bearer glsa_x")
    with serving(served) as address:
        alertmanager, grafana = listed(ALERTMANAGER_URLS=address, GRAFANA_URL=address)
        assert "answered 401" in alertmanager.told
        assert "`alertmanager_api_token` in the secret alerting-dev-alerting-app-secrets" in alertmanager.fix
        assert (grafana.ok, grafana.told) == (True, "Grafana lists 1 alert")
        served.token = ""
        (young,) = listed(ALERTMANAGER_URLS=address)
        assert young.ok
        assert "started less than half an hour ago" in young.told
    (gone,) = listed(ALERTMANAGER_URLS=address)
    assert "did not answer" in gone.told


def test_nobody_who_does_not_answer_holds_up_the_other_checks(prompt: Prompt) -> None:
    prompt.stack.aws.dynamodb.delete_table(TableName=prompt.stack.aws.table)
    found = prompt("doctor --json").json
    assert {each["name"] for each in found if not each["ok"]} >= {"table", "reconcile"}
    assert [each["ok"] for each in found if each["name"] == "clock"] == [True]
