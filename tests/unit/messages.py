"""Messages as the queue gives them, and what the adapters make of a provider's payload on its whole way."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from chalicelib.adapters import envelope, reading, registry
from chalicelib.adapters.fields import Ownership, Parsed
from chalicelib.adapters.owner_rules import NO_RULES, OwnerRules
from chalicelib.adapters.source import Request
from chalicelib.alert import UNKNOWN_TEAM, Priority
from chalicelib.errors import NotAccepted, Rejected

RECEIVED_AT = datetime(2026, 11, 23, 3, 10, 4, 733_000, UTC)
REQUEST = Request(RECEIVED_AT)
FALLBACK = OwnerRules(Ownership((UNKNOWN_TEAM,), Priority.P2))


def record(body: str, **attributes: str) -> dict[str, Any]:
    """An SQS record in Lambda's shape, delivered raw."""
    return {
        "messageId": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
        "receiptHandle": "a handle",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "2", "SentTimestamp": envelope.milliseconds(RECEIVED_AT)},
        "messageAttributes": {
            name: {"stringValue": value, "dataType": "String"} for name, value in attributes.items()
        },
        "eventSourceARN": "arn:aws:sqs:us-west-2:123456789012:alerting-local-alerts",
    }


def deliver(source: str, payload: object, rules: OwnerRules = NO_RULES) -> list[Parsed | str]:
    """Take a payload through webhook, queue and adapter; a rejection is its reason."""
    try:
        bodies = list(_published(source, payload))
    except NotAccepted as refusal:
        return [refused(refusal)]
    attributes = {"source": source} if registry.webhook(source) else {}
    return [one for body in bodies for one in _parsed(record(body, **attributes), rules)]


def _published(source: str, payload: object) -> Iterator[str]:
    if posts := registry.webhook(source):
        yield from (json.dumps(posts.cut(one)) for one in posts.payloads(payload, REQUEST))
    elif isinstance(payload, str):
        yield payload
    else:
        yield json.dumps(payload)


def _parsed(received: dict[str, Any], rules: OwnerRules) -> list[Parsed | str]:
    message = envelope.read(received)
    try:
        return [*reading.parse(message.source, message.payload, rules)]
    except Rejected as rejected:
        return [reason(rejected)]


def refused(refusal: NotAccepted) -> str:
    """A refusal's reason; each explains itself."""
    assert str(refusal) != "None"
    return refusal.reason


def reason(rejected: Rejected) -> str:
    """A rejection's reason; each explains itself and says what to do, in words that can be sent."""
    assert rejected.reason.isupper()
    assert str(rejected).encode()
    assert str(rejected) != "None"
    assert rejected.fix.encode()
    return rejected.reason
