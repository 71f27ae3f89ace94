"""Alertmanager's list of alerts: GET /api/v2/alerts.

github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter

from chalicelib.conditions.listed_alerts import Key, Listing, State
from chalicelib.lookups.http import Api

ALERTS = "/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true"
STATUS = "/api/v2/status"

SETTLED = timedelta(minutes=30)
"""It keeps alerts in memory, so after a start it only knows those that Prometheus has sent since."""


class ListedStatus(BaseModel):
    """Whether an alert is suppressed, and by what."""

    state: Literal["active", "suppressed", "unprocessed"]
    silenced_by: list[str] = Field(default_factory=list, alias="silencedBy")
    inhibited_by: list[str] = Field(default_factory=list, alias="inhibitedBy")


class Entry(BaseModel):
    """An alert in the list."""

    fingerprint: str
    status: ListedStatus

    @property
    def state(self) -> State:
        """Its state; a silence counts before an inhibition, since a person made it."""
        if self.status.silenced_by:
            return State.SILENCED
        return State.INHIBITED if self.status.inhibited_by else State.ACTIVE


class _Cluster(BaseModel):
    status: str


class _Server(BaseModel):
    uptime: AwareDatetime
    cluster: _Cluster


_ENTRIES, _SERVER = TypeAdapter(list[Entry]), TypeAdapter(_Server)


class Alertmanager:
    """One Alertmanager, not a load balancer in front of several; raises AlertsNotListed.

    `account` is that of its alerts' identity: the name of their sender, or None if they have none.
    """

    def __init__(self, api: Api, account: str | None = None) -> None:
        self._api, self._account = api, account

    def list_alerts(self, now: datetime) -> Listing:
        """List its alerts, then check that it has been up for long enough, also while it listed them."""
        entries = self._api.get(ALERTS, _ENTRIES)
        server = self._api.get(STATUS, _SERVER)
        settled = server.cluster.status != "settling" and now - server.uptime >= SETTLED
        alerts: dict[Key, State] = {(self._account, entry.fingerprint): entry.state for entry in entries}
        return Listing(alerts, whole=settled)
