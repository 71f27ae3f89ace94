"""The topic: every message within SNS's limits and in order, and no message lost unnoticed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import example, given
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.aws.sns import SnsTopic
from chalicelib.errors import TopicUnavailable

ARN = "arn:aws:sns:us-west-2:123456789012:alerting-local-alerts"
STAMP = {"source": "grafana", "correlation_id": "0f8fad5b-d9cb-469f-a165-70867728950e"}
MOST_ENTRIES = 10
MOST_BYTES = 262_144


@dataclass
class FakeSns:
    """Takes batches as SNS does, within its limits, but no `failing` messages."""

    batches: list[list[str]] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    error: Exception | None = None

    @property
    def published(self) -> list[str]:
        return [body for batch in self.batches for body in batch]

    def publish_batch(self, *, TopicArn: str, PublishBatchRequestEntries: list[Any]) -> dict[str, Any]:  # noqa: N803
        entries = PublishBatchRequestEntries
        if self.error:
            raise self.error
        assert TopicArn == ARN
        assert 0 < len(entries) <= MOST_ENTRIES
        assert len({entry["Id"] for entry in entries}) == len(entries)
        assert sum(map(_size, entries)) <= MOST_BYTES
        self.batches.append([entry["Message"] for entry in entries if entry["Message"] not in self.failing])
        failed = [{"Id": entry["Id"]} for entry in entries if entry["Message"] in self.failing]
        return {"Successful": [], "Failed": failed}


def _size(entry: Any) -> int:
    attributes = entry["MessageAttributes"].items()
    stamp = sum(len(name) + len("String") + len(value["StringValue"]) for name, value in attributes)
    return len(entry["Message"].encode()) + stamp


def topic(client: Any) -> SnsTopic:
    return SnsTopic(client, ARN)


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A queue with a raw subscription to the topic."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    with mock_aws():
        sns = boto3.client("sns", region_name="us-west-2")
        sqs = boto3.client("sqs", region_name="us-west-2")
        sns.create_topic(Name="alerting-local-alerts")
        url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=ARN, Protocol="sqs", Endpoint=arn, Attributes=raw)
        yield lambda: sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])


def test_messages_arrive_as_they_are_with_their_attributes(inbox: Any) -> None:
    bodies = [json.dumps({"n": n, "text": "\u00e9\U0001f525"}) for n in range(3)]
    topic(boto3.client("sns", region_name="us-west-2")).publish(bodies, STAMP)
    received = inbox()
    assert sorted(message["Body"] for message in received) == bodies
    for message in received:
        texts = {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
        assert texts == STAMP


def test_ten_messages_are_one_call_and_none_is_no_call() -> None:
    sns = FakeSns()
    topic(sns).publish([], STAMP)
    topic(sns).publish([str(n) for n in range(10)], STAMP)
    topic(sns).publish([str(n) for n in range(11)], STAMP)
    assert [len(batch) for batch in sns.batches] == [10, 10, 1]


@example(["x" * 131_050] * 2)  # within the limit, were it not for the attributes
@given(
    st.lists(st.builds(str.__mul__, st.sampled_from(["x", "\u00e9", "\U0001f525"]), st.integers(0, 50_000)))
)
def test_every_message_goes_out_once_in_order_and_within_the_limits(bodies: list[str]) -> None:
    sns = FakeSns()
    topic(sns).publish(bodies, STAMP)
    assert sns.published == bodies


def test_five_messages_of_the_largest_size_do_not_share_a_call() -> None:
    sns = FakeSns()
    topic(sns).publish(["x" * 200_000] * 5, STAMP)
    assert [len(batch) for batch in sns.batches] == [1] * 5


def test_one_entry_refused_in_a_call_that_succeeded_is_not_overlooked() -> None:
    sns = FakeSns(failing={"7"})
    with pytest.raises(TopicUnavailable, match="1 of 10 messages"):
        topic(sns).publish([str(n) for n in range(10)], STAMP)


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "NotFound", "Message": "Topic does not exist"}}, "PublishBatch"),
        EndpointConnectionError(endpoint_url="https://sns.us-west-2.amazonaws.com"),
    ],
)
def test_a_topic_that_does_not_answer_is_unavailable(error: Exception) -> None:
    with pytest.raises(TopicUnavailable):
        topic(FakeSns(error=error)).publish(["{}"], STAMP)
