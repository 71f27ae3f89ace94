"""An empty account becomes a working system by `make deploy-dev`, and empty again by `make destroy-dev`.

The tests are one story, in their order: each begins where the one before it ended.
"""

import base64
import hashlib
import hmac
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from ops.deployment import Deployment
from ops.trial import Trial
from tests.deploy import ci_roles
from tests.deploy.cloud import Cloud
from tests.deploy.forbidden import FORBIDDEN, Forbidden
from tests.deploy.functions import Deployed
from tests.deploy.shape import shape
from tests.deploy.world import GITHUB_SECRET, PYTHON, Checkout, create_secrets, stand_ins
from tests.local import senders
from tests.local.aws import LocalAws, create_resources
from tests.local.github import AppKey, GitHubServer, Issue
from tests.local.stack import ROOT

REGION, PREFIX = "us-west-2", "alerting-dev"
FUNCTIONS = {PREFIX, f"{PREFIX}-collector", f"{PREFIX}-reconcile"}
ALERTS, INFRA = "example-org/alerts", "example-org/ci-infra"
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}


@dataclass(frozen=True)
class World:
    """The account, GitHub, and the checkout that deploys."""

    cloud: Cloud
    github: GitHubServer
    key: AppKey
    first: Checkout
    folder: Path

    @property
    def bucket(self) -> str:
        return f"{PREFIX}-123456789012-state"

    @cached_property
    def functions(self) -> Deployed:
        settings = {"GITHUB_API_URL": self.github.url, "ALARMS_INTERVAL_MINUTES": "0.001"}
        return Deployed(self.cloud, self.first.path, self.folder, settings)

    @property
    def issues(self) -> dict[str, Issue]:
        found = [issue for name in (ALERTS, INFRA) for issue in self.github.world.repository(name).listed]
        return {issue.title: issue for issue in found if issue.title.startswith("[P")}

    def settle(self) -> None:
        """Let the collector empty the queue, and reconcile run once."""
        while self.functions.poll():
            pass
        self.functions.tick()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("deploy")
    with stand_ins(folder, REGION) as (cloud, github, key):
        for name in (ALERTS, INFRA):
            github.world.add_repository(name)
        yield World(cloud, github, key, Checkout.make(folder / "first", cloud), folder)


def left(cloud: Cloud) -> dict[str, list[str]]:
    """Everything there is in the account but buckets and secrets, by kind."""
    lists = {
        ("sns", "list_topics", "Topics"): "TopicArn",
        ("sns", "list_subscriptions", "Subscriptions"): "SubscriptionArn",
        ("cloudwatch", "describe_alarms", "MetricAlarms"): "AlarmName",
        ("cloudwatch", "list_dashboards", "DashboardEntries"): "DashboardName",
        ("logs", "describe_log_groups", "logGroups"): "logGroupName",
        ("lambda", "list_functions", "Functions"): "FunctionName",
        ("lambda", "list_event_source_mappings", "EventSourceMappings"): "UUID",
        ("iam", "list_roles", "Roles"): "RoleName",
        ("events", "list_rules", "Rules"): "Name",
        ("events", "list_event_buses", "EventBuses"): "Name",
        ("apigateway", "get_rest_apis", "items"): "id",
    }
    found = {
        kind: [each[name] for each in getattr(cloud.client(service), list_)()[kind]]
        for (service, list_, kind), name in lists.items()
    }
    # Each account has that one.
    found["EventBuses"].remove("default")
    found["Roles"] = [name for name in found["Roles"] if not name.startswith("ci-")]
    found["queues"] = cloud.client("sqs").list_queues().get("QueueUrls", [])
    found["tables"] = cloud.client("dynamodb").list_tables()["TableNames"]
    return {kind: names for kind, names in found.items() if names}


def test_in_an_empty_account_everything_that_is_missing_is_told_at_once_and_nothing_is_made(
    world: World,
) -> None:
    told = world.first.refused("deploy-dev")
    assert f"the state bucket {world.bucket}" in told
    for secret in ("alerting-app-secrets", "webhook-secrets"):
        assert f"secret {PREFIX}-{secret}" in told
    assert told.count("\n  - ") == 3
    assert left(world.cloud) == {}


def test_deploying_makes_the_functions_with_a_role_each(world: World) -> None:
    world.first.make_bucket()
    create_secrets(world.cloud, world.key, PREFIX)
    told = world.first.make_target("deploy-dev")
    assert "alarm_topic_arn = arn:aws:sns:us-west-2:" in told
    assert "/api/webhooks/grafana" in told.splitlines()[-1]
    config = json.loads((world.first.path / ".chalice" / "config.json").read_text(encoding="utf-8"))
    assert set(left(world.cloud)["Functions"]) == FUNCTIONS
    for name in FUNCTIONS:
        made = world.functions.configuration(name)
        short = name.removeprefix(f"{PREFIX}-") if name != PREFIX else "api_handler"
        wanted = config["lambda_functions"][short]
        assert made["Role"].endswith(f":role/{PREFIX}-{short}")
        assert (made["MemorySize"], made["Timeout"]) == tuple(wanted.values())
        assert made["Environment"]["Variables"] == {"ALERTING_STAGE": "dev"}
        assert (made["Runtime"], made["Architectures"]) == (f"python{PYTHON}", ["x86_64"])
    (api,) = world.cloud.client("apigateway").get_rest_apis()["items"]
    assert api["name"] == PREFIX


def test_what_is_uploaded_is_the_package_that_any_other_build_makes(world: World) -> None:
    package = world.first.path / "build" / "package" / "dev" / "deployment.zip"
    digest = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
    assert {world.functions.configuration(name)["CodeSha256"] for name in FUNCTIONS} == {digest}


def test_a_role_names_the_account_and_the_checkout_any(world: World) -> None:
    iam = world.cloud.client("iam")
    for role in left(world.cloud)["Roles"]:
        (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        text = json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
        assert f":{REGION}:123456789012:" in text
        assert f":{REGION}:*:" not in text
    for file in (world.first.path / ".chalice").glob("policy-*.json"):
        assert file.read_bytes() == (ROOT / ".chalice" / file.name).read_bytes()


def test_each_route_of_the_api_has_its_limit(world: World) -> None:
    (api,) = left(world.cloud)["items"]
    stage = world.cloud.client("apigateway").get_stage(restApiId=api, stageName="api")
    limits = stage["methodSettings"]["*/*"]
    assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (50, 200)


def test_the_bus_hands_alarms_to_the_topic(world: World) -> None:
    events, name = world.cloud.client("events"), f"{PREFIX}-alarms"
    (target,) = events.list_targets_by_rule(Rule=name, EventBusName=name)["Targets"]
    topic = f"arn:aws:sns:{REGION}:123456789012:{PREFIX}-alerts"
    assert target == {
        "Id": "topic",
        "Arn": topic,
        "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:123456789012:{PREFIX}-alerts-dlq"},
        "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185},
    }
    rule = events.describe_rule(Name=name, EventBusName=name)
    policy = world.cloud.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    published = {each["Sid"]: each for each in json.loads(policy)["Statement"]}
    assert published["OwnRulePublishes"]["Condition"] == {"ArnEquals": {"aws:SourceArn": [rule["Arn"]]}}
    assert "RulesPublish" not in published


def test_the_queue_feeds_the_collector_and_hides_a_message_six_times_as_long_as_it_may_take(
    world: World,
) -> None:
    (mapping,) = world.cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    sqs, queue = world.cloud.client("sqs"), f"{world.cloud.url}/123456789012/{PREFIX}-alerts"
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert mapping["EventSourceArn"] == attributes["QueueArn"]
    assert mapping["FunctionArn"].endswith(f":function:{PREFIX}-collector")
    assert (mapping["BatchSize"], mapping["ScalingConfig"]) == (10, {"MaximumConcurrency": 5})
    timeout = world.functions.configuration(f"{PREFIX}-collector")["Timeout"]
    assert int(attributes["VisibilityTimeout"]) == 6 * timeout


def test_what_the_demo_runs_on_is_what_terraform_makes(world: World) -> None:
    elsewhere = "eu-west-1"
    demo = create_resources(world.cloud.url, "alerting-demo", elsewhere, app_secret={}, webhook_secret={})
    assert shape(demo) == shape(LocalAws(world.cloud.url, PREFIX, REGION))


def posted(world: World, source: str, body: dict[str, Any]) -> None:
    token = f"token-of-{source}"
    answer = world.functions.post(
        f"/webhooks/{source}", {f"X-{source.capitalize()}-Token": token}, json.dumps(body)
    )
    assert (answer["statusCode"], json.loads(answer["body"])) == (202, {"accepted": 1})


def alarm_is(world: World, state: str, name: str = "Errors") -> None:
    """Have the alarm in CloudWatch too, which reconcile asks how it is."""
    client = world.cloud.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName=name,
        MetricName="Errors",
        Namespace="AWS/Lambda",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="told so")


def send(world: World, began: datetime, ended: datetime | None = None) -> None:
    """Say of one condition of each provider that it fires, or that it has ended."""
    owner = "TEAM=dev-infra | PRIORITY=P1"
    queue = senders.GrafanaAlert("Queue too long", "P1", "dev-infra", "212 jobs wait")
    posted(world, "grafana", senders.grafana_group([queue.payload(began, ended)]))
    named = {"priority": "P2", "team": "storage", "summary": "Tell somebody"}
    group = senders.alertmanager_group("Disk fills", **named, began=began, ended=ended)
    posted(world, "alertmanager", group)
    state = "RESOLVED" if ended else "FIRING"
    posted(world, "normalized", senders.normalized("Backup late", **named, at=ended or began, state=state))
    now, before = ("OK", "ALARM") if ended else ("ALARM", "OK")
    alarm_is(world, now)
    alarm = senders.cloudwatch("Errors", owner, ended or began, state=now, before=before)
    topic = f"arn:aws:sns:{REGION}:123456789012:{PREFIX}-alerts"
    world.cloud.client("sns").publish(TopicArn=topic, Message=json.dumps(alarm))


def test_an_alert_of_each_provider_becomes_an_issue_and_ends_it(world: World) -> None:
    began = datetime.now(UTC) - timedelta(minutes=5)
    send(world, began)
    world.settle()
    opened = world.issues
    assert len(opened) == 4, list(opened)
    assert {issue.state for issue in opened.values()} == {"open"}
    send(world, began, began + timedelta(minutes=4))
    world.settle()
    assert {issue.state for issue in world.issues.values()} == {"closed"}
    assert len(world.issues) == 4
    assert LocalAws(world.cloud.url, PREFIX, REGION).dlq_messages() == []


def test_an_end_that_cloudwatch_did_not_tell_is_learnt_by_asking_it(world: World) -> None:
    began = datetime.now(UTC) - timedelta(minutes=1)
    trigger = senders.metric_trigger("Errors", "AWS/Lambda", 1.0)
    alarm = senders.cloudwatch("Lost", "TEAM=dev-infra | PRIORITY=P1", began, trigger=trigger)
    measured = senders.metric_data(trigger, began, [0.0] * 30 + [3.0] * 6)
    world.cloud.client("cloudwatch").put_metric_data(**measured)
    alarm_is(world, "ALARM", "Lost")
    topic = f"arn:aws:sns:{REGION}:123456789012:{PREFIX}-alerts"
    world.cloud.client("sns").publish(TopicArn=topic, Message=json.dumps(alarm))
    world.settle()
    assert world.issues["[P1] Lost"].state == "open"
    # Its role may ask. The period that has just begun may have no value yet.
    assert re.search("█·?` 0 to 3 in the 3 hours before", world.issues["[P1] Lost"].body or "")
    alarm_is(world, "OK", "Lost")
    world.settle()
    assert (world.issues["[P1] Lost"].state, world.issues["[P1] Lost"].state_reason) == (
        "closed",
        "completed",
    )
    world.cloud.client("cloudwatch").delete_alarms(AlarmNames=["Errors", "Lost"])


def test_an_alert_without_an_owner_is_kept_with_the_reason(world: World) -> None:
    body = senders.alertmanager_group("Nobody's", priority="", team="", summary="", began=datetime.now(UTC))
    posted(world, "alertmanager", body)
    world.settle()
    (letter,) = LocalAws(world.cloud.url, PREFIX, REGION).dlq_messages()
    assert letter.attributes["reason"].startswith("MISSING_")


def test_the_canary_goes_in_by_the_topic_and_becomes_an_issue(world: World) -> None:
    before = len(world.github.world.repository(ALERTS).listed)
    canary = replace(world.functions, environment={**world.functions.environment, "CANARY_REPO": ALERTS})
    canary.tick()
    assert canary.poll() == 1
    assert len(world.github.world.repository(ALERTS).listed) == before + 1


def test_a_test_alert_is_followed_to_its_issue(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in world.first.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)

    def post(url: str, headers: dict[str, str], body: str) -> httpx.Response:
        answer = world.functions.post(f"/{url.partition('/api/')[2]}", headers, body)
        return httpx.Response(answer["statusCode"], text=answer["body"])

    stage = Deployment.read("dev", world.first.path)
    address = Trial(stage, datetime.now(UTC), post, sleep=lambda _: world.settle()).run()
    world.settle()
    number = int(address.removeprefix(f"https://github.com/{ALERTS}/issues/"))
    issue = world.github.world.repository(ALERTS).issues[number]
    assert issue.title.startswith(f"[P3] Test alert of {PREFIX} [{PREFIX}-")
    assert issue.state == "closed"


def test_what_a_person_did_on_github_comes_in_by_its_own_route(world: World) -> None:
    issue = next(issue for title, issue in world.issues.items() if "Errors" in title)
    body = json.dumps(
        {
            "action": "closed",
            "issue": {"number": issue.number, "user": {"login": "alerting[bot]", "type": "Bot"}},
            "repository": {"full_name": issue.repository.full_name},
            "sender": {"id": 1, "login": "somebody", "type": "User"},
            "installation": {"id": 1},
        }
    )
    signature = hmac.new(GITHUB_SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    named = {"X-GitHub-Event": "issues", "X-GitHub-Delivery": "delivery-1"}
    answer = world.functions.post(
        "/github/events", {**named, "X-Hub-Signature-256": f"sha256={signature}"}, body
    )
    assert answer["statusCode"] == 202, answer
    assert world.functions.poll() == 1
    assert world.functions.post("/github/events", named, body)["statusCode"] == 401


def test_what_nobody_may_send_is_refused(world: World) -> None:
    answer = world.functions.post("/webhooks/grafana", {"X-Grafana-Token": "wrong"}, "{}")
    assert answer["statusCode"] == 401


@pytest.mark.parametrize("forbidden", FORBIDDEN, ids=str)
def test_a_function_may_do_nothing_that_is_not_its_business(world: World, forbidden: Forbidden) -> None:
    function = PREFIX if forbidden.function == "webhook" else f"{PREFIX}-{forbidden.function}"
    client = world.cloud.client(forbidden.service, world.functions.credentials(function))
    with pytest.raises(ClientError) as refused:
        getattr(client, forbidden.call)(**forbidden.arguments(world.cloud.url, world.bucket))
    assert refused.value.response["Error"]["Code"] in DENIED


def test_a_pull_request_sees_that_nothing_is_left_to_change(world: World) -> None:
    (api,) = left(world.cloud)["items"]
    ci_roles.make(world.first, world.bucket, api)
    told = ci_roles.within(world.first, world.cloud, "plan").make_target("plan-dev")
    assert "No changes. Your infrastructure matches the configuration." in told
    assert told.count("its content was not checked") == 2


def deployment(world: World) -> Any:
    """What a deployment must keep: the API, the trigger, and which functions there are."""
    found = left(world.cloud)
    return found["items"], found["EventSourceMappings"], sorted(found["Functions"]), sorted(found["Roles"])


def test_chalice_by_hand_finds_the_same_again(world: World) -> None:
    """It packs the command line too, so that the bytes differ until the next deployment."""
    before = deployment(world)
    chalice = shutil.which("chalice") or str(Path(httpx.__file__).parents[4] / "bin" / "chalice")
    done = world.first.run(chalice, "deploy", "--stage", "dev", AWS_REGION=REGION, AWS_DEFAULT_REGION=REGION)
    assert done.returncode == 0, done.stderr
    assert deployment(world) == before


def test_from_another_checkout_ci_finds_the_same_again_and_limits_the_functions_roles(world: World) -> None:
    before = deployment(world)
    second = Checkout.make(world.folder / "second", world.cloud)
    told = ci_roles.within(second, world.cloud, "deploy").make_target("deploy-dev")
    assert "0 added, 0 changed, 0 destroyed" in told
    assert deployment(world) == before
    assert second.memory == world.first.memory
    for function in FUNCTIONS:
        role = world.functions.configuration(function)["Role"].rpartition("/")[2]
        found = world.cloud.client("iam").get_role(RoleName=role)["Role"]
        assert found["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(f"/ci-{PREFIX}-boundary")


def test_a_function_needs_nothing_beyond_the_boundary_of_its_role(world: World) -> None:
    iam = world.cloud.client("iam")
    arn = f"arn:aws:iam::123456789012:policy/ci-{PREFIX}-boundary"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    boundary = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    for role in left(world.cloud)["Roles"]:
        policy = iam.get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"]
        assert policy["Statement"]
        assert ci_roles.beyond(policy, boundary) == []


@pytest.mark.parametrize(
    ("subject", "taken"),
    [
        ("repo:example-org/alerting:pull_request", {"plan"}),
        ("repo:example-org/alerting:environment:dev", {"deploy"}),
        ("repo:example-org/alerting:environment:prod", set()),
        ("repo:example-org/alerting:environment:development", set()),
        ("repo:example-org/alerting:ref:refs/heads/main", set()),
        ("repo:example-org/alerting:ref:refs/heads/pull_request", set()),
        ("repo:example-org/alerting:ref:refs/tags/v1.0.0", set()),
        ("repo:example-org@1/alerting@2:pull_request", set()),
        ("repo:example-org/alerting-fork:pull_request", set()),
        ("repo:somebody/alerting:pull_request", set()),
        ("repo:somebody/alerting:environment:dev", set()),
    ],
)
def test_a_job_takes_the_role_of_its_own_subject_alone(world: World, subject: str, taken: set[str]) -> None:
    """A fork's pull request gets no token, and whatever a fork runs by itself has the fork's name."""
    iam = world.cloud.client("iam")
    trusts = {
        name: iam.get_role(RoleName=f"ci-{PREFIX}-{name}")["Role"]["AssumeRolePolicyDocument"]
        for name in ("plan", "deploy")
    }
    aud = "sts.amazonaws.com"
    assert {name for name, trust in trusts.items() if ci_roles.takes(trust, aud=aud, sub=subject)} == taken
    assert not any(ci_roles.takes(trust, aud="another", sub=subject) for trust in trusts.values())


@pytest.mark.parametrize("refused", ci_roles.REFUSED, ids=str)
def test_ci_may_do_nothing_that_is_not_its_business(world: World, refused: ci_roles.Refused) -> None:
    (api,) = left(world.cloud)["items"]
    taken = world.cloud.as_role(f"{ci_roles.ROLE}/ci-{PREFIX}-{refused.role}")
    arguments = {
        name: value.format(bucket=world.bucket, api=api) if value in ("{bucket}", "{api}") else value
        for name, value in refused.arguments.items()
    }
    with pytest.raises(ClientError) as told:
        getattr(world.cloud.client(refused.service, taken), refused.call)(**arguments)
    assert told.value.response["Error"]["Code"] in DENIED


def test_a_state_of_before_the_topics_module_keeps_its_topics(world: World) -> None:
    folder = world.first.path / "infra-extra"
    here = {"TF_DATA_DIR": str(folder / ".terraform" / "dev")}
    known = world.first.run("terraform", f"-chdir={folder}", "state", "list", **here).stdout.splitlines()
    renamed = re.findall(r"from = (\S+)\n +to +=  *(\S+)", (folder / "moved.tf").read_text(encoding="utf-8"))
    there = [(before, now) for before, now in renamed if now in known]
    assert len(there) == 5  # no address is notified of trouble in dev
    for before, now in there:
        done = world.first.run("terraform", f"-chdir={folder}", "state", "mv", now, before, **here)
        assert done.returncode == 0, done.stderr
    told = world.first.make_target("plan-dev")
    assert told.count(" has moved to ") == 5
    assert "0 to add, 0 to change, 0 to destroy" in told


def test_where_chalices_memory_is_lost_it_stops_and_says_how_to_go_on(world: World) -> None:
    s3, key = world.cloud.client("s3"), "chalice/dev.json"
    memory = s3.get_object(Bucket=world.bucket, Key=key)["Body"].read()
    s3.delete_object(Bucket=world.bucket, Key=key)
    told = world.first.refused("deploy-dev")
    ((api,), (mapping,), *_) = deployment(world)
    assert f"aws s3 cp .chalice/deployed/dev.json s3://{world.bucket}/{key}" in told
    assert f"apigateway delete-rest-api --rest-api-id {api}" in told
    assert f"lambda delete-event-source-mapping --uuid {mapping}" in told
    for name in FUNCTIONS:
        assert f"aws --region {REGION} lambda delete-function --function-name {name}\n" in told
    s3.put_object(Bucket=world.bucket, Key=key, Body=memory)


def test_destroying_leaves_nothing(world: World) -> None:
    world.first.make_target("destroy-dev")
    assert left(world.cloud) == {}
    kept = world.cloud.client("s3").list_objects_v2(Bucket=world.bucket).get("Contents", [])
    assert [each["Key"] for each in kept if "chalice" in each["Key"]] == []
    assert "it is not deployed" in world.first.refused("url-dev")
