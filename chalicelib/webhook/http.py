"""HTTP: what a request is, how it is answered, and how every sender authenticates.

A sender may not try again, so nothing slow or fragile belongs here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from chalicelib.adapters import texts
from chalicelib.adapters.envelope import stamp
from chalicelib.adapters.sender import Sender
from chalicelib.adapters.source import Request
from chalicelib.errors import ConfigurationError, NotAccepted, TopicUnavailable

MOST_BYTES = 6 * 1024 * 1024
"""Lambda's limit (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html); API Gateway answers a
larger request with 413 itself. GitHub sends up to 25 MB, but an event about an issue is smaller."""


Proof = TypeVar("Proof")

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)
"""https://www.w3.org/TR/trace-context/#traceparent-header"""


@dataclass(frozen=True, slots=True)
class Posted:
    """A request, and when it was received; header names in lower case.

    `sender` is who has authenticated, `path` what follows the source's name.
    """

    source: str
    headers: Mapping[str, str]
    body: bytes
    request_id: str
    received_at: datetime
    sender: Sender | None = None
    path: tuple[str, ...] = ()

    @property
    def request(self) -> Request:
        """The request without its body."""
        return Request(self.received_at, self.path, self.headers)

    @property
    def correlation_id(self) -> str:
        """The id under which this request is found everywhere: its sender's trace, if there is one."""
        found = _TRACEPARENT.fullmatch(self.headers.get("traceparent", "").strip())
        return found[1] if found else self.request_id

    @property
    def keys(self) -> dict[str, str]:
        """Return the log keys that say whose it is."""
        sender = {"sender": self.sender.name} if self.sender else {}
        return {"source": self.source, "correlation_id": self.correlation_id} | sender


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """The answer to the sender."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class Topic(Protocol):
    """Where alerts go."""

    def publish(self, bodies: list[str], attributes: dict[str, str]) -> None:
        """Publish messages; raises TopicUnavailable unless every one was taken."""


class SecretReader(Protocol):
    """The secret against which senders are checked."""

    def read(self, *, fresh: bool = False) -> dict[str, Any]:
        """Read it, from memory unless `fresh`; raises ConfigurationError."""


def authenticate(secret: SecretReader, proves: Callable[[Mapping[str, Any]], Proof | None]) -> Proof:
    """Return what proves who the sender is, according to the secret; raises NotAccepted if nothing does.

    A credential that does not match, or cannot be used, may have been corrected since: the secret is then
    read once more, and compared only if it changed.
    """
    fault: ConfigurationError | None = None
    try:
        held = secret.read()
        try:
            if proof := proves(held):
                return proof
        except ConfigurationError as error:
            fault = error
        newer = secret.read(fresh=True)
        if newer != held and (proof := proves(newer)):
            return proof
        if newer == held and fault:
            raise fault
        raise unauthorized()
    except ConfigurationError as error:
        sentence = "the webhook is not configured; its log says what is missing"
        raise NotAccepted(503, "NOT_CONFIGURED", sentence, "WEBHOOK_NOT_CONFIGURED") from error


def within_limits(posted: Posted) -> None:
    """Raise NotAccepted for a request that is too large."""
    if len(posted.body) > MOST_BYTES:
        raise NotAccepted(
            413, "TOO_LARGE", f"the request is larger than {MOST_BYTES} bytes; send smaller groups"
        )


def unauthorized() -> NotAccepted:
    """Return the refusal of a sender that has not authenticated; it does not say why."""
    return NotAccepted(401, "UNAUTHORIZED", "unauthorized")


def parse(body: bytes) -> object:
    """Read a request's body; raises NotAccepted if it is not JSON."""
    try:
        return texts.decoded(body)
    except UnicodeDecodeError as error:  # its message repeats the body
        raise NotAccepted(400, "NOT_JSON", "the body is not valid JSON: it is not text") from error
    except ValueError as error:
        raise NotAccepted(400, "NOT_JSON", f"the body is not valid JSON: {error}") from error


def publish(topic: Topic, bodies: list[str], posted: Posted, lost: str) -> None:
    """Publish messages with the attributes of the request; raises NotAccepted, with the message `lost`."""
    try:
        stamped = stamp(posted.source, posted.correlation_id, posted.received_at, posted.sender)
        topic.publish(bodies, stamped)
    except TopicUnavailable as error:
        raise NotAccepted(503, "TOPIC_UNAVAILABLE", lost, "TOPIC_UNAVAILABLE") from error
