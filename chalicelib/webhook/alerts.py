"""Alerts: check the size, authenticate, parse, split into one message an alert, publish.

Grafana does not retry, so nothing slow or fragile stands on this path: no GitHub, no table, no validation
of the alerts themselves, which the collector does where a bad one can be kept for a person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.adapters import registry
from chalicelib.adapters.source import Source
from chalicelib.errors import NotAccepted
from chalicelib.telemetry.telemetry import Telemetry
from chalicelib.webhook import http, publishing
from chalicelib.webhook.authentication import Credentials, authentic, presents_any
from chalicelib.webhook.http import MOST_BYTES, HttpAnswer, Posted, SecretReader, Topic
from chalicelib.webhook.refusals import Refusals


@dataclass(frozen=True, slots=True)
class AlertWebhook:
    """Takes alerts from the webhook to the topic."""

    topic: Topic
    secret: SecretReader
    now: Callable[[], datetime]
    telemetry: Telemetry
    refusals: Refusals

    def accept(self, posted: Posted) -> HttpAnswer:
        """Answer a request: 202 with the count once the topic has every alert, else what was wrong."""
        try:
            accepted = self._accept(posted)
        except NotAccepted as refusal:
            known = posted.source if registry.webhook(posted.source) else "unknown"
            return self.refusals.answer(posted, known, refusal)
        self.telemetry.event(
            "WEBHOOK_ACCEPTED", source=posted.source, alerts=accepted, correlation_id=posted.correlation_id
        )
        return HttpAnswer(202, {"accepted": accepted})

    def _accept(self, posted: Posted) -> int:
        began, source = self.now(), registry.webhook(posted.source)
        if not source:
            raise NotAccepted(
                404, "UNKNOWN_SOURCE", f"unknown source; the sources are: {', '.join(registry.webhooks())}"
            )
        if len(posted.body) > MOST_BYTES:
            raise NotAccepted(
                413, "TOO_LARGE", f"the request is larger than {MOST_BYTES} bytes; send smaller groups"
            )
        if not presents_any(posted.source, posted.headers):  # which costs no look at the secret
            raise http.unauthorized()
        http.authenticate(self.secret, partial(self._proves, posted))
        alerts, cut_off = self._read(posted, source)
        taken = publishing.publish(
            self.topic, alerts, posted, source, lambda: self.now() - began > publishing.TIME
        )
        self.telemetry.count("AlertsReceived", taken, source=posted.source)
        left = len(alerts) - taken
        if left or cut_off:
            self._missing(posted, left=left, cut_off=cut_off)
        if left:
            raise NotAccepted(
                503, "TOO_MANY_ALERTS", f"{left} of {len(alerts)} alerts could not be queued; send them again"
            )
        return taken

    def _read(self, posted: Posted, source: Source) -> tuple[list[dict[str, object]], int]:
        """Read what a trusted sender posted: one payload an alert, and how many alerts it left out itself."""
        try:
            body = http.parse(posted.body)
            return source.split(body), source.cut_off(body)
        except NotAccepted:
            self.telemetry.count("AlertsNotTaken")
            raise

    def _missing(self, posted: Posted, *, left: int, cut_off: int) -> None:
        """Log and count alerts of a group that the topic has not."""
        self.telemetry.event(
            "ALERTS_NOT_TAKEN",
            source=posted.source,
            left=left,
            cut_off=cut_off,
            correlation_id=posted.correlation_id,
        )
        self.telemetry.count("AlertsNotTaken", left + cut_off)

    def _proves(self, posted: Posted, secret: Mapping[str, Any]) -> bool:
        credentials = Credentials.of(posted.source, secret)
        return authentic(
            posted.source, posted.headers, posted.body, credentials, posted.received_at.timestamp()
        )
