"""The address of the earlier pipeline: senders keep their path, their header and their body.

There, the keys of the webhook secret are header names, each with the token that a sender puts in that header,
and the body itself says what it is: a group of Grafana's, or an alert in the canonical schema
(github.com/pytorch/alerting-infra, lambdas/external-alerts-webhook).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from chalicelib.adapters import registry
from chalicelib.adapters.source import Source
from chalicelib.errors import NotAccepted
from chalicelib.webhook import http, senders
from chalicelib.webhook.alerts import AlertWebhook
from chalicelib.webhook.authentication import names_token
from chalicelib.webhook.http import HttpAnswer, Posted
from chalicelib.webhook.senders import Trusted

NAME = "external"
SOURCES = ("grafana", registry.OWN_EMITTERS)
"""What was posted there, in the order in which a body is compared with them."""


@dataclass(frozen=True, slots=True)
class ExternalAlerts:
    """Accepts what the senders of the earlier pipeline post, as the webhook of its source would."""

    alerts: AlertWebhook

    def accept(self, posted: Posted) -> HttpAnswer:
        """Answer a request: 200, as the earlier pipeline did, once the topic has every alert."""
        try:
            http.within_limits(posted)
            trusted = http.authenticate(self.alerts.secret, partial(_proves, posted))
            posted = trusted.named(posted)
            self.alerts.limit(trusted, posted)
            with self.alerts.counted():
                body = http.parse(posted.body)
                source = _source(body)
                _check(trusted, source)
            accepted = self.alerts.publish(replace(posted, source=source.name), source, body)
        except NotAccepted as refusal:
            return self.alerts.refusals.answer(posted, NAME, refusal)
        return HttpAnswer(200, {"accepted": accepted})


def _proves(posted: Posted, secret: Mapping[str, Any]) -> Trusted | None:
    return senders.trusted(posted, SOURCES, partial(_named, posted.headers, secret), secret)


def _named(headers: Mapping[str, str], secret: Mapping[str, Any]) -> bool:
    """Whether a header contains the token that the secret has under the header's name."""
    named = [(name, value) for name, value in secret.items() if is_header(name.lower())]
    # Every pair is compared, so that the time does not reveal which one matched.
    matches = [names_token(headers.get(name.lower(), ""), name, value) for name, value in named]
    return any(matches)


def is_header(name: str) -> bool:
    """Whether a key of the secret names a header, and not a source whose name begins like one."""
    return name.startswith("x-") and not name.endswith(("_webhook_token", "_hmac_secret"))


def _source(body: object) -> Source:
    for name in SOURCES:
        if registry.SOURCES[name].looks_like(body):
            return registry.SOURCES[name]
    raise NotAccepted(
        400, "UNKNOWN_FORMAT", "the body is neither a group of Grafana's alerts nor in the canonical schema"
    )


def _check(trusted: Trusted, source: Source) -> None:
    """Raise NotAccepted if a sender posts what belongs to another source."""
    entry = trusted.entry
    if entry and entry.source != source.name:
        name, may = entry.sender.name, registry.SOURCES[entry.source].shown_as
        raise NotAccepted(
            403, "OTHER_SOURCE", f"{name} may post alerts of {may}, but this body is from {source.shown_as}"
        )
