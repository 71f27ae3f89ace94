"""GitHub events: what GitHub's App webhook posts -> a hint on the topic.

GitHub waits ten seconds for the answer and never retries by itself, so nothing slow belongs here; reconcile
finds what is still lost (docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from chalicelib.errors import NotAccepted
from chalicelib.telemetry.telemetry import Telemetry
from chalicelib.webhook import http
from chalicelib.webhook.authentication import presents_signature, signed_by_github, text_of
from chalicelib.webhook.hints import Hint, hint
from chalicelib.webhook.hook_secret import NAME
from chalicelib.webhook.http import MOST_BYTES, HttpAnswer, Posted, SecretReader, Topic
from chalicelib.webhook.refusals import Refusals

LOST = "the event could not be queued"


@dataclass(frozen=True, slots=True)
class GitHubWebhook:
    """Publishes GitHub's events to the topic."""

    topic: Topic
    secret: SecretReader
    telemetry: Telemetry
    refusals: Refusals

    def accept(self, posted: Posted) -> HttpAnswer:
        """Answer a delivery: 202 whether or not it matters to us, otherwise what was wrong."""
        delivery = posted.headers.get("x-github-delivery", "")[:64]
        try:
            reason = self._accept(posted, delivery)
        except NotAccepted as refusal:
            return self.refusals.answer(posted, "github", refusal)
        self.telemetry.event(
            "GITHUB_EVENT", reason=reason, delivery=delivery, correlation_id=posted.correlation_id
        )
        return HttpAnswer(202, {"accepted": int(reason == "HINT")})

    def _accept(self, posted: Posted, delivery: str) -> str:
        if len(posted.body) > MOST_BYTES:
            raise NotAccepted(413, "TOO_LARGE", f"the request is larger than {MOST_BYTES} bytes")
        if not presents_signature(posted.headers):  # before the secret is read and the body hashed
            raise http.unauthorized()
        http.authenticate(self.secret, partial(_proves, posted))
        payload: Any = http.parse(posted.body)
        if not isinstance(payload, dict):
            raise NotAccepted(400, "NOT_AN_OBJECT", "the body is JSON but not an object")
        found = hint(posted.headers.get("x-github-event", ""), delivery, payload)
        if isinstance(found, Hint):
            http.publish(self.topic, [json.dumps(found.message())], posted, LOST)
        return "HINT" if isinstance(found, Hint) else found


def _proves(posted: Posted, secret: Mapping[str, Any]) -> bool:
    return signed_by_github(posted.headers, posted.body, text_of(NAME, secret.get(NAME)))
