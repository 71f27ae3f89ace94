"""Alerts: check the size, authenticate, parse, split into one message for each alert, publish.

Grafana does not retry, so nothing slow or fragile is on this path: no GitHub, no table, no validation of the
alerts themselves. The collector validates them, since it can keep an invalid alert for a person.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.adapters import registry
from chalicelib.adapters.source import Source
from chalicelib.errors import NotAccepted
from chalicelib.telemetry.telemetry import Telemetry
from chalicelib.webhook import http, publishing, senders
from chalicelib.webhook.authentication import Credentials, authentic, presents_any
from chalicelib.webhook.http import HttpAnswer, Posted, SecretReader, Topic
from chalicelib.webhook.rates import Rates
from chalicelib.webhook.refusals import Refusals
from chalicelib.webhook.senders import Trusted


@dataclass(frozen=True, slots=True)
class AlertWebhook:
    """Publishes alerts from the webhook to the topic."""

    topic: Topic
    secret: SecretReader
    now: Callable[[], datetime]
    telemetry: Telemetry
    refusals: Refusals
    rates: Rates = field(default_factory=Rates)

    def accept(self, posted: Posted) -> HttpAnswer:
        """Answer a request: 202 with the count once the topic has every alert, otherwise what was wrong."""
        source = registry.webhook(posted.source)
        if source is None:
            known = ", ".join(registry.webhooks())
            refusal = NotAccepted(404, "UNKNOWN_SOURCE", f"unknown source; the sources are: {known}")
            return self.refusals.answer(posted, "unknown", refusal)
        try:
            trusted = self._trusted(posted, source)
            posted = trusted.named(posted)
            self.limit(trusted, posted)
            taken = self.publish(posted, source, self._parsed(posted))
            return HttpAnswer(202, {"accepted": taken, **source.answer(posted.request_id)})
        except NotAccepted as refusal:
            return self.refusals.answer(posted, source.name, refusal)

    def _trusted(self, posted: Posted, source: Source) -> Trusted:
        http.within_limits(posted)
        if not presents_any(source, posted.headers):  # before the secret is read
            raise http.unauthorized()
        return http.authenticate(self.secret, partial(_proves, source, posted))

    def publish(self, posted: Posted, source: Source, body: object) -> int:
        """Publish what a trusted sender posted, and return how many alerts that was; raises NotAccepted."""
        began = self.now()
        alerts, cut_off = self._split(source, posted, body)
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
        self.telemetry.event("WEBHOOK_ACCEPTED", alerts=taken, **posted.keys)
        return taken

    def _parsed(self, posted: Posted) -> object:
        with self.counted():
            return http.parse(posted.body)

    def _split(self, source: Source, posted: Posted, body: object) -> tuple[list[dict[str, object]], int]:
        """Make one payload for each alert, and count the alerts that the sender itself left out."""
        with self.counted():
            return source.payloads(body, posted.request), source.cut_off(body)

    def limit(self, trusted: Trusted, posted: Posted) -> None:
        """Refuse a sender that posts more than its entry allows; raises NotAccepted."""
        with self.counted():
            self.rates.take(trusted.entry, posted.received_at)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count posts of a trusted sender that are not accepted."""
        try:
            yield
        except NotAccepted:
            self.telemetry.count("AlertsNotTaken")
            raise

    def _missing(self, posted: Posted, *, left: int, cut_off: int) -> None:
        """Log and count a group's alerts that did not reach the topic."""
        self.telemetry.event("ALERTS_NOT_TAKEN", left=left, cut_off=cut_off, **posted.keys)
        self.telemetry.count("AlertsNotTaken", left + cut_off)


def _proves(source: Source, posted: Posted, secret: Mapping[str, Any]) -> Trusted | None:
    def nameless() -> bool:
        credentials = Credentials.of(source.name, secret)
        return authentic(source, posted.headers, posted.body, credentials, posted.received_at.timestamp())

    return senders.trusted(posted, (source.name,), nameless, secret)
