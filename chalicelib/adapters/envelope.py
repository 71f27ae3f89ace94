"""The envelope: an SQS record -> the message in it and its source, which is decided here, once.

The webhook stamps messages with the attributes `source`, `correlation_id` and, if it knows the sender's name,
`sender`. AWS publishes to the topic without a stamp: CloudWatch's alarms, or another service's event, whose
own `source` names it. A stamped body is what we put there. An unstamped one may be in an SNS envelope, if
delivery is not raw. The envelope is opened, but its own attributes are not believed: whoever may publish
writes the body, and an EventBridge rule's input transformer could claim that it is from Grafana. Raw delivery
turns SNS's attributes into the queue message's, which only our functions set
(docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html).

The attribute `received_at` says when we first received the message: the webhook's time, or for a message that
the collector sent back to its queue, SQS's first. Whoever may publish can forge it, so it never counts as
later than SQS's own time, and it is read from the message itself, never from within a body.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.adapters import registry, texts
from chalicelib.adapters import sender as senders
from chalicelib.adapters.sender import Sender
from chalicelib.errors import Rejected

UNSTAMPED = "cloudwatch"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RECEIVED_AT = "received_at"
"""Milliseconds since the epoch, like SQS's own times."""

_NAME = re.compile(r"[\w-]{1,64}", re.ASCII)
_MILLISECONDS = re.compile(r"\d{1,15}", re.ASCII)
_ONLY_ALARMS = (
    "Let only alarms, and the services of docs/senders, publish to the alert topic; "
    "send other notifications to a topic of their own."
)


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and its content or why that cannot be read.

    `received_at` is when the webhook received it, or if it has no stamp, when the queue did.
    """

    id: str
    receipt_handle: str
    source: str
    body: str
    received_at: datetime
    correlation_id: str
    content: dict[str, Any] | Rejected
    sender: Sender | None = None

    @property
    def payload(self) -> dict[str, Any]:
        """What the provider sent, without its envelope; raises Rejected."""
        if isinstance(self.content, Rejected):
            raise self.content
        return self.content


def read(record: Mapping[str, Any]) -> Message:
    """Read an SQS record in Lambda's format; why a body cannot be read is raised by its payload."""
    attributes = {
        name: attribute.get("stringValue")
        for name, attribute in (record.get("messageAttributes") or {}).items()
    }
    content = _content(record["body"])
    received_at = _received_at(attributes, int(record["attributes"]["SentTimestamp"]))
    source = attributes.get("source") or UNSTAMPED
    sender = None
    if "source" not in attributes:
        content = _unwrapped(content) if isinstance(content, dict) else content
        source = publisher(content)
    elif named := attributes.get(senders.ATTRIBUTE):
        try:
            sender = senders.read(named)
        except Rejected as rejected:
            content = rejected
    return Message(
        id=record["messageId"],
        receipt_handle=record["receiptHandle"],
        source=source,
        body=record["body"],
        received_at=received_at,
        correlation_id=_correlation_id(attributes, record["messageId"]),
        content=content,
        sender=sender,
    )


def publisher(content: object) -> str:
    """Name the source of what AWS publishes: `aws-ecs` for an event whose `source` is `aws.ecs`."""
    if isinstance(content, Mapping) and (name := registry.of_text(str(content.get("text")))):
        return name
    event = content.get("event", content) if isinstance(content, Mapping) else None
    service = event.get("source") if isinstance(event, Mapping) else None
    name = service.replace(".", "-") if isinstance(service, str) and service.startswith("aws.") else ""
    return name if registry.published(name) else UNSTAMPED


def stamp(
    source: str, correlation_id: str, received_at: datetime, sender: Sender | None = None
) -> dict[str, str]:
    """Write the attributes of a message for the topic."""
    return {
        "source": source,
        "correlation_id": correlation_id,
        RECEIVED_AT: milliseconds(received_at),
    } | ({senders.ATTRIBUTE: sender.written()} if sender else {})


def milliseconds(time: datetime) -> str:
    """Write a time as an attribute."""
    return str((time - EPOCH) // timedelta(milliseconds=1))


def _received_at(attributes: Mapping[str, Any], queued: int) -> datetime:
    """Return when we received the message; without a valid stamp, when SQS did."""
    stamped = attributes.get(RECEIVED_AT)
    received = int(stamped) if isinstance(stamped, str) and _MILLISECONDS.fullmatch(stamped) else queued
    return EPOCH + timedelta(milliseconds=min(received, queued))


def _correlation_id(attributes: Mapping[str, Any], message_id: str) -> str:
    """Return the id of the request that brought the message; without a valid one, the message's own."""
    named = attributes.get("correlation_id")
    return named if isinstance(named, str) and _NAME.fullmatch(named) else message_id


def _content(body: str) -> dict[str, Any] | Rejected:
    try:
        content = texts.decoded(body)
    except ValueError as error:
        if registry.of_text(body):
            return {"text": body}
        return Rejected("NOT_JSON", f"the message is not valid JSON: {error}", _ONLY_ALARMS)
    if isinstance(content, dict):
        return content
    return Rejected(
        "NOT_AN_OBJECT", f"the message is JSON but not an object: {type(content).__name__}", _ONLY_ALARMS
    )


def _unwrapped(content: dict[str, Any]) -> dict[str, Any] | Rejected:
    """Take the message out of an SNS envelope or a Lambda event from SNS, if it is in one."""
    envelope = _of_lambda_event(content) or content
    kind, message = envelope.get("Type"), envelope.get("Message")
    if not isinstance(message, str) or "TopicArn" not in envelope:
        return content
    if kind != "Notification":
        return Rejected(
            "SNS_CONTROL_MESSAGE",
            f"the message is SNS's own, a {_word(kind)}, not an alarm; no address in it is followed",
            "Subscribe the queue with infra-extra, which needs no confirmation; delete this message.",
        )
    return _content(message)


def _of_lambda_event(content: dict[str, Any]) -> dict[str, Any] | None:
    match content.get("Records"):
        case [{"Sns": dict() as envelope}]:
            return envelope
    return None


def _word(value: object) -> str:
    return f"{value:.40}" if isinstance(value, str) else type(value).__name__
