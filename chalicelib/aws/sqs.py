"""The alert queue and its dead-letter queue, on SQS."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import QueueMissing, QueueUnavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_AT_ONCE = 10
MOST_IN_ATTRIBUTE = 500
NOT_THERE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")

_UNSENDABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


class SqsQueue:
    """Deletes what is done, sends back what is for later, and rejects what can never succeed.

    Raises QueueUnavailable.
    """

    def __init__(self, client: "SQSClient", queue_url: str, dlq_url: str) -> None:
        self._client, self._queue_url, self._dlq_url = client, queue_url, dlq_url

    def delete(self, receipt_handles: Sequence[str]) -> list[str]:
        """Acknowledge messages; returns the handles that SQS did not take, whose messages will come again."""
        lost: list[str] = []
        for start in range(0, len(receipt_handles), MOST_AT_ONCE):
            some = receipt_handles[start : start + MOST_AT_ONCE]
            entries: Any = [{"Id": str(index), "ReceiptHandle": handle} for index, handle in enumerate(some)]
            try:
                answer = self._client.delete_message_batch(QueueUrl=self._queue_url, Entries=entries)
            except (BotoCoreError, ClientError):
                lost += some
            else:
                lost += [some[int(failure["Id"])] for failure in answer.get("Failed", [])]
        return lost

    def reject(self, body: str, attributes: Mapping[str, str]) -> None:
        """Send a message to the dead-letter queue unchanged, with attributes that say why."""
        self._send(self._dlq_url, "dead-letter queue", body, attributes, 0)

    def requeue(self, body: str, attributes: Mapping[str, str], delay_seconds: int) -> None:
        """Send a message to the alert queue, to be received after a delay."""
        self._send(self._queue_url, "alert queue", body, attributes, delay_seconds)

    def _send(self, url: str, which: str, body: str, attributes: Mapping[str, str], delay: int) -> None:
        texts: Any = {
            name: {"DataType": "String", "StringValue": _sendable(text)}
            for name, text in attributes.items()
            if text
        }
        try:
            self._client.send_message(
                QueueUrl=url, MessageBody=body, MessageAttributes=texts, DelaySeconds=delay
            )
        except (BotoCoreError, ClientError) as error:
            raise _unavailable(error, f"{which} {url}") from error


def _unavailable(error: BotoCoreError | ClientError, queue: str) -> QueueUnavailable:
    if isinstance(error, ClientError) and error.response["Error"]["Code"] in NOT_THERE:
        return QueueMissing(f"there is no {queue}: `terraform apply` in infra-extra creates it")
    return QueueUnavailable(f"the {queue} did not take a message: {type(error).__name__}")


def _sendable(text: str) -> str:
    """Drop what SQS does not accept in an attribute: everything that is not a character of XML 1.0.

    docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """
    return _UNSENDABLE.sub("", text)[:MOST_IN_ATTRIBUTE] or "?"
