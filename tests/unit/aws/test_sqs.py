"""The queue and its dead-letter queue, against moto and against a service that refuses."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.aws.sqs import MOST_IN_ATTRIBUTE, SqsQueue
from chalicelib.errors import QueueUnavailable

NOWHERE = "http://127.0.0.1:1/123456789012/alerts"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")


class Sqs:
    """Both queues on moto."""

    def __init__(self) -> None:
        self.client: Any = boto3.client("sqs", region_name="us-west-2")
        self.url = self.client.create_queue(QueueName="alerts")["QueueUrl"]
        self.dlq_url = self.client.create_queue(QueueName="alerts-dlq")["QueueUrl"]
        self.queue = SqsQueue(self.client, self.url, self.dlq_url)

    def receive(self, url: str) -> list[Any]:
        return list(
            self.client.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=60
            ).get("Messages", [])
        )

    def left(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)


@pytest.fixture
def sqs() -> Iterator[Sqs]:
    with mock_aws():
        yield Sqs()


def test_what_is_done_is_deleted_ten_at_a_time_and_the_rest_stays(sqs: Sqs) -> None:
    for n in range(25):
        sqs.client.send_message(QueueUrl=sqs.url, MessageBody=str(n))
    handles = [message["ReceiptHandle"] for _ in range(3) for message in sqs.receive(sqs.url)]
    assert sqs.queue.delete(handles[:23]) == []
    assert sqs.left() == 2


def test_nothing_to_delete_is_no_call() -> None:
    queue = SqsQueue(boto3.client("sqs", region_name="us-west-2"), NOWHERE, NOWHERE)
    assert queue.delete([]) == []


def test_handles_that_were_not_taken_are_told_and_the_others_are_deleted(sqs: Sqs) -> None:
    handles = [str(n) for n in range(12)]
    failure = {"Id": "1", "SenderFault": True, "Code": "ReceiptHandleIsInvalid"}
    with Stubber(sqs.client) as stub:
        stub.add_response("delete_message_batch", {"Successful": [], "Failed": [failure | {"Id": "4"}]})
        stub.add_response("delete_message_batch", {"Successful": [], "Failed": [failure]})
        assert sqs.queue.delete(handles) == ["4", "11"]


def test_a_call_that_fails_loses_its_own_handles_only(sqs: Sqs) -> None:
    handles = [str(n) for n in range(12)]
    with Stubber(sqs.client) as stub:
        stub.add_client_error("delete_message_batch", "ServiceUnavailable")
        stub.add_response("delete_message_batch", {"Successful": [], "Failed": []})
        assert sqs.queue.delete(handles) == handles[:10]


def test_a_rejected_message_is_in_the_dead_letter_queue_as_it_came_with_why(sqs: Sqs) -> None:
    body = '{"AlarmName": "\u00e9\U0001f525", "spaces":  1}'
    why = {"reason": "MISSING_TEAM", "explanation": "the alert names no team", "source": "cloudwatch"}
    sqs.queue.reject(body, why | {"correlation_id": ""})
    (message,) = sqs.receive(sqs.dlq_url)
    assert message["Body"] == body
    texts = {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
    assert texts == why


def test_a_message_that_is_sent_back_is_in_the_queue_after_its_delay_as_a_new_one(sqs: Sqs) -> None:
    sqs.client.send_message(QueueUrl=sqs.url, MessageBody="{}")
    (first,) = sqs.receive(sqs.url)
    sqs.queue.requeue("{}", {"source": "grafana", "attempts": "1"}, 1)
    assert sqs.receive(sqs.url) == []
    names = ["ApproximateNumberOfMessagesDelayed"]
    delayed = sqs.client.get_queue_attributes(QueueUrl=sqs.url, AttributeNames=names)["Attributes"]
    assert delayed == {"ApproximateNumberOfMessagesDelayed": "1"}
    sqs.queue.requeue("{}", {"source": "grafana", "attempts": "1"}, 0)
    (again,) = sqs.receive(sqs.url)
    assert again["MessageId"] != first["MessageId"]
    assert {name: each["StringValue"] for name, each in again["MessageAttributes"].items()} == {
        "source": "grafana",
        "attempts": "1",
    }


def test_a_queue_that_does_not_take_a_message_back_is_named(sqs: Sqs) -> None:
    with Stubber(sqs.client) as stub:
        stub.add_client_error("send_message", "ServiceUnavailable")
        with pytest.raises(QueueUnavailable, match=r"the alert queue .*/alerts did not take a message"):
            sqs.queue.requeue("{}", {}, 5)


def test_a_dead_letter_queue_that_does_not_take_a_message_is_told(sqs: Sqs) -> None:
    with Stubber(sqs.client) as stub:
        stub.add_client_error("send_message", "AWS.SimpleQueueService.NonExistentQueue")
        with pytest.raises(QueueUnavailable, match="dead-letter queue"):
            sqs.queue.reject("{}", {"reason": "NOT_JSON"})


def test_queues_that_do_not_answer_lose_nothing() -> None:
    once = Config(retries={"total_max_attempts": 1})
    client = boto3.client("sqs", region_name="us-west-2", endpoint_url="http://127.0.0.1:1", config=once)
    queue = SqsQueue(client, NOWHERE, NOWHERE)
    assert queue.delete(["a", "b"]) == ["a", "b"]
    with pytest.raises(QueueUnavailable):
        queue.reject("{}", {"reason": "NOT_JSON"})


class KeptSqs:
    """Keeps the attributes of the last message sent."""

    attributes: dict[str, Any]

    def send_message(self, *, MessageAttributes: dict[str, Any], **_: str) -> None:  # noqa: N803
        self.attributes = MessageAttributes


def sent(text: str) -> str:
    client: Any = KeptSqs()
    SqsQueue(client, "", "").reject("{}", {"explanation": text})
    return str(client.attributes["explanation"]["StringValue"])


@given(st.text(st.characters(exclude_categories=()), min_size=1))
def test_any_text_makes_an_attribute_that_sqs_takes(text: str) -> None:
    value = sent(text)
    assert 0 < len(value) <= MOST_IN_ATTRIBUTE
    value.encode()
    assert not any((ord(c) < 0x20 and c not in "\t\n") or c in "\ufffe\uffff" for c in value)


@given(st.text(st.characters(categories=("L", "N", "P", "Zs", "So")), min_size=1, max_size=MOST_IN_ATTRIBUTE))
def test_what_people_write_is_sent_as_it_is(text: str) -> None:
    assert sent(text) == text
