"""Look-ups, wired: which providers list their alerts, and with which credentials."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

import httpx

from chalicelib.adapters.registry import shown_as
from chalicelib.conditions.on_call import OnCallUnknown
from chalicelib.conditions.on_call_file import Asked
from chalicelib.github.transport import BoundedTransport
from chalicelib.lookups.alertmanager import Alertmanager
from chalicelib.lookups.calendars import LARGEST, Calendar
from chalicelib.lookups.grafana import Grafana
from chalicelib.lookups.http import Api
from chalicelib.lookups.pagerduty import PagerDuty, token
from chalicelib.reconcile.alert_lists import AlertLists, Provider
from chalicelib.reconcile.on_call import Source
from chalicelib.setting_values import url as https
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import Stage
from chalicelib.wiring.table import census, store

Held = Callable[[], Mapping[str, Any]]
"""Reads the values of a secret."""

SECONDS = 5.0
"""How long a provider may take to answer; it is soon asked again."""


def listings(stage: Stage) -> AlertLists:
    """Wire the check of what providers list, for those whose addresses are set."""
    return AlertLists(
        census=census(stage),
        rows=store(stage),
        providers=tuple(providers(stage)),
        stale_after=stage.settings.stale_after,
        now=CLOCK.now,
        telemetry=stage.telemetry,
        every=stage.settings.listings_interval,
    )


def providers(stage: Stage) -> Iterator[Provider]:
    """Wire the providers of a stage; their credentials are read from its secret when they are needed."""
    held = stage.secret(stage.app_secret).read
    urls = stage.settings.alertmanager_urls
    for sender in dict.fromkeys(sender for sender, _ in urls):
        peers = tuple(
            Alertmanager(_api(url, held, "alertmanager_api_token"), sender or None)
            for whose, url in urls
            if whose == sender
        )
        name = shown_as("alertmanager") + (f" ({sender})" if sender else "")
        yield Provider("alertmanager", name, peers, apart=timedelta(minutes=10), sender=sender)
    if url := stage.settings.grafana_url:
        # Grafana does not say how long it has been up, and its rules may be evaluated very rarely.
        peer = Grafana(_api(url, held, "grafana_api_token"))
        yield Provider("grafana", shown_as("grafana"), (peer,), apart=timedelta(hours=1))


def shifts(stage: Stage, asked: Asked) -> Source:
    """Wire where a team's shifts are read from: schedules of PagerDuty, or a calendar."""
    held = stage.secret(stage.app_secret).read
    if asked.schedules:

        def key() -> str:
            return str(held().get("pagerduty_api_token", ""))

        http = _http(stage.settings.pagerduty_api_url)
        return PagerDuty(Api(http, key, SECONDS, OnCallUnknown, token), asked.schedules, asked.people)
    api = Api(_http(), str, SECONDS, OnCallUnknown)

    def fetch() -> bytes:
        address = _address(asked, held)
        return api.read(str(address), address.host, LARGEST)

    return Calendar(fetch, asked.people, asked.zone)


def _address(asked: Asked, held: Held) -> httpx.URL:
    """Give a calendar's address, which may be a secret; raises OnCallUnknown."""
    try:
        return httpx.URL(asked.calendar or https(str(held().get(asked.calendar_secret, ""))))
    except (ValueError, httpx.InvalidURL):
        where = f"{asked.calendar_secret} in the secret of the App" if asked.calendar_secret else "calendar"
        raise OnCallUnknown(f"{where} must be an https address") from None


def _api(url: str, held: Held, name: str) -> Api:
    return Api(_http(url), lambda: str(held().get(name, "")), SECONDS)


@cache
def _http(url: str = "") -> httpx.Client:
    """Return a client of one address, without a proxy, which would see the credential."""
    transport = BoundedTransport(time.monotonic, time.time)
    return httpx.Client(base_url=url, transport=transport, trust_env=False)
