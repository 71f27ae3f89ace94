"""The alert topic, on SNS."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import TopicMissing, TopicUnavailable

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

MOST_AT_ONCE = 10
MOST_BYTES = 250_000
"""SNS accepts 262,144 bytes a batch, attributes included, in at most ten messages.

docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
"""
NOT_THERE = ("NotFound", "NotFoundException")


class SnsTopic:
    """Publishes to the topic; raises TopicUnavailable unless SNS took every message."""

    def __init__(self, client: "SNSClient", topic_arn: str) -> None:
        self._client, self._topic_arn = client, topic_arn

    def publish(self, bodies: Sequence[str], attributes: dict[str, str]) -> None:
        """Publish messages with the same attributes, in as few calls as the limits allow."""
        stamped = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        for batch in _batches(bodies):
            entries: Any = [
                {"Id": str(index), "Message": body, "MessageAttributes": stamped}
                for index, body in enumerate(batch)
            ]
            try:
                answer = self._client.publish_batch(
                    TopicArn=self._topic_arn, PublishBatchRequestEntries=entries
                )
            except (BotoCoreError, ClientError) as error:
                raise self._unavailable(error) from error
            if answer.get("Failed"):
                raise TopicUnavailable(
                    f"the topic did not take {len(answer['Failed'])} of {len(batch)} messages"
                )

    def _unavailable(self, error: BotoCoreError | ClientError) -> TopicUnavailable:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] in NOT_THERE:
            return TopicMissing(
                f"there is no topic {self._topic_arn}: `terraform apply` in infra-extra creates it"
            )
        return TopicUnavailable(f"the topic did not take the messages: {type(error).__name__}")


def _batches(bodies: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for body in bodies:
        length = len(body.encode())
        if batch and (len(batch) == MOST_AT_ONCE or size + length > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(body)
        size += length
    if batch:
        yield batch
