"""A payload in a file, read on its whole way: as the webhook splits it and the queue hands it on."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib import edge, envelope
from chalicelib.adapters import registry, split
from chalicelib.cli.trouble import Trouble
from chalicelib.envelope import Message
from chalicelib.publishing import MOST_MESSAGE_BYTES


def source_of(text: str) -> str:
    """Tell whose a payload looks like; what looks like nobody's is CloudWatch's, as on the topic."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return envelope.UNSTAMPED
    if isinstance(content, list):
        return "normalized"
    if not isinstance(content, dict):
        return envelope.UNSTAMPED
    if "alerts" in content or split.LEGACY & content.keys():
        return "alertmanager" if content.get("version") == "4" and "orgId" not in content else "grafana"
    own = {"schema_version", "occurred_at", "teams"} & content.keys()
    return "normalized" if own else envelope.UNSTAMPED


def messages(source: str, text: str, now: datetime) -> list[Message]:
    """Make the messages of the queue that a payload becomes.

    Raises NotAccepted where the webhook would refuse it.
    """
    if source not in registry.SOURCES:
        raise Trouble(f"No such source: {source}. Name one of {', '.join(registry.SOURCES)}.")
    if not split.known(source):
        return [envelope.read(record(text, {}, now))]
    parts = split.split(source, edge.parse(text.encode()))
    bodies = [json.dumps(split.cut(part, MOST_MESSAGE_BYTES)) for part in parts]
    return [envelope.read(record(body, {"source": source}, now)) for body in bodies]


def record(body: str, attributes: Mapping[str, str], sent_at: datetime) -> dict[str, Any]:
    """Write an SQS record as Lambda would hand it to the collector."""
    return {
        "messageId": "none",
        "receiptHandle": "none",
        "body": body,
        "attributes": {"SentTimestamp": str(int(sent_at.timestamp() * 1000))},
        "messageAttributes": {name: {"stringValue": value} for name, value in attributes.items()},
    }
