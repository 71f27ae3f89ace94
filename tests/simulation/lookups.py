"""The look-ups of Alertmanager and Grafana, on models of them that answer in this process."""

import json
from datetime import timedelta
from typing import TypeVar

from pydantic import TypeAdapter

from chalicelib.errors import AlertsNotListed
from chalicelib.lookups.alertmanager import Alertmanager
from chalicelib.lookups.grafana import Grafana
from chalicelib.lookups.http import Api
from chalicelib.reconcile.alert_lists import Provider
from tests.simulation.outside import Outside
from tests.simulation.providers.listing import Lists

T = TypeVar("T")

APART = {"alertmanager": timedelta(minutes=10), "grafana": timedelta(hours=1)}


class _Api(Api):
    """Asks a model; one that is down does not answer."""

    def __init__(self, lists: Lists, outside: Outside) -> None:
        self._lists, self._outside = lists, outside

    def get(self, path: str, kind: TypeAdapter[T]) -> T:
        def effect() -> bytes:
            answer = self._lists.answer(path)
            if answer is None:
                raise AlertsNotListed("it is down")
            return json.dumps(answer).encode()

        return kind.validate_json(self._outside("lookups.list", effect))


def listing(source: str, sender: str, peers: list[Lists], outside: Outside) -> Provider:
    """Wire a provider as `chalicelib/wiring/lookups.py` does."""
    apis = [_Api(peer, outside) for peer in peers]
    if source == "grafana":
        return Provider(source, "Grafana", tuple(map(Grafana, apis)), APART[source])
    listed = tuple(Alertmanager(api, sender or None) for api in apis)
    name = f"Alertmanager ({sender})" if sender else "Alertmanager"
    return Provider(source, name, listed, APART[source], sender)
