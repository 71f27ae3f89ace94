"""The edge: what a request is and what it is told, and how every sender proves itself.

A sender may not ask again, so nothing slow or fragile stands here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chalicelib.envelope import stamp
from chalicelib.errors import ConfigurationError, NotAccepted, TopicUnavailable
from chalicelib.telemetry import Telemetry

MOST_BYTES = 5 * 1024 * 1024
"""Lambda takes 6 MB; GitHub sends up to 25, but an event of an issue is far smaller."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A request, and when it was received; header names in lower case."""

    source: str
    headers: Mapping[str, str]
    body: bytes
    request_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told."""

    status: int
    body: Mapping[str, Any]


class Topic(Protocol):
    """Where alerts go."""

    def publish(self, bodies: list[str], attributes: dict[str, str]) -> None:
        """Publish messages; raises TopicUnavailable unless every one was taken."""


class Secret(Protocol):
    """The secret that holds what senders prove themselves with."""

    def read(self, *, fresh: bool = False) -> dict[str, Any]:
        """Read it, from memory unless `fresh`; raises ConfigurationError."""


def authenticate(secret: Secret, proves: Callable[[Mapping[str, Any]], bool], telemetry: Telemetry) -> None:
    """Raise NotAccepted unless the secret proves the sender.

    What does not match may be by a new secret, which is then read anew, once.
    """
    try:
        if not proves(secret.read()) and not proves(secret.read(fresh=True)):
            raise NotAccepted(401, "UNAUTHORIZED", "unauthorized")
    except ConfigurationError as error:
        telemetry.problem("WEBHOOK_NOT_CONFIGURED", error)
        raise NotAccepted(
            503, "NOT_CONFIGURED", "the webhook is not configured; its log says what is missing"
        ) from error


def parse(body: bytes) -> object:
    """Read a request's body; raises NotAccepted where it is no JSON."""
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NotAccepted(400, "NOT_JSON", "the body is not valid JSON") from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def publish(topic: Topic, bodies: list[str], posted: Posted, lost: str, telemetry: Telemetry) -> None:
    """Hand messages to the topic, stamped as they were posted; raises NotAccepted, saying `lost`."""
    try:
        topic.publish(bodies, stamp(posted.source, posted.request_id, posted.received_at))
    except TopicUnavailable as error:
        telemetry.problem("TOPIC_UNAVAILABLE", error)
        raise NotAccepted(503, "TOPIC_UNAVAILABLE", lost) from error


def refused(posted: Posted, source: str, refusal: NotAccepted, telemetry: Telemetry) -> Answer:
    """Say what was wrong, to the sender and in the log; `source` is one of few, whatever the sender named."""
    telemetry.event(
        "WEBHOOK_REFUSED",
        source=source,
        status=refusal.status,
        reason=refusal.reason,
        correlation_id=posted.request_id,
    )
    telemetry.count("WebhookRefused", reason=refusal.reason)
    return Answer(refusal.status, {"error": str(refusal)})
