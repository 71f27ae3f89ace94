"""The webhook edge: check the size, authenticate, parse, split into one message an alert, publish.

Grafana does not retry, so nothing slow or fragile stands on this path: no GitHub, no table, no validation
of the alerts themselves, which the collector does where a bad one can be kept for a person.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib import edge
from chalicelib.adapters import split
from chalicelib.authentication import Credentials, authentic, presents_any
from chalicelib.edge import MOST_BYTES, Answer, Posted, Secret, Topic
from chalicelib.errors import NotAccepted
from chalicelib.refusals import Refusals
from chalicelib.telemetry import Telemetry

MOST_MESSAGE_BYTES = 200_000
LOST = "the alerts could not all be queued; send them again"


@dataclass(frozen=True, slots=True)
class Ingest:
    """Takes alerts from the webhook to the topic."""

    topic: Topic
    secret: Secret
    now: Callable[[], datetime]
    telemetry: Telemetry
    refusals: Refusals

    def __call__(self, posted: Posted) -> Answer:
        """Answer a request: 202 with the count once the topic has every alert, else what was wrong."""
        try:
            accepted = self._accept(posted)
        except NotAccepted as refusal:
            source = posted.source if split.known(posted.source) else "unknown"
            return self.refusals.answer(posted, source, refusal)
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
        if not presents_any(posted.source, posted.headers):  # which costs no look at the secret
            raise edge.unauthorized()
        edge.authenticate(self.secret, partial(self._proves, posted))
        alerts = split.split(posted.source, edge.parse(posted.body))
        bodies = [json.dumps(split.cut(alert, MOST_MESSAGE_BYTES), separators=(",", ":")) for alert in alerts]
        edge.publish(self.topic, bodies, posted, LOST)
        return len(bodies)

    def _proves(self, posted: Posted, secret: Mapping[str, Any]) -> bool:
        credentials = Credentials.of(posted.source, secret)
        return authentic(posted.source, posted.headers, posted.body, credentials, self.now().timestamp())
