"""What `why` reads of a stage on AWS; what may not be read says so, and is never taken for absent."""

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

from chalicelib.cli import refused_requests
from chalicelib.cli.why import reading, subject
from chalicelib.cli.why.case import AlarmNow, QueueDepth, Unknown
from chalicelib.cli.why.reading import StageEvidence
from chalicelib.settings import Settings
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import Stage
from tests.local import moto_gaps

REGION = "us-west-2"
SETTINGS = Settings.read({"ALERTING_STAGE": "dev", "AWS_REGION": REGION})
GROUP = "/aws/lambda/alerting-dev"

pytestmark = pytest.mark.usefixtures("empty_account")


def evidence() -> StageEvidence:
    return StageEvidence(Stage(SETTINGS), CLOCK.now())


def client(service: Any) -> Any:
    return boto3.client(service, region_name=REGION)


def test_what_is_not_there_could_not_be_looked_at() -> None:
    found = evidence()
    for looked, why in ((found.letters, "--stage"), (found.queue, "--stage"), (found.refused, GROUP)):
        assert isinstance(looked, Unknown)
        assert why in looked.why


def test_the_depth_of_the_queue_and_on_aws_its_age() -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="alerting-dev-alerts")["QueueUrl"]
    assert evidence().queue == QueueDepth(0, 0, None)
    for body in "ab":
        sqs.send_message(QueueUrl=url, MessageBody=body)
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
    assert evidence().queue == QueueDepth(1, 1, None)
    client("cloudwatch").put_metric_data(
        Namespace=reading.QUEUES,
        MetricData=[
            {
                "MetricName": reading.AGE,
                "Dimensions": [{"Name": "QueueName", "Value": "alerting-dev-alerts"}],
                "Timestamp": CLOCK.now() - timedelta(minutes=minutes),
                "Value": seconds,
            }
            for minutes, seconds in ((4, 10.0), (2, 130.0))
        ],
    )
    assert evidence().queue == QueueDepth(1, 1, timedelta(seconds=130))


def log(*lines: dict[str, Any] | str, minutes: float = 5) -> None:
    logs = client("logs")
    at = int((CLOCK.now() - timedelta(minutes=minutes)).timestamp() * 1000)
    messages = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    logs.put_log_events(
        logGroupName=GROUP,
        logStreamName="stream",
        logEvents=[{"timestamp": at + number, "message": text} for number, text in enumerate(messages)],
    )


def line(source: str, reason: str, status: int = 401, **more: Any) -> dict[str, Any]:
    told = {"message": "WEBHOOK_REFUSED", "source": source, "reason": reason, "status": status}
    return told | {"correlation_id": "r-1"} | more


def test_refused_requests_are_added_up_with_those_left_out_of_the_log() -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="stream")
    assert evidence().refused == []
    log(line("grafana", "UNAUTHORIZED"), line("grafana", "UNAUTHORIZED"), minutes=60)
    log(line("grafana", "UNAUTHORIZED", left_out=7, correlation_id="r-2"))
    log(line("datadog", "NOT_JSON", 400), "WEBHOOK_REFUSED, but not as JSON", '"WEBHOOK_REFUSED"')
    log({"message": "OTHER", "about": "WEBHOOK_REFUSED"})
    refused = evidence().refused
    assert not isinstance(refused, Unknown)
    found = {each.source: (each.reason, each.status, each.count, each.request) for each in refused}
    assert found == {
        "grafana": ("UNAUTHORIZED", 401, 10, "r-2"),
        "datadog": ("NOT_JSON", 400, 1, "r-1"),
    }


def test_the_log_is_read_page_by_page_and_no_longer_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="stream")
    log(*[line("grafana", "UNAUTHORIZED") for _ in range(30)])
    monkeypatch.setattr(refused_requests, "AT_ONCE", 10)
    assert counts() == [30]
    monkeypatch.setattr(refused_requests, "PAGES", 2)
    assert counts() == [20]


def counts() -> list[int]:
    refused = evidence().refused
    assert not isinstance(refused, Unknown)
    return [each.count for each in refused]


class Lambda:
    """A function that was deployed with variables."""

    def __init__(self, **variables: str) -> None:
        self._variables = variables

    def get_function_configuration(self, **named: str) -> dict[str, Any]:
        assert named == {"FunctionName": "alerting-dev-reconcile"}
        return {"Environment": {"Variables": self._variables}}


@pytest.mark.parametrize(
    ("variables", "enabled"),
    [({"GITHUB_ENABLED": "false"}, False), ({}, True), ({"GITHUB_ENABLED": "perhaps"}, True)],
)
def test_a_stage_is_judged_by_the_settings_that_it_runs_with(
    variables: dict[str, str], enabled: bool
) -> None:
    """The checkout may be of another day; what cannot be read is no reason to say nothing."""
    stage = Stage(SETTINGS, connected={("lambda", REGION): Lambda(**variables)})
    assert reading.deployed(stage).github_enabled is enabled
    assert reading.deployed(Stage(SETTINGS)).github_enabled


def put_alarm(name: str) -> None:
    client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="CI",
        MetricName="Jobs",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Period=60,
        Statistic="Maximum",
        Threshold=1,
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("the alarm", AlarmNow),
        ("arn:aws:cloudwatch:us-west-2:123456789012:alarm:the alarm", AlarmNow),
        ("another", type(None)),
        ("arn:aws:cloudwatch:us-west-2:999999999999:alarm:the alarm", Unknown),
        ("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:the alarm", Unknown),
        ("x" * 300, type(None)),
        ("abcdef012345", type(None)),
    ],
)
def test_an_alarm_is_looked_for_in_its_own_place(asked: str, found: type) -> None:
    moto_gaps.bridge()
    put_alarm("the alarm")
    assert isinstance(evidence().alarm(subject.read(asked)), found)
