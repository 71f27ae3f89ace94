"""A payload: read as the webhook splits it and the queue delivers it; and changed for a replay."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from chalicelib.adapters import envelope, registry, texts
from chalicelib.adapters.envelope import Message
from chalicelib.adapters.registry import OWN_EMITTERS, SOURCES
from chalicelib.adapters.source import Request, Source
from chalicelib.alert import Priority
from chalicelib.cli.trouble import Trouble
from chalicelib.webhook import http


def text(name: str) -> str:
    """Read a file, or standard input if it is `-`; bytes that are not text are replaced."""
    content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    return content.decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Whose:
    """The source of a payload, and how it was recognised; nothing if a person named it."""

    source: str
    known_by: str = ""


def recognised(text: str) -> Whose:
    """Find the source that a payload looks like; raises Trouble if it looks like several.

    A payload that looks like none is CloudWatch's, as on the topic.
    """
    content = texts.parsed(text)
    alike = [source for source in SOURCES.values() if source.looks_like(content)]
    if len(alike) > 1:
        named = " and ".join(f"{each.name} (by {each.known_by})" for each in alike)
        raise Trouble(f"The payload looks like {named}. Say which with --source.")
    if alike:
        return Whose(alike[0].name, alike[0].known_by)
    return Whose(
        envelope.UNSTAMPED, "nothing: it is read as a message to the topic; --source names another source"
    )


def named(source: str) -> Source:
    """Find a source; raises Trouble."""
    if source in SOURCES:
        return SOURCES[source]
    raise Trouble(f"There is no source {source}. Name one of {', '.join(SOURCES)}.")


def messages(name: str, text: str, now: datetime) -> list[Message]:
    """Make the queue messages that a payload becomes.

    Raises NotAccepted if the webhook would refuse it.
    """
    source = named(name)
    if not source.posts:
        return [envelope.read(record(text, {}, now))]
    parts = source.payloads(http.parse(text.encode()), Request(now))
    bodies = [json.dumps(source.cut(part)) for part in parts]
    return [envelope.read(record(body, {"source": name}, now)) for body in bodies]


def record(body: str, attributes: Mapping[str, str], sent_at: datetime) -> dict[str, Any]:
    """Write an SQS record as Lambda would pass it to the collector."""
    return {
        "messageId": "none",
        "receiptHandle": "none",
        "body": body,
        "attributes": {"SentTimestamp": str(int(sent_at.timestamp() * 1000))},
        "messageAttributes": {name: {"stringValue": value} for name, value in attributes.items()},
    }


def mend(source: str, body: str, team: str | None, priority: Priority | None) -> str:
    """Write a message with another team or priority; the rest is unchanged."""
    if team is None and priority is None:
        return body
    payload = {"text": body} if registry.of_text(body) else texts.parsed(body)
    if not isinstance(payload, dict):
        raise Trouble("A message that is not a JSON object has no place for a team or a priority; drop it.")
    if isinstance(payload.get("Message"), str) and "TopicArn" in payload:  # in SNS's envelope
        return json.dumps(payload | {"Message": mend(source, payload["Message"], team, priority)})
    named = {"team": team, "priority": priority.value if priority else None}
    writer = SOURCES[source] if source in SOURCES else SOURCES[OWN_EMITTERS]
    writer.mend(payload, {name: value for name, value in named.items() if value})
    return json.dumps(payload)
