"""The hooks edge: what GitHub's App webhook posts -> a hint on the topic.

GitHub waits ten seconds for the answer and never sends again by itself, so nothing slow stands here; what is
lost all the same, reconcile finds by looking.
"""

import json
from dataclasses import dataclass
from typing import Any

from chalicelib.authentication import signed_by_github
from chalicelib.errors import ConfigurationError, NotAccepted, TopicUnavailable
from chalicelib.feedback import Hint, hint
from chalicelib.ingest import Answer, Posted, Topic, WebhookSecret, parse
from chalicelib.telemetry import Telemetry

MOST_BYTES = 5 * 1024 * 1024
"""GitHub sends up to 25 MB, Lambda takes 6; an event of an issue is far smaller."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Takes events of GitHub to the topic."""

    topic: Topic
    secret: WebhookSecret
    telemetry: Telemetry

    def __call__(self, posted: Posted) -> Answer:
        """Answer a delivery: 202 whether it is heeded or not, else what was wrong."""
        delivery = posted.headers.get("x-github-delivery", "")[:64]
        try:
            reason = self._accept(posted, delivery)
        except NotAccepted as refusal:
            self.telemetry.event(
                "WEBHOOK_REFUSED",
                source="github",
                status=refusal.status,
                reason=refusal.reason,
                correlation_id=posted.request_id,
            )
            self.telemetry.count("WebhookRefused", reason=refusal.reason)
            return Answer(refusal.status, {"error": str(refusal)})
        self.telemetry.event(
            "GITHUB_EVENT", reason=reason, delivery=delivery, correlation_id=posted.request_id
        )
        return Answer(202, {"accepted": int(reason == "HINT")})

    def _accept(self, posted: Posted, delivery: str) -> str:
        if len(posted.body) > MOST_BYTES:
            raise NotAccepted(413, "TOO_LARGE", f"the request is larger than {MOST_BYTES} bytes")
        self._authenticate(posted)
        payload: Any = parse(posted.body)
        if not isinstance(payload, dict):
            raise NotAccepted(400, "NOT_AN_OBJECT", "the body is JSON but no object")
        found = hint(posted.headers.get("x-github-event", ""), delivery, payload)
        if isinstance(found, Hint):
            self._publish(found, posted.request_id)
        return "HINT" if isinstance(found, Hint) else found

    def _authenticate(self, posted: Posted) -> None:
        """A signature that does not match may be by a new secret, which is then read anew, once."""
        try:
            if not self._proves(posted, fresh=False) and not self._proves(posted, fresh=True):
                raise NotAccepted(401, "UNAUTHORIZED", "unauthorized")
        except ConfigurationError as error:
            self.telemetry.problem("WEBHOOK_NOT_CONFIGURED", error)
            raise NotAccepted(
                503, "NOT_CONFIGURED", "the webhook is not configured; its log says what is missing"
            ) from error

    def _proves(self, posted: Posted, *, fresh: bool) -> bool:
        secret = self.secret.read(fresh=fresh).get("github_webhook_secret")
        if not isinstance(secret, str) or not secret:
            raise ConfigurationError("app secret", ["github_webhook_secret must be a text"])
        return signed_by_github(posted.headers, posted.body, secret)

    def _publish(self, found: Hint, request_id: str) -> None:
        try:
            self.topic.publish(
                [json.dumps(found.message())], {"source": "github", "correlation_id": request_id}
            )
        except TopicUnavailable as error:
            self.telemetry.problem("TOPIC_UNAVAILABLE", error)
            raise NotAccepted(503, "TOPIC_UNAVAILABLE", "the event could not be queued") from error
