"""Grafana's own list of alerts, from its built-in Alertmanager, for the organisation of the token.

grafana.com/docs/grafana/latest/developer-resources/api-reference/http-api/alerting (`alert.instances:read`)
"""

from datetime import datetime

from pydantic import Field, TypeAdapter

from chalicelib.adapters.grafana_alert import account
from chalicelib.conditions.listed_alerts import Key, Listing, State
from chalicelib.lookups.alertmanager import Entry
from chalicelib.lookups.http import Api

ALERTS = "/api/alertmanager/grafana/api/v2/alerts?active=true&silenced=true&inhibited=true"
ORGANISATION = "__orgId__"
"""The annotation that names the organisation; the rule's address in this list does not."""


class _Entry(Entry):
    annotations: dict[str, str] = Field(default_factory=dict)
    address: str = Field("", alias="generatorURL")


_ENTRIES = TypeAdapter(list[_Entry])


class Grafana:
    """One organisation of a Grafana; raises AlertsNotListed.

    Grafana does not report how long it has been up, so its lists must lack an alert for longer.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def list_alerts(self, now: datetime) -> Listing:  # noqa: ARG002 - it does not report its age
        """List its alerts."""
        entries = self._api.get(ALERTS, _ENTRIES)
        return Listing(dict(map(_listed, entries)), whole=True)


def _listed(entry: _Entry) -> tuple[Key, State]:
    return (account(entry.address, entry.annotations.get(ORGANISATION)), entry.fingerprint), entry.state
