"""What Chalice would change in a stage is shown before it does."""

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.wiring.checkout import PROJECT
from ops import chalice_stage, changes, package
from ops.deployment import Deployment
from ops.stage_file import StageFile, State
from tests.account import empty_account

REGION, BUCKET = "us-west-2", "state-of-dev"
PATHS: dict[str, dict[str, Any]] = {"/health": {"get": {}}, "/webhooks/{source}": {"post": {}}}


def function(handler: str, events: dict[str, Any]) -> dict[str, Any]:
    settings = {"Variables": {"ALERTING_STAGE": "dev", "LEASE_SECONDS": "90"}}
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Handler": handler,
            "Runtime": "python3.13",
            "Architectures": ["x86_64"],
            "MemorySize": 512,
            "Timeout": 60,
            "Environment": settings,
            "Events": events,
        },
    }


TEMPLATE = {
    "Resources": {
        "Collector": function(
            "app.collector",
            {
                "Queue": {
                    "Type": "SQS",
                    "Properties": {"BatchSize": 10, "ScalingConfig": {"MaximumConcurrency": 5}},
                }
            },
        ),
        "Reconcile": function(
            "app.reconcile", {"Minute": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 minute)"}}}
        ),
        "APIHandler": function("app.app", {}),
        "RestAPI": {
            "Type": "AWS::Serverless::Api",
            "Properties": {"DefinitionBody": {"paths": PATHS, "info": {"title": "alerting-dev"}}},
        },
    }
}
ALL_NEW = [
    *(
        "alerting-dev-collector: new",
        "policy of alerting-dev-collector: new",
        "trigger of alerting-dev-collector: new",
    ),
    *("alerting-dev-reconcile: new", "policy of alerting-dev-reconcile: new"),
    *(
        "schedule of alerting-dev-reconcile: new",
        "alerting-dev: new",
        "policy of alerting-dev: new",
        "API: new",
    ),
]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Deployment]:
    """A stage with a finished package, in an account that has only the bucket."""
    shutil.copytree(PROJECT / "infra-extra" / "policies", tmp_path / "infra-extra" / "policies")
    with empty_account(monkeypatch):
        made = Deployment.of("dev", StageFile(region=REGION, state=State(bucket=BUCKET)), tmp_path)
        folder = package.folder(made).parent
        (folder / "template").mkdir(parents=True)
        (folder / "template" / "sam.json").write_text(json.dumps(TEMPLATE), encoding="utf-8")
        (folder / "deployment.zip").write_bytes(b"code")
        made.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield made


class Answers:
    """A client of AWS that says what is deployed."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def __getattr__(self, call: str) -> Any:
        return lambda **_: self.answers[call]


def deployed(stage: Deployment, **changed: Any) -> None:
    """Have AWS say that what is prepared is there, except for what has changed."""
    code = base64.b64encode(hashlib.sha256(b"code").digest()).decode()
    mapping = {"BatchSize": 10, "ScalingConfig": {"MaximumConcurrency": 5}}
    settings = {"ALERTING_STAGE": "dev", "LEASE_SECONDS": "90"}
    configuration = {
        "CodeSha256": code,
        "Runtime": "python3.13",
        "Architectures": ["x86_64"],
        "MemorySize": 512,
        "Timeout": 60,
        "Environment": {"Variables": settings},
    }
    items = [
        {"path": path, "resourceMethods": {method.upper(): {} for method in methods}}
        for path, methods in PATHS.items()
    ]

    class Policies(Answers):
        def get_role_policy(self, **named: str) -> dict[str, Any]:
            short = named["RoleName"].removeprefix("alerting-dev-")
            account = stage.place.account_id
            return {"PolicyDocument": chalice_stage.policy(stage, short, account) | changed.get("policy", {})}

    clients = {
        "lambda": Answers(
            get_function_configuration=configuration | changed.get("function", {}),
            list_event_source_mappings={"EventSourceMappings": [mapping | changed.get("trigger", {})]},
        ),
        "iam": Policies(),
        "events": Answers(
            list_rule_names_by_target={"RuleNames": ["minute"]},
            describe_rule={"ScheduleExpression": changed.get("schedule", "rate(1 minute)")},
        ),
        "apigateway": Answers(
            get_resources={"items": changed.get("routes", items)},
            get_rest_api={"name": changed.get("name", "alerting-dev")},
        ),
    }
    for service, client in clients.items():
        stage.connected[service, REGION] = client
    made = {"resource_type": "rest_api", "rest_api_id": "a1", "rest_api_url": "https://a1.example.org/api/"}
    text = json.dumps({"resources": [made]})
    stage.s3.put_object(Bucket=BUCKET, Key=stage.memory_key, Body=text.encode())


def test_in_an_empty_account_everything_is_new(stage: Deployment) -> None:
    assert list(changes.changes(stage)) == ALL_NEW


def test_where_it_is_all_the_same_nothing_is_said(
    stage: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(stage)
    changes.show(stage)
    assert capsys.readouterr().out == "\nChalice has nothing to change in alerting-dev.\n"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"function": {"CodeSha256": "old"}}, 'alerting-dev-collector: code: "old" -> '),
        ({"function": {"Runtime": "python3.11"}}, 'runtime: "python3.11" -> "python3.13"'),
        ({"function": {"MemorySize": 1024}}, "memory: 1024 -> 512"),
        ({"function": {"Environment": {"Variables": {"A": "b"}}}}, 'A: "b" -> not set'),
        (
            {"function": {"Environment": {"Variables": {"A": "b"}}}},
            'LEASE_SECONDS: not set -> "90"',
        ),
        (
            {"policy": {"Statement": [{"Sid": "Other"}]}},
            "policy of alerting-dev-reconcile: FindRows: not set ->",
        ),
        ({"schedule": "rate(5 minutes)"}, 'rate: ["rate(5 minutes)"] -> ["rate(1 minute)"]'),
        ({"trigger": {"BatchSize": 1}}, "trigger of alerting-dev-collector: batch: [1] -> [10]"),
        ({"name": "alerting"}, 'API: name: "alerting" -> "alerting-dev"'),
        (
            {"routes": [{"path": "/old", "resourceMethods": {"GET": {}}}]},
            'API: /health: not set -> ["GET"]',
        ),
    ],
)
def test_what_would_change_is_said(stage: Deployment, changed: dict[str, Any], said: str) -> None:
    deployed(stage, **changed)
    assert said in "\n".join(changes.changes(stage))
