"""What an Alertmanager answers to whoever lists its alerts, Grafana's own as well (`api/v2`)."""

from typing import Any, Protocol

from tests.simulation.providers.peer import Peer
from tests.simulation.providers.provider import instant


class Listed(Protocol):
    """A provider whose alerts can be listed."""

    source: str

    def lists(self) -> list["Lists"]:
        """Its peers, each to be asked by itself."""


class Lists:
    """One peer, asked over HTTP; it answers None where it is down."""

    def __init__(self, peer: Peer, source: str, ahead: float) -> None:
        self._peer, self._source, self._ahead = peer, source, ahead

    def answer(self, path: str) -> Any:
        """Answer a GET."""
        if not self._peer.up:
            return None
        return self._alerts() if "/alerts" in path else self._status()

    def _status(self) -> dict[str, Any]:
        return {"uptime": instant(self._peer.started_at + self._ahead), "cluster": {"status": "ready"}}

    def _alerts(self) -> list[dict[str, Any]]:
        found = [alert for alert in self._peer.alerts.values() if alert.ends > self._peer.now]
        return [
            {
                "fingerprint": alert.labels.fingerprint,
                "status": _state(self._peer.muted(alert.labels)),
                "annotations": {"__orgId__": "1"},
                "generatorURL": f"https://{self._source}.example.org/alerting/grafana/uid/view?orgId=1",
            }
            for alert in found
        ]


def _state(muted: str) -> dict[str, Any]:
    """A mute timing is of the route, not of the alert: it is listed as active."""
    known = {"silenced": "silencedBy", "inhibited": "inhibitedBy"}
    by: dict[str, list[str]] = {"silencedBy": [], "inhibitedBy": []}
    if muted in known:
        by[known[muted]] = ["id"]
    return {"state": "suppressed" if muted in known else "active", **by}
