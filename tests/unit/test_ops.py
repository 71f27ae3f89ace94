"""The make targets of a stage: what they ask, what they check, and where a test alert has stopped."""

import base64
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from chalicelib.wiring.checkout import PROJECT
from ops import __main__ as ops
from ops import chalice_stage, changes, checks, functions, leftovers, logs, memory, secret_checks, terraform
from ops.deployment import Deployment, Faults
from ops.stage_file import StageFile, State
from ops.trial import Stopped, Trial
from tests.account import create_table, empty_account
from tests.local.github import AppKey

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
REGION, BUCKET = "us-west-2", "state-of-dev"


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Deployment]:
    """An empty account, and a checkout with nothing but the policies."""
    (tmp_path / ".chalice").mkdir()
    with empty_account(monkeypatch):
        yield described(tmp_path)


def described(root: Path, **more: Any) -> Deployment:
    file = StageFile(region=REGION, state=State(bucket=BUCKET), **more)
    return Deployment.of("dev", file, root)


def make_bucket(stage: Deployment) -> None:
    stage.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})


def told(stage: Deployment, check: checks.Check) -> list[str]:
    with pytest.raises(Faults) as raised:
        checks.require(stage, [check])
    return raised.value.faults


# The stage.


def test_the_stages_that_ship_are_read_from_their_files() -> None:
    dev, prod = (Deployment.read(name) for name in ("dev", "prod"))
    assert (dev.region, prod.region) == ("us-west-2", "us-east-1")
    assert (dev.bucket_region, prod.bucket_region) == ("us-west-2", "us-east-1")
    assert (dev.asks, prod.asks) == (False, True)
    assert prod.functions == ("alerting-prod", "alerting-prod-collector", "alerting-prod-reconcile")
    assert dev.environment["AWS_REGION"] == dev.environment["AWS_DEFAULT_REGION"] == "us-west-2"


def test_a_file_that_the_functions_could_not_read_stops_a_deployment(stage: Deployment) -> None:
    package = stage.root / "chalicelib"
    package.mkdir()
    assert list(checks.files(stage)) == []
    (package / "routing.toml").write_text("[default]", encoding="utf-8")
    (package / "maintenance.toml").write_text('[[window]]\nreason = "r"\nall = true\n', encoding="utf-8")
    (package / "on_call.toml").write_text("", encoding="utf-8")
    routing, windows, on_call = told(stage, checks.files)
    assert routing == "routing.toml: default.repository: missing"
    assert windows.startswith("maintenance.toml: window.0: needs begins and ends")
    assert on_call == "on_call.toml: fallback: missing"


def test_a_routing_that_calls_whoever_is_on_call_needs_the_file_that_says_who(stage: Deployment) -> None:
    package = stage.root / "chalicelib"
    package.mkdir()
    routing = '[default]\nrepository = "o/r"\nassignees = ["<on-call>"]\n'
    (package / "routing.toml").write_text(routing, encoding="utf-8")
    (fault,) = told(stage, checks.files)
    assert fault == "routing.toml: <on-call> needs chalicelib/on_call.toml, which says who"
    (package / "on_call.toml").write_text('fallback = ["@o/leads"]', encoding="utf-8")
    assert list(checks.files(stage)) == []


# The checks.


@pytest.mark.parametrize(("wanted", "faults"), [("123456789012", 0), (None, 0), ("999999999999", 1)])
def test_any_other_account_is_refused(stage: Deployment, wanted: str | None, faults: int) -> None:
    found = list(checks.account(described(stage.root, account=wanted)))
    assert len(found) == faults
    assert all(
        "account 123456789012, but infra-extra/stages/dev.toml is for 999999999999" in each for each in found
    )


def test_in_another_account_nothing_else_is_asked(stage: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for verb in set(ops.VERBS) - {"package"}:
        monkeypatch.setitem(ops.VERBS, verb, lambda _: done.append("done"))
        monkeypatch.setattr(Deployment, "read", lambda _: described(stage.root, account="999999999999"))
        monkeypatch.setattr(sys, "argv", ["ops", verb, "dev"])
        with pytest.raises(SystemExit, match="is for 999999999999"):
            ops.main()
    assert done == []


def test_terraform_that_is_missing_or_old_is_told(stage: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_terraform_version", lambda: None)
    assert told(stage, checks.tools) == ["terraform is not on the PATH: install 1.11 or later"]
    monkeypatch.setattr(checks, "_terraform_version", lambda: (1, 9, 8))
    assert told(stage, checks.tools) == ["terraform is 1.9.8: install 1.11 or later"]
    monkeypatch.setattr(checks, "_terraform_version", lambda: (1, 11, 0))
    assert list(checks.tools(stage)) == []


@pytest.fixture
def checked_out(stage: Deployment) -> Path:
    """The checkout with Chalice's files for the stage."""
    for name in (".chalice", "infra-extra/policies"):
        left = shutil.ignore_patterns("deploy*")
        shutil.copytree(PROJECT / name, stage.root / name, ignore=left, dirs_exist_ok=True)
    return stage.root


def test_where_chalices_files_say_something_else_it_is_told_with_the_command(checked_out: Path) -> None:
    settings = {"LEASE_SECONDS": "90"}
    (fault,) = told(described(checked_out, settings=settings, architecture="arm64"), checks.chalice)
    first, *differing, last = fault.splitlines()
    assert first == "Chalice's files and infra-extra/stages/dev.toml differ:"
    assert [each.strip() for each in differing] == [
        '.chalice/config.json: environment_variables.LEASE_SECONDS: not set -> "90"',
        '.chalice/config.json: lambda_architecture: "x86_64" -> "arm64"',
    ]
    assert "`make stage-dev`" in last


def test_a_setting_in_chalices_files_alone_is_not_passed_over(checked_out: Path) -> None:
    config = json.loads((checked_out / ".chalice" / "config.json").read_text(encoding="utf-8"))
    config["stages"]["dev"]["environment_variables"]["GITHUB_ENABLED"] = "false"
    (checked_out / ".chalice" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    policy = checked_out / ".chalice" / "policy-dev-collector.json"
    policy.write_text(policy.read_text("utf-8").replace("sqs:SendMessage", "sqs:*"), encoding="utf-8")
    (fault,) = told(described(checked_out), checks.chalice)
    assert 'environment_variables.GITHUB_ENABLED: "false" -> not set' in fault
    assert ".chalice/policy-dev-collector.json: TakeAlerts: " in fault


def test_a_stage_that_chalices_files_do_not_have_is_no_fault(checked_out: Path) -> None:
    file = StageFile(region="eu-central-1")
    assert list(checks.chalice(Deployment.of("staging", file, checked_out))) == []


def test_a_check_that_cannot_be_made_is_a_fault_and_keeps_no_other_from_being_made(stage: Deployment) -> None:
    def failing(stage: Deployment) -> Iterator[str]:
        stage.client("dynamodb").describe_table(TableName="none")
        yield ""

    def other(_: Deployment) -> Iterator[str]:
        yield "another fault"

    with pytest.raises(Faults) as raised:
        checks.require(stage, [failing, other])
    first, second = raised.value.faults
    assert first.startswith("the failing could not be checked: ")
    assert "ResourceNotFoundException" in first
    assert second == "another fault"


@pytest.mark.parametrize(
    ("app", "senders", "words"),
    [
        ({}, {"grafana_webhook_token": "t"}, ["github_app_id", "github_app_key_base64"]),
        (None, {}, ["set grafana_webhook_token"]),
        (None, {"grafana_webhook_token": ""}, ["grafana_webhook_token must be a string"]),
        (
            None,
            {"grafana_webhook_token": "t", "normalized_hmac_secret": " "},
            ["normalized_hmac_secret must be a string that is not empty"],
        ),
        (
            None,
            {"grafana_webhook_token": "t", "github_webhook_secret": ""},
            ["github_webhook_secret must be"],
        ),
        (None, {"senders": [{"name": "east", "token": "t"}]}, ["senders, number 1: source must be one of"]),
        (None, {"grafana_webhook_token": 7}, ["grafana_webhook_token must be a string"]),
    ],
)
def test_a_secret_that_holds_nothing_of_use_is_told_by_what_it_lacks(
    stage: Deployment, app: dict[str, str] | None, senders: dict[str, Any], words: list[str]
) -> None:
    store_secrets(stage, usable_app() if app is None else app, senders)
    (fault,) = told(stage, secret_checks.secrets)
    assert all(word in fault for word in words)


def test_secrets_that_can_be_used_are_no_fault(stage: Deployment) -> None:
    store_secrets(stage, usable_app(), {"normalized_webhook_token": ["new", "old"]})
    assert list(secret_checks.secrets(stage)) == []


def test_githubs_secret_that_the_webhook_could_no_longer_read_is_told_with_the_command_that_copies_it(
    stage: Deployment,
) -> None:
    """So that no deployment takes away what GitHub's events are checked with."""
    app = usable_app() | {"github_webhook_secret": "signs-events"}
    store_secrets(stage, app, {"normalized_webhook_token": "token"})
    (fault,) = told(stage, secret_checks.secrets)
    assert "| aws secretsmanager put-secret-value" in fault
    assert "signs-events" not in fault


def store_secrets(stage: Deployment, app: dict[str, str], senders: dict[str, Any]) -> None:
    for name, value in ((stage.app_secret, app), (stage.webhook_secret, senders)):
        stage.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(value))


@cache
def app_key() -> str:
    return base64.b64encode(AppKey.generate().private_pem.encode()).decode()


def usable_app() -> dict[str, str]:
    return {"github_app_id": "12345", "github_app_key_base64": app_key()}


def test_every_resource_that_the_functions_would_miss_is_named(stage: Deployment) -> None:
    faults = told(stage, checks.resources)
    for what in (
        "queue alerting-dev-alerts ",
        "queue alerting-dev-alerts-dlq",
        "topic",
        "table",
        "log group",
    ):
        assert any(what in fault for fault in faults), what


# Chalice's memory.


def test_a_bucket_that_was_begun_is_not_taken_for_made(
    stage: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would have no versions, from which a state is recovered."""

    def half(_: Deployment, verb: str, *__: object, **___: object) -> None:
        if verb == "apply":
            make_bucket(stage)
            raise subprocess.CalledProcessError(1, "terraform")

    monkeypatch.setattr(terraform, "_terraform", half)
    with pytest.raises(subprocess.CalledProcessError):
        terraform.make_bucket(stage)
    assert told(stage, checks.state_bucket) == [
        f"the state bucket {BUCKET} is not set up completely: run `make bucket-dev`"
    ]
    monkeypatch.setattr(terraform, "_terraform", lambda *_, **__: None)
    terraform.make_bucket(stage)
    checks.require(stage, [checks.state_bucket])


def test_terraform_waits_for_whoever_works_on_the_same_state(
    checked_out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pull request's plan would fail the deployment of main, which runs at the same time."""
    asked: dict[str, tuple[str, ...]] = {}
    monkeypatch.setattr(terraform, "_terraform", lambda _, verb, *more, **__: asked.update({verb: more}))
    for work in (terraform.plan, terraform.apply, terraform.destroy):
        work(described(checked_out))
    for verb in ("plan", "apply", "destroy"):
        assert "-lock-timeout=5m" in asked[verb]


def test_what_chalice_remembers_is_fetched_before_and_kept_after(stage: Deployment) -> None:
    make_bucket(stage)
    stage.s3.put_object(Bucket=BUCKET, Key="chalice/dev.json", Body=b"before")
    with memory.kept(stage):
        assert stage.memory.read_text(encoding="utf-8") == "before"
        stage.memory.write_text("after", encoding="utf-8")
    assert memory.fetch(stage) == "after"


def test_what_only_this_checkout_remembers_does_not_count(stage: Deployment) -> None:
    make_bucket(stage)
    stage.memory.parent.mkdir()
    stage.memory.write_text("of some other account", encoding="utf-8")
    with memory.kept(stage):
        assert not stage.memory.exists()
    assert memory.fetch(stage) is None


def test_what_chalice_remembers_is_kept_also_when_it_fails(stage: Deployment) -> None:
    make_bucket(stage)

    def fail() -> None:
        with memory.kept(stage):
            stage.memory.write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert memory.fetch(stage) == "half"


def test_where_there_are_no_functions_nothing_is_left_over(stage: Deployment) -> None:
    assert list(leftovers.told(stage)) == []


# Deploying.


def test_deployed_policies_name_the_account_and_those_in_git_any(
    stage: Deployment, checked_out: Path
) -> None:
    chalice_stage.write(stage, checked_out / ".chalice", stage.place.account_id)
    named = "".join(file.read_text("utf-8") for file in (checked_out / ".chalice").glob("policy-dev-*"))
    assert f"arn:aws:sqs:us-west-2:{stage.place.account_id}:alerting-dev-alerts" in named
    assert set(re.findall(r"arn:aws:\w+:[\w-]*:\*:", named)) == {"arn:aws:iam::*:"}


def test_each_route_takes_so_many_requests_and_no_more(stage: Deployment) -> None:
    make_bucket(stage)
    gateway = stage.client("apigateway")
    api = gateway.create_rest_api(name="alerting")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="POST", authorizationType="NONE")
    gateway.put_integration(restApiId=api, resourceId=root, httpMethod="POST", type="MOCK")
    gateway.create_deployment(restApiId=api, stageName="api")
    made = {
        "resource_type": "rest_api",
        "rest_api_id": api,
        "rest_api_url": "https://a.example.org/api/",
    }
    text = json.dumps({"resources": [{"resource_type": "iam_role"}, made]})
    stage.s3.put_object(Bucket=BUCKET, Key=stage.memory_key, Body=text.encode())
    functions.limit(stage, 50, 200)
    settings = gateway.get_stage(restApiId=api, stageName="api")["methodSettings"]["*/*"]
    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (50, 200)


def test_a_rule_that_would_be_cut_off_stops_the_deployment(stage: Deployment) -> None:
    events, topic = stage.client("events"), stage.arn("sns", stage.topic)
    for name, target in (("straight", topic), ("other", f"{topic}-of-others")):
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["stage.cloudwatch"]}))
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target}])
    assert list(checks.rules(stage)) == []
    (fault,) = told(described(stage.root, terraform={"direct_rules": False}), checks.rules)
    assert "the rule straight publishes directly to the topic alerting-dev-alerts" in fault
    assert "direct_rules = true" in fault


def test_a_stage_that_says_nothing_of_direct_rules_keeps_them(tmp_path: Path) -> None:
    for said, direct in (({}, True), ({"direct_rules": True}, True), ({"direct_rules": False}, False)):
        assert described(tmp_path, terraform=said).direct_rules is direct


def deploys(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what a deployment does, in its order."""
    done: list[str] = []
    monkeypatch.setattr(checks, "require", lambda *_: done.append("checked"))
    for module, names in (
        (terraform, ("plan", "apply")),
        (functions, ("prepare", "ship")),
        (changes, ("show",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, lambda _, it=f"{module.__name__}.{name}": done.append(it))
    monkeypatch.setattr(terraform, "outputs", lambda _: {"requests_per_second": 50, "requests_burst": 200})
    monkeypatch.setattr(functions, "limit", lambda *_: done.append("limited"))
    monkeypatch.setattr(functions, "url", lambda _: "https://a.example.org/api")
    return done


SHOWN = ["checked", "ops.functions.prepare", "ops.terraform.plan", "ops.changes.show"]
CHANGED = ["ops.terraform.apply", "checked", "ops.functions.ship", "limited"]


@pytest.mark.parametrize(
    ("typed", "agreed", "done"), [("yes", "", True), ("no", "", False), ("no", "1", True)]
)
def test_prod_is_changed_only_once_somebody_who_saw_the_changes_agrees(
    monkeypatch: pytest.MonkeyPatch, typed: str, agreed: str, *, done: bool
) -> None:
    did = deploys(monkeypatch)
    monkeypatch.setenv("YES", agreed)
    monkeypatch.setattr("builtins.input", answering(typed))
    if done:
        ops.deploy(Deployment.read("prod"))
    else:
        with pytest.raises(Faults, match="nobody typed yes"):
            ops.deploy(Deployment.read("prod"))
    assert did == SHOWN + (CHANGED if done else [])


def test_where_nobody_can_answer_prod_is_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    did = deploys(monkeypatch)
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(Faults, match="set YES=1"):
        ops.deploy(Deployment.read("prod"))
    assert did == SHOWN


def test_a_stage_that_does_not_ask_is_changed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    did = deploys(monkeypatch)
    ops.deploy(Deployment.read("dev"))
    assert did == SHOWN + CHANGED


# Destroying.


@pytest.mark.parametrize("confirm", [None, False])
def test_prod_is_destroyed_only_for_who_types_its_name(
    monkeypatch: pytest.MonkeyPatch, confirm: bool | None
) -> None:
    done: list[str] = []
    monkeypatch.setattr(checks, "require", lambda *_: done.append("checked"))
    monkeypatch.setattr(functions, "delete", lambda _: done.append("functions"))
    monkeypatch.setattr(terraform, "destroy", lambda _: done.append("terraform"))
    prod = Deployment.read("prod")
    prod = replace(prod, file=prod.file.model_copy(update={"confirm": confirm}))

    for asked in (*map(answering, ("", "prod", "yes")), nobody):
        monkeypatch.setattr("builtins.input", asked)
        with pytest.raises(Faults, match="its name was not typed"):
            ops.destroy(prod)
    assert done == []
    monkeypatch.setattr("builtins.input", answering("alerting-prod"))
    ops.destroy(prod)
    assert done == ["checked", "functions", "terraform"]


def test_functions_that_nobody_remembers_are_not_left_over_without_a_word(
    stage: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a first deployment that failed midway: Chalice knows nothing to delete."""
    deleted: list[str] = []
    monkeypatch.setattr(checks, "tools", lambda _: [])
    monkeypatch.setattr(leftovers, "told", lambda _: iter(["functions of alerting-dev are there"]))
    monkeypatch.setattr(terraform, "destroy", lambda _: deleted.append("terraform"))
    make_bucket(stage)
    with pytest.raises(Faults, match="functions of alerting-dev are there"):
        ops.destroy(stage)
    assert deleted == []


def nobody(_: str) -> str:
    raise EOFError


def answering(text: str) -> Callable[[str], str]:
    return lambda _: text


# Logs.


def test_the_logs_of_all_functions_are_one_story_and_no_line_comes_twice(stage: Deployment) -> None:
    client = stage.client("logs")
    for name in stage.functions:
        client.create_log_group(logGroupName=f"/aws/lambda/{name}")
        client.create_log_stream(logGroupName=f"/aws/lambda/{name}", logStreamName="stream")

    def write(function: int, second: int, text: str) -> None:
        at = round((datetime.now(UTC) + timedelta(seconds=second)).timestamp() * 1000)
        group = f"/aws/lambda/{stage.functions[function]}"
        events = [{"timestamp": at, "message": f"{text}\n"}]
        client.put_log_events(logGroupName=group, logStreamName="stream", logEvents=events)

    write(1, -20, "recorded")
    write(0, -30, "accepted")
    lines = logs.tail(stage, datetime.now(UTC), sleep=lambda _: write(2, 0, "reconciled"))
    found = [next(lines).split(" ", 1)[1] for _ in range(3)]
    assert found == [
        "alerting-dev accepted",
        "alerting-dev-collector recorded",
        "alerting-dev-reconcile reconciled",
    ]


# The test alert.


class Clock:
    """Passes two seconds whenever somebody waits."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def stopped(stage: Deployment, post: Callable[..., httpx.Response] | None = None) -> str:
    clock = Clock()
    answer = post or (lambda *_: httpx.Response(202))
    with pytest.raises(Stopped) as raised:
        Trial(stage, NOW, answer, clock.sleep, clock.now).run()
    assert clock.time - NOW <= timedelta(minutes=2, seconds=2)
    return str(raised.value)


@pytest.fixture
def deployed(stage: Deployment) -> Deployment:
    """A stage whose webhook is deployed, with its queues and its table, and nobody who works."""
    make_bucket(stage)
    api = {"resource_type": "rest_api", "rest_api_id": "a1", "rest_api_url": "https://api.example.org/api/"}
    text = json.dumps({"resources": [api]})
    stage.s3.put_object(Bucket=BUCKET, Key=stage.memory_key, Body=text.encode())
    store_secrets(stage, {}, {"normalized_webhook_token": "token"})
    for name in (stage.queue, stage.dlq):
        stage.client("sqs").create_queue(QueueName=name)
    create_table(stage.client("dynamodb"), stage.table)
    return stage


def send(stage: Deployment, queue: str) -> None:
    url = stage.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    stage.client("sqs").send_message(QueueUrl=url, MessageBody="text")


def test_a_test_alert_goes_in_at_the_front_door_with_the_stages_token(deployed: Deployment) -> None:
    seen: list[tuple[str, str]] = []
    states: list[str] = []

    def post(url: str, headers: dict[str, str], body: str) -> httpx.Response:
        seen.append((url, headers["X-Normalized-Token"]))
        sent = json.loads(body)
        assert sent["title"].startswith("Test alert of alerting-dev [")
        states.append(sent["state"])
        return httpx.Response(202)

    stopped(deployed, post)
    assert set(seen) == {("https://api.example.org/api/webhooks/normalized", "token")}
    assert states == ["FIRING", "RESOLVED"], "it would become an issue later, which nobody closes"


def test_it_says_that_the_webhook_did_not_take_it(deployed: Deployment) -> None:
    said = stopped(deployed, lambda *_: httpx.Response(401, text="unauthorized"))
    assert said == "at the webhook: it answered 401, unauthorized"


def test_it_says_that_the_webhook_does_not_answer(deployed: Deployment) -> None:
    def post(*_: object) -> httpx.Response:
        raise httpx.ConnectError("refused")

    assert stopped(deployed, post).startswith(
        "before the webhook: https://api.example.org/api does not answer"
    )


def test_it_says_that_nothing_is_deployed(deployed: Deployment) -> None:
    memory.forget(deployed)
    assert stopped(deployed) == "before the webhook: alerting-dev is not deployed"


def test_it_says_that_it_waits_in_the_queue(deployed: Deployment) -> None:
    send(deployed, deployed.queue)
    assert stopped(deployed).startswith("in the queue, where 1 messages are waiting")


def test_it_says_that_it_may_have_been_rejected(deployed: Deployment) -> None:
    send(deployed, deployed.dlq)
    assert stopped(deployed).startswith("probably in the dead-letter queue, which holds 1 messages")


def test_it_says_that_it_is_nowhere(deployed: Deployment) -> None:
    assert stopped(deployed).startswith("between the topic and the table")


def test_it_says_that_the_table_is_not_there(deployed: Deployment) -> None:
    deployed.client("dynamodb").delete_table(TableName=deployed.table)
    assert stopped(deployed).startswith("at the table: there is no table alerting-dev-alerts-state")
