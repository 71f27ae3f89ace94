"""The webhook edge: check the size, authenticate, parse, split into one message an alert, publish.

Grafana does not retry, so nothing slow or fragile stands on this path: no GitHub, no table, no validation
of the alerts themselves, which the collector does where a bad one can be kept for a person.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chalicelib.adapters import split
from chalicelib.authentication import Credentials, authentic
from chalicelib.errors import ConfigurationError, NotAccepted, TopicUnavailable
from chalicelib.telemetry import Telemetry

MOST_BYTES = 5 * 1024 * 1024
MOST_MESSAGE_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Posted:
    """A request to the webhook; header names in lower case."""

    source: str
    headers: Mapping[str, str]
    body: bytes
    request_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told."""

    status: int
    body: Mapping[str, Any]


class Topic(Protocol):
    """Where alerts go."""

    def publish(self, bodies: list[str], attributes: dict[str, str]) -> None:
        """Publish messages; raises TopicUnavailable unless every one was taken."""


class WebhookSecret(Protocol):
    """The secret that holds every source's credentials."""

    def read(self, *, fresh: bool = False) -> dict[str, Any]:
        """Read it, from memory unless `fresh`; raises ConfigurationError."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """Takes alerts from the webhook to the topic."""

    topic: Topic
    secret: WebhookSecret
    now: Callable[[], datetime]
    telemetry: Telemetry

    def __call__(self, posted: Posted) -> Answer:
        """Answer a request: 202 with the count once the topic has every alert, else what was wrong."""
        try:
            accepted = self._accept(posted)
        except NotAccepted as refusal:
            source = posted.source if split.known(posted.source) else "unknown"
            self.telemetry.event(
                "WEBHOOK_REFUSED",
                source=source,
                status=refusal.status,
                reason=refusal.reason,
                correlation_id=posted.request_id,
            )
            self.telemetry.count("WebhookRefused", reason=refusal.reason)
            return Answer(refusal.status, {"error": str(refusal)})
        self.telemetry.event(
            "WEBHOOK_ACCEPTED", source=posted.source, alerts=accepted, correlation_id=posted.request_id
        )
        self.telemetry.count("AlertsReceived", accepted, source=posted.source)
        return Answer(202, {"accepted": accepted})

    def _accept(self, posted: Posted) -> int:
        if not split.known(posted.source):
            raise NotAccepted(
                404, "UNKNOWN_SOURCE", f"there is no such source; there are: {', '.join(split.SOURCES)}"
            )
        if len(posted.body) > MOST_BYTES:
            raise NotAccepted(
                413, "TOO_LARGE", f"the request is larger than {MOST_BYTES} bytes; set a limit of alerts"
            )
        self._authenticate(posted)
        alerts = split.split(posted.source, parse(posted.body))
        bodies = [json.dumps(split.cut(alert, MOST_MESSAGE_BYTES), separators=(",", ":")) for alert in alerts]
        self._publish(bodies, {"source": posted.source, "correlation_id": posted.request_id})
        return len(bodies)

    def _authenticate(self, posted: Posted) -> None:
        """A token that does not match may be a new one: the secret is then read anew, once."""
        try:
            if not self._proves(posted, fresh=False) and not self._proves(posted, fresh=True):
                raise NotAccepted(401, "UNAUTHORIZED", "unauthorized")
        except ConfigurationError as error:
            self.telemetry.problem("WEBHOOK_NOT_CONFIGURED", error)
            raise NotAccepted(
                503, "NOT_CONFIGURED", "the webhook is not configured; its log says what is missing"
            ) from error

    def _proves(self, posted: Posted, *, fresh: bool) -> bool:
        credentials = Credentials.of(posted.source, self.secret.read(fresh=fresh))
        return authentic(posted.source, posted.headers, posted.body, credentials, self.now().timestamp())

    def _publish(self, bodies: list[str], attributes: dict[str, str]) -> None:
        try:
            self.topic.publish(bodies, attributes)
        except TopicUnavailable as error:
            self.telemetry.problem("TOPIC_UNAVAILABLE", error)
            raise NotAccepted(
                503, "TOPIC_UNAVAILABLE", "the alerts could not all be queued; send them again"
            ) from error


def parse(body: bytes) -> object:
    """Read a request's body; raises NotAccepted where it is no JSON."""
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NotAccepted(400, "NOT_JSON", "the body is not valid JSON") from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
