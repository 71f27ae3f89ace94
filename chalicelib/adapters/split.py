"""What the webhook takes -> one message an alert; a bad one is found when it is parsed, and so goes alone."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters import texts
from chalicelib.errors import NotAccepted

SOURCES = ("grafana", "alertmanager", "normalized")

OF_THE_GROUP = ("receiver", "version", "orgId", "externalURL", "groupKey")
"""What an alert needs of its group; `message` and `common...` repeat the alerts and are most of it."""

MOST_SHARED = 2000
MOST_CUT_OFF = 10**6
"""A larger number is not one of alerts."""

LEGACY = frozenset({"ruleId", "ruleName", "evalMatches"})

_IDENTIFYING = """
    alerts status startsAt endsAt fingerprint generatorURL labels annotations alertname rulename instance
    team teams priority grafana_state_reason receiver orgId externalURL version groupKey
    schema_version source state title occurred_at identity account_id region alarm_id began_anew recovered
"""
IDENTIFYING = frozenset(_IDENTIFYING.casefold().split())
"""What must survive, however little room there is: which condition it is, its state and time, whose it is."""


def known(source: str) -> bool:
    """Whether there is a webhook of that name."""
    return source in SOURCES


def split(source: str, body: object) -> list[dict[str, object]]:
    """Make one payload of each alert; raises NotAccepted where there is no telling what the alerts are."""
    if source == "normalized":
        return _normalized(body)
    group = _object(body)
    shared = _of_group(group)
    return [shared | {"alerts": [alert]} for alert in _alerts(group)]


def over(payload: Mapping[str, Any]) -> bool:
    """Whether a payload of one alert says that it has ended."""
    alerts = payload.get("alerts")
    alert = alerts[0] if isinstance(alerts, list) and alerts else payload
    state = alert.get("status", alert.get("state")) if isinstance(alert, Mapping) else None
    return isinstance(state, str) and state.casefold() == "resolved"


def cut_off(body: object) -> int:
    """How many alerts the sender itself left out of its group, by its `max_alerts` or `maxAlerts`."""
    number = body.get("truncatedAlerts") if isinstance(body, dict) else None
    return number if isinstance(number, int) and 0 < number <= MOST_CUT_OFF else 0


def cut(payload: Mapping[str, Any], limit_bytes: int = 200_000) -> dict[str, Any]:
    """Shorten one alert to `limit_bytes` of JSON in ASCII; what identifies it goes last."""
    return texts.fit(payload, limit_bytes, IDENTIFYING)


def _normalized(body: object) -> list[dict[str, object]]:
    if not isinstance(body, list):
        return [_object(body)]
    return [entry if isinstance(entry, dict) else {"not_an_alert": entry} for entry in body]


def _object(body: object) -> dict[str, object]:
    if isinstance(body, dict):
        return body
    raise NotAccepted(400, "NOT_AN_OBJECT", "the body is JSON but no object")


def _of_group(group: dict[str, object]) -> dict[str, object]:
    """Take what is short: each alert carries it."""
    kept = {name: group[name] for name in OF_THE_GROUP if isinstance(group.get(name), str | int)}
    return {
        name: texts.cut(value, MOST_SHARED) if isinstance(value, str) else value
        for name, value in kept.items()
    }


def _alerts(group: dict[str, object]) -> list[object]:
    alerts = group.get("alerts")
    if isinstance(alerts, list):
        return alerts
    if "alerts" not in group and LEGACY & group.keys():
        raise NotAccepted(
            400,
            "LEGACY_ALERTING",
            "this is Grafana's legacy alerting (4 to 7); unified alerting is needed, in Grafana 9 or later",
        )
    raise NotAccepted(
        400,
        "NO_ALERTS",
        "the body has no list `alerts`; a webhook's default payload has, so use no custom payload",
    )
