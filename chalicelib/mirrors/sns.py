"""A mirror on SNS: each fact becomes a message on your own topic, from which a chat or a pager takes it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.conditions.facts import Fact
from chalicelib.mirrors import MirrorUnavailable
from chalicelib.mirrors.document import document

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class SnsMirror:
    """Publishes to a topic; `client` is made for the first fact."""

    def __init__(self, client: Callable[[], "SNSClient"], topic_arn: str) -> None:
        self._client, self._topic_arn = client, topic_arn

    def deliver(self, condition: str, facts: Sequence[Fact]) -> None:
        """Publish facts in one call: a row never holds more than SNS takes at once, which is ten.

        Raises MirrorUnavailable unless SNS took all.
        """
        entries: Any = [
            {
                "Id": str(index),
                "Message": document(condition, fact),
                "MessageAttributes": {
                    "kind": {"DataType": "String", "StringValue": fact.kind.value},
                    "priority": {"DataType": "String", "StringValue": fact.priority.value},
                },
            }
            for index, fact in enumerate(facts)
        ]
        try:
            answer = self._client().publish_batch(
                TopicArn=self._topic_arn, PublishBatchRequestEntries=entries
            )
        except ClientError as error:
            raise self._unavailable(error.response["Error"]["Code"]) from error
        except BotoCoreError as error:
            raise self._unavailable(type(error).__name__) from error
        if failed := answer.get("Failed"):
            raise self._unavailable(failed[0]["Code"])

    def _unavailable(self, reason: str) -> MirrorUnavailable:
        return MirrorUnavailable(
            f"the topic {self._topic_arn} did not take what happened to an issue: {reason}; "
            "check that it exists and that the functions may publish to it"
        )
