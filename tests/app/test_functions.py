"""The functions as wired: collector and reconcile of `app.py`, in this process, against both stand-ins."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from chalicelib import entrypoints
from chalicelib.adapters import registry
from chalicelib.adapters.envelope import stamp
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from chalicelib.conditions import heartbeats
from chalicelib.reconcile import projects
from chalicelib.wiring import rules
from chalicelib.wiring.clock import SystemClock
from tests.app import served
from tests.app.stage import ENVIRONMENT, Context, wire_anew
from tests.local.aws import LocalAws, create_resources
from tests.local.aws_server import AwsServer
from tests.local.functions import scheduled_event, sqs_record
from tests.local.github import AppKey, GitHubServer, Issue
from tests.local.github.model import IssueField
from tests.unit.adapters.test_adapters import payload
from tests.unit.builders import at

REPOSITORY, OTHER = "example-org/ci-infra", "example-org/alerts"
SAMPLES = Path(__file__).parents[1] / "samples"
SETTINGS = {
    "WRITE_SPACING_SECONDS": "0",
    "BOARD_INTERVAL_MINUTES": "0",
}
AT_ONCE = {"RETRY_SECONDS": "0", "BREAKER_SECONDS": "0"}


def alarm(name: str) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:us-west-2:123456789012:alarm:{name}",
        "AlarmDescription": "TEAM=dev-infra | PRIORITY=P1",
        "AWSAccountId": "123456789012",
        "Region": "US West (Oregon)",
        "NewStateValue": "ALARM",
        "OldStateValue": "OK",
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": "2026-03-01T03:00:00.000+0000",
    }


@dataclass(frozen=True)
class Running:
    """Both stand-ins, and the functions wired to them."""

    aws: LocalAws
    github: GitHubServer
    logs: StringIO

    def collect(self, *messages: str | dict[str, Any], seconds: float = 60) -> None:
        """Publish, and hand what the queue then has to the collector."""
        self.hand_over(self.received(*messages), seconds)

    def received(self, *messages: str | dict[str, Any]) -> list[dict[str, Any]]:
        """Publish, and receive what the queue then has."""
        for message in messages:
            self.aws.publish(message)
        received = self.aws.sqs.receive_message(
            QueueUrl=self.aws.queue_url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return [sqs_record(message, self.aws) for message in received["Messages"]]

    def hand_over(self, records: list[dict[str, Any]], seconds: float = 60) -> None:
        """Hand a batch to the collector."""
        served.collector({"Records": records}, Context(seconds))

    def reconcile(self, seconds: float = 60) -> None:
        served.reconcile(scheduled_event("reconcile", self.aws.region), Context(seconds))

    @property
    def issues(self) -> list[Issue]:
        return [issue for name in (REPOSITORY, OTHER) for issue in self.github.world.repository(name).listed]

    @property
    def due(self) -> list[str]:
        return [row["fingerprint"] for row in self.aws.due_rows()]


@pytest.fixture(scope="module")
def aws_url() -> Iterator[str]:
    server = AwsServer()
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="module")
def key() -> AppKey:
    return AppKey.generate()


@pytest.fixture
def running(
    aws_url: str, key: AppKey, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Running]:
    """A stage of the test's own, with the settings that it is marked with."""
    stage = f"functions{abs(hash(request.node.name)) % 10**9}"
    secret = {
        "github_app_id": "12345",
        "github_app_key_base64": base64.b64encode(key.private_pem.encode()).decode(),
    }
    aws = create_resources(aws_url, f"alerting-{stage}", app_secret=secret, webhook_secret={})
    with GitHubServer(app_id="12345", public_key_pem=key.public_pem) as github:
        for name in (REPOSITORY, OTHER):
            github.world.add_repository(name)
        places = {"ALERTING_STAGE": stage, "AWS_ENDPOINT_URL": aws_url, "GITHUB_API_URL": github.url}
        settings = getattr(request, "param", {})
        for name, value in (ENVIRONMENT | SETTINGS | places | settings).items():
            monkeypatch.setenv(name, value)
        yield Running(aws, github, wire_anew(monkeypatch))


def with_settings(**settings: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("running", [settings], indirect=True, ids=["-".join(settings)])


def test_an_alarm_becomes_an_issue_where_its_team_wants_it_and_is_at_rest(running: Running) -> None:
    running.collect(alarm("Queue too long"))
    assert [(issue.repository.full_name, issue.title) for issue in running.issues] == [
        (REPOSITORY, "[P1] Queue too long")
    ]
    assert (running.due, running.aws.queue_depth()) == ([], (0, 0))


def test_what_services_of_aws_publish_becomes_issues_and_their_ends_close_those_of_conditions(
    running: Running,
) -> None:
    """As an EventBridge rule publishes it, or SNS: without our attributes."""
    published = [SOURCES[name] for name in SOURCES if registry.published(name)]
    fires = [each.template(Example(at(0), name=f"What {each.name} watches")) for each in published]
    running.collect(*fires)
    opened = {title.partition(" [")[0].partition(": ")[0] for title in map(_untagged, running.issues)}
    assert opened == {f"What {each.name} watches" for each in published}
    running.collect(
        *(
            each.template(Example(at(0), at(5), name=f"What {each.name} watches"))
            for each in published
            if each.ends
        )
    )
    still_open = {issue.title for issue in running.issues if issue.state == "open"}
    assert len(still_open) == len([each for each in published if not each.ends])
    assert running.aws.dlq_messages() == []


def _untagged(issue: Issue) -> str:
    return issue.title.removeprefix("[P1] ")


def test_of_a_weekly_report_the_newest_is_open_and_follows_the_last(running: Running) -> None:
    sample = json.loads((SAMPLES / "normalized" / "notification.json").read_text())["payload"]
    for week in (24, 17, 31):
        report = sample | {"occurred_at": f"2026-10-{week}T03:10:00Z", "identity": {"alarm_id": f"{week}"}}
        running.aws.publish(report | {"expires_at": None}, {"source": "normalized"})
        running.collect()
    assert [issue.state for issue in running.issues] == ["closed", "open"]
    first, second = (issue.body or "" for issue in running.issues)
    assert first.startswith(f"Superseded by {OTHER}#2.")
    assert "Follows #1." in second
    assert {"alert:notification", "Team:compilers"} <= {*running.issues[1].label_names}
    assert (running.due, running.aws.dlq_messages()) == ([], [])


def test_a_batch_that_is_empty_costs_nothing() -> None:
    entrypoints.collect([], Context())


def test_what_is_rejected_is_in_the_dead_letter_queue_of_the_queue_it_came_from(running: Running) -> None:
    running.collect("no JSON")
    (letter,) = running.aws.dlq_messages()
    assert (letter.body, letter.attributes["reason"]) == ("no JSON", "NOT_JSON")


@with_settings(**AT_ONCE)
def test_while_github_is_away_nothing_fails_and_reconcile_catches_up(running: Running) -> None:
    running.github.stop()
    running.collect(alarm("Queue too long"), alarm("Disk full"))
    assert (len(running.due), running.aws.queue_depth()) == (2, (0, 0))
    running.github.start()
    running.reconcile()
    assert sorted(issue.title for issue in running.issues) == ["[P1] Disk full", "[P1] Queue too long"]
    running.reconcile()
    assert len(running.issues) == 2


def test_with_no_time_left_alerts_are_recorded_and_wait_for_reconcile(running: Running) -> None:
    running.collect(alarm("Queue too long"), seconds=4)
    assert running.issues == []
    assert len(running.due) == 1
    running.reconcile()
    assert len(running.issues) == 1


OF_THE_ORGANIZATION = f"""
[default]
repository = "{REPOSITORY}"
type = "Bug"
fields = {{Severity = "{{priority}}"}}
project = 12
"""


def test_an_issue_has_the_type_fields_and_project_of_its_route(
    running: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "routing.toml").write_text(OF_THE_ORGANIZATION, encoding="utf-8")
    monkeypatch.setattr(rules, "ROUTING", tmp_path / "routing.toml")
    monkeypatch.setattr(projects, "SETTLED", timedelta())
    world = running.github.world
    project = world.projects["example-org", 12] = []
    world.repository(REPOSITORY).issue_fields = {71: IssueField(71, "Severity")}
    for installation in world.installations.values():
        installation.permissions |= {"issue_fields": "read", "organization_projects": "write"}
    running.collect(alarm("Queue too long"))
    (issue,) = running.issues
    assert (issue.type, issue.field_values, project) == ("Bug", {71: "P1"}, [])
    for _ in range(2):
        running.reconcile()
    assert project == [issue]


@with_settings(CANARY_REPO=OTHER)
def test_the_canary_becomes_an_issue_in_its_repository_and_ends(
    running: Running, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    running.reconcile()
    running.collect()
    (issue,) = running.issues
    assert (issue.repository.full_name, issue.state) == (OTHER, "open")
    running.reconcile()
    running.collect()
    running.reconcile()
    assert (issue.state, running.due) == ("closed", [])
    figures = [vars(line) for line in caplog.records if line.message == "MEASURED"]
    assert [line["CanaryOpened"] >= 0 for line in figures if "CanaryOpened" in line] == [True]
    assert "CanaryClosed" in capsys.readouterr().out


def test_without_its_repository_there_is_no_canary(running: Running) -> None:
    running.reconcile()
    assert running.aws.queue_depth() == (0, 0)


def test_before_a_heartbeat_counts_as_missing_a_message_of_our_own_goes_through_the_queue(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeats, "AGAIN", timedelta())
    long_ago = SystemClock().now() - timedelta(minutes=100)
    beat = payload("normalized/heartbeat") | {"interval": "5m", "grace": "1m"}
    running.aws.publish(beat, stamp("normalized", "request-1", long_ago))
    running.collect()
    running.reconcile()
    (trial,) = running.received()
    assert trial["messageAttributes"]["source"]["stringValue"] == "canary"
    running.hand_over([trial])
    running.reconcile()
    rows = [row for row in running.aws.rows() if "spec" in row]
    assert (len(rows), running.issues) == (2, []), "the heartbeat's, and that of what went through"


@with_settings(GITHUB_ENABLED="false")
def test_where_github_is_disabled_it_is_not_asked_and_rows_stay_true(running: Running) -> None:
    running.collect(alarm("Queue too long"))
    running.reconcile()
    assert running.github.journal.requests == []
    assert len([row for row in running.aws.rows() if "spec" in row]) == 1


@with_settings(BOARD_INTERVAL_MINUTES="5")
def test_each_repository_gets_a_board_where_boards_are_switched_on(running: Running) -> None:
    running.collect(alarm("Queue too long"))
    running.reconcile()
    boards = [issue for issue in running.issues if issue.title == "Alert board"]
    assert {board.repository.full_name for board in boards} == {REPOSITORY, OTHER}
    assert sum("Queue too long" in (board.body or "") for board in boards) == 1


@with_settings(ALARMS_INTERVAL_MINUTES="10")
def test_cloudwatch_is_asked_what_became_of_its_alarms_where_that_is_switched_on(running: Running) -> None:
    running.collect(alarm("Queue too long"))
    (issue,) = running.issues
    running.reconcile()
    assert issue.state == "open", "that one look does not list an alarm proves nothing"


@with_settings(ALARMS_INTERVAL_MINUTES="10")
def test_the_end_of_an_alarm_whose_message_was_lost_is_learned_from_cloudwatch(running: Running) -> None:
    running.aws.cloudwatch.put_metric_alarm(
        AlarmName="Queue too long",
        MetricName="Depth",
        Namespace="CI",
        Period=60,
        EvaluationPeriods=1,
        Statistic="Maximum",
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    running.aws.cloudwatch.set_alarm_state(
        AlarmName="Queue too long", StateValue="OK", StateReason="It is over"
    )
    running.collect(alarm("Queue too long"))
    (issue,) = running.issues
    running.reconcile()
    assert (issue.state, issue.state_reason) == ("closed", "completed")


def test_without_the_apps_secret_alerts_are_recorded_and_the_log_says_what_is_missing(
    running: Running,
) -> None:
    running.aws.secretsmanager.delete_secret(SecretId=running.aws.app_secret, ForceDeleteWithoutRecovery=True)
    running.collect(alarm("Queue too long"))
    assert len(running.due) == 1
    assert running.aws.app_secret in running.logs.getvalue()
    assert "create it in Secrets Manager" in running.logs.getvalue()


def test_no_secret_is_in_the_logs(running: Running, key: AppKey, capsys: pytest.CaptureFixture[str]) -> None:
    running.github.faults.add("status", method="POST", path="/repos/*/issues", status=502, times=1)
    running.collect(alarm("Queue too long"), alarm("Disk full"))
    running.reconcile()
    told = running.logs.getvalue() + "".join(capsys.readouterr())
    assert "NORMALIZED_ALERT" in told
    encoded = base64.b64encode(key.private_pem.encode()).decode()
    for private in (key.private_pem.splitlines()[1], encoded[:60], "ghs_", "Bearer"):
        assert private not in told


def test_the_clock_of_this_machine_is_in_utc_and_sleeps() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(0)
    assert before <= clock.now()
    assert before.tzinfo is UTC
    assert clock.unique() != clock.unique()
