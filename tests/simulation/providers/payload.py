"""What Grafana and Alertmanager post: a group of alerts, each with its own status."""

from typing import Any

from tests.simulation.providers.alerts import Alert
from tests.simulation.providers.provider import HOSTILE, instant, team, title

NEVER = "0001-01-01T00:00:00Z"
SPECIAL = {"no data": "DatasourceNoData", "error": "DatasourceError"}


def group(source: str, alerts: list[Alert], ahead: float, *, together: bool) -> dict[str, Any]:
    """Write a group; an alert without an end fires. `ahead` is by how much the sender's clock is ahead.

    Alerts that are not grouped `together` are grouped by their name.
    """
    name, value = ("cluster", "ci") if together else ("alertname", title(alerts[0].labels.condition))
    members = [_member(alert, ahead) for alert in alerts]
    status = "firing" if any(member["status"] == "firing" for member in members) else "resolved"
    known: dict[str, Any] = {"receiver": "alerting", "status": status, "alerts": members}
    known |= {"groupKey": f'{{}}:{{{name}="{value}"}}', "groupLabels": {name: value}}
    version = "4" if source == "alertmanager" else "1"
    return known | {"version": version, "externalURL": f"https://{source}.example.org/", "orgId": 1}


def _member(alert: Alert, ahead: float) -> dict[str, Any]:
    """One alert; its priority is an annotation, as a label would make it another alert."""
    condition, special = alert.labels.condition, alert.labels.special
    named = {"alertname": title(condition), "team": team(condition)}
    if special:
        named |= {"alertname": SPECIAL[special], "rulename": title(condition)}
    return {
        "status": "resolved" if alert.ends else "firing",
        "labels": named | ({"edition": str(alert.labels.edition)} if alert.labels.edition else {}),
        "annotations": {
            "summary": HOSTILE,
            "priority": alert.priority,
            "grafana_state_reason": alert.reason,
        },
        "startsAt": instant(alert.starts + ahead),
        "endsAt": instant(alert.ends + ahead) if alert.ends else NEVER,
        "generatorURL": f"https://grafana.example.org/alerting/grafana/uid{condition}/view?orgId=1",
        "fingerprint": alert.labels.fingerprint,
    }
