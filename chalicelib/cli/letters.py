"""The dead-letter queue, read as a whole: what is read is hidden from other readers until the end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters import sender as senders
from chalicelib.adapters.envelope import EPOCH, UNSTAMPED
from chalicelib.cli import next_command
from chalicelib.cli.trouble import Trouble
from chalicelib.errors import Rejected
from chalicelib.wiring.stage import Stage

HIDDEN_SECONDS = 120
POLL_SECONDS = 1
"""A long poll asks all of the queue's servers; a short one may miss messages.

docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
"""

SHORT = 8
SHOWN_ALREADY = {"MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue"}
"""SQS's answer once a message is visible again by itself."""

_REDRIVEN = {
    "reason": "RECEIVED_TOO_OFTEN",
    "explanation": "the collector received it again and again and never finished it",
    "fix": "Search the collector's log for NOT_RECORDED and this message's id, fix that, then replay it.",
}
_UNDELIVERED = {
    "reason": "NOT_DELIVERED",
    "explanation": "EventBridge could not deliver it to the topic",
    "fix": "Apply infra-extra for this stage, then replay it.",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of the dead-letter queue; `attributes` say why it is there."""

    id: str
    receipt_handle: str
    body: str
    attributes: Mapping[str, str]
    sent_at: datetime

    @property
    def source(self) -> str:
        """Who sent it."""
        return self.attributes.get("source") or UNSTAMPED

    @property
    def sender(self) -> str | None:
        """The sender's name, if the webhook knew it."""
        try:
            return senders.read(self.attributes[senders.ATTRIBUTE]).name
        except (KeyError, Rejected):
            return None

    @property
    def whose(self) -> str:
        """Write both, for people."""
        return f"{self.source} (sender {self.sender})" if self.sender else self.source

    def why(self, name: str) -> str:
        """Return `reason`, `explanation` or `fix`; a message that AWS put here has none of these.

        EventBridge explains its own failures in other attributes
        (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
        """
        if own := self.attributes.get(name):
            return own
        if code := self.attributes.get("ERROR_CODE"):
            return _UNDELIVERED[name] + (f": {code}" if name == "explanation" else "")
        return _REDRIVEN[name]


class DeadLetters:
    """The messages of one reading; those that are not deleted become visible again at its end.

    `listing` is the command that lists them.
    """

    def __init__(self, client: Any, url: str, listing: str) -> None:
        self._client, self._url, self.listing = client, url, listing
        self.letters: list[Letter] = []

    def read(self) -> None:
        """Read every message; raises Trouble while somebody else is reading some."""
        self.letters += _received(self._client, self._url)
        hidden = _hidden(self._client, self._url) - len(self.letters)
        if hidden > 0:
            raise Trouble(
                f"{hidden} messages of the dead-letter queue are being read by somebody else; "
                f"try again in {HIDDEN_SECONDS} seconds."
            )

    def named(self, names: Sequence[str]) -> list[Letter]:
        """Find messages by the beginning of their ids; raises Trouble unless each names exactly one."""
        return [self._named(name) for name in dict.fromkeys(names)]

    def delete(self, letter: Letter) -> None:
        """Delete one message."""
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt_handle)
        self.letters.remove(letter)

    def close(self) -> None:
        """Make visible what was not deleted."""
        for letter in self.letters:
            _show_again(self._client, self._url, letter)

    def _named(self, name: str) -> Letter:
        found = [letter for letter in self.letters if letter.id.startswith(name)]
        if len(found) == 1 and name:
            return found[0]
        raise Trouble(
            f"{len(found) or 'No'} messages have an id that begins with {name}. "
            f"Their ids are shown by `{self.listing}`."
        )


@contextmanager
def opened(stage: Stage) -> Iterator[DeadLetters]:
    """Read the whole queue; raises Trouble while somebody else is reading it."""
    dead = DeadLetters(stage.client("sqs"), stage.queue_url(stage.dlq), next_command.on(stage, "dlq", "list"))
    try:
        dead.read()
        yield dead
    finally:
        dead.close()


def _received(client: Any, url: str) -> Iterator[Letter]:
    while messages := client.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=HIDDEN_SECONDS,
        WaitTimeSeconds=POLL_SECONDS,
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["SentTimestamp"],
    ).get("Messages"):
        yield from map(_letter, messages)


def _letter(message: Mapping[str, Any]) -> Letter:
    attributes = message.get("MessageAttributes", {})
    return Letter(
        id=message["MessageId"],
        receipt_handle=message["ReceiptHandle"],
        body=message["Body"],
        attributes={name: attribute.get("StringValue", "") for name, attribute in attributes.items()},
        sent_at=EPOCH + timedelta(milliseconds=int(message["Attributes"]["SentTimestamp"])),
    )


def _hidden(client: Any, url: str) -> int:
    name = "ApproximateNumberOfMessagesNotVisible"
    return int(client.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def _show_again(client: Any, url: str, letter: Letter) -> None:
    try:
        client.change_message_visibility(
            QueueUrl=url, ReceiptHandle=letter.receipt_handle, VisibilityTimeout=0
        )
    except ClientError as error:
        if error.response["Error"]["Code"].rpartition(".")[2] not in SHOWN_ALREADY:
            raise
