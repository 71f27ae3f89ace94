"""The mirror on SNS: a fact is a message on the topic, and what the topic does not take is an error."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws

from chalicelib.alert import Priority
from chalicelib.conditions.facts import Fact, FactKind
from chalicelib.conditions.issue import Closer, IssueRef
from chalicelib.mirrors import MirrorUnavailable
from chalicelib.mirrors.sns import SnsMirror
from chalicelib.settings import Settings
from chalicelib.wiring.mirrors import mirrors
from chalicelib.wiring.stage import Stage

KEYS: dict[str, Any] = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
REGION = "eu-west-1"
URL = "https://github.com/org/alerts/issues/7"
AT = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
REF = IssueRef("org/alerts", 7)
OPENED = Fact("id-1", FactKind.OPENED, REF, URL, "[P1] Röhre leckt", Priority.P1, ("infra",), AT)
CLOSED = Fact(
    "id-2", FactKind.CLOSED, REF, URL, "[P1] Röhre leckt", Priority.P1, ("infra",), AT, Closer.PERSON
)


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def client(service: Any) -> Any:
    return boto3.client(service, region_name=REGION, **KEYS)


def mirror(topic_arn: str) -> Any:
    """The mirror of a stage that is in another region than its topic."""
    settings = Settings.read({"AWS_REGION": "us-west-2", "MIRROR_TOPIC_ARN": topic_arn})
    return mirrors(Stage(settings, keys=KEYS))[0]


def test_facts_are_messages_in_order_with_documented_fields() -> None:
    topic = client("sns").create_topic(Name="alerting-dev-mirror")["TopicArn"]
    queue = client("sqs").create_queue(QueueName="pager")["QueueUrl"]
    client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:123456789012:pager"
    )
    mirror(topic).deliver("9f" * 32, (OPENED, CLOSED))
    messages = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    notices = [json.loads(message["Body"]) for message in messages]
    assert [json.loads(notice["Message"]) for notice in notices] == [
        {
            "version": 1,
            "id": "id-1",
            "kind": "opened",
            "at": "2026-11-29T03:00:00+00:00",
            "condition": "9f" * 32,
            "title": "[P1] Röhre leckt",
            "priority": "P1",
            "teams": ["infra"],
            "repository": "org/alerts",
            "number": 7,
            "url": URL,
            "closed_by": None,
        },
        {
            "version": 1,
            "id": "id-2",
            "kind": "closed",
            "at": "2026-11-29T03:00:00+00:00",
            "condition": "9f" * 32,
            "title": "[P1] Röhre leckt",
            "priority": "P1",
            "teams": ["infra"],
            "repository": "org/alerts",
            "number": 7,
            "url": URL,
            "closed_by": "person",
        },
    ]
    stamped = {name: each["Value"] for name, each in notices[1]["MessageAttributes"].items()}
    assert stamped == {"kind": "closed", "priority": "P1"}


def test_a_topic_that_is_not_there_is_named() -> None:
    topic = f"arn:aws:sns:{REGION}:123456789012:nobodys"
    with pytest.raises(MirrorUnavailable, match=f"{topic}.*NotFound"):
        mirror(topic).deliver("9f" * 32, (OPENED,))


class Client:
    """A client whose answer, or silence, is given."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def publish_batch(self, **_: Any) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def mirror_of(given: Any) -> SnsMirror:
    return SnsMirror(lambda: given, "topic")


def test_a_topic_that_takes_some_or_does_not_answer_is_unavailable() -> None:
    refused = Client({"Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}]})
    silent = Client(ReadTimeoutError(endpoint_url="https://aws.test"))
    for given, reason in ((refused, "InternalError"), (silent, "ReadTimeoutError")):
        with pytest.raises(MirrorUnavailable, match=reason):
            mirror_of(given).deliver("9f", (OPENED,))
