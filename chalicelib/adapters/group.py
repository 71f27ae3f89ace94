"""A group of alerts, which Grafana and Alertmanager post in one form; `group_member` reads its alerts."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zlib import crc32

from chalicelib.adapters import fields, telling, texts
from chalicelib.adapters.source import Example, Payload, Source, an_object, instant, late
from chalicelib.errors import NotAccepted

OF_THE_GROUP = ("receiver", "version", "orgId", "externalURL", "groupKey")
"""What an alert needs from its group; `message` and `common...` repeat the alerts and take the most space."""

MOST_SHARED = 2000
MOST_CUT_OFF = 10**6
"""A larger number cannot be a count of alerts."""

NEVER = "0001-01-01T00:00:00Z"
"""Go's zero time, which is the end time of an alert that still fires."""

LEGACY = frozenset({"ruleId", "ruleName", "evalMatches"})

_IDENTIFYING = """
    alerts status startsAt endsAt fingerprint generatorURL labels annotations alertname rulename instance
    differing groupLabels
    team teams priority grafana_state_reason receiver orgId externalURL version groupKey
"""
IDENTIFYING = frozenset(_IDENTIFYING.casefold().split())


REPEATS = timedelta(hours=4)
"""The default `repeat_interval`.

prometheus.io/docs/alerting/latest/configuration/#route,
grafana.com/docs/grafana/latest/alerting/fundamentals/notifications/group-alert-notifications
"""


def source(
    name: str,
    shown_as: str,
    *,
    looks_like: Callable[[object], bool],
    known_by: str,
    template: Callable[[Example], Any],
) -> Source:
    """Make a source that posts groups, whose alerts the module `<name>_alert` reads."""
    return Source(
        name=name,
        shown_as=shown_as,
        to_route="give its rule the label `team`",
        parse=late(f"{name}_alert"),
        split=split,
        cut_off=cut_off,
        ended=ended,
        identifying=IDENTIFYING,
        looks_like=looks_like,
        known_by=known_by,
        template=template,
        mend=mend,
        repeats=REPEATS,
        rules=True,
    )


def split(body: object) -> list[Payload]:
    """Make one payload for each alert; raises NotAccepted if the alerts cannot be identified."""
    group = an_object(body)
    shared, alerts = _of_group(group), _alerts(group)
    return [
        shared | ({"differing": names} if names else {}) | {"alerts": [alert]}
        for alert, names in telling.apart(alerts)
    ]


def ended(payload: Mapping[str, Any]) -> bool:
    """Whether a group of one alert says that it has ended."""
    alerts = payload.get("alerts")
    alert = alerts[0] if isinstance(alerts, list) and alerts else None
    status = alert.get("status") if isinstance(alert, Mapping) else None
    return isinstance(status, str) and status.casefold() == "resolved"


def cut_off(body: object) -> int:
    """How many alerts the sender itself left out of its group, because of `max_alerts` or `maxAlerts`."""
    number = body.get("truncatedAlerts") if isinstance(body, dict) else None
    return number if isinstance(number, int) and 0 < number <= MOST_CUT_OFF else 0


def looks_like(content: object) -> bool:
    """Whether it is a group, or what Grafana's legacy alerting sends instead of one."""
    return isinstance(content, Mapping) and ("alerts" in content or bool(LEGACY & content.keys()))


def from_alertmanager(content: object) -> bool:
    """Whether a group is Alertmanager's own: Grafana's has an organisation, and another version."""
    return isinstance(content, Mapping) and content.get("version") == "4" and "orgId" not in content


def mend(payload: Payload, named: dict[str, str]) -> None:
    """Set it in the annotations, which take precedence over labels and do not identify an alert."""
    alerts = payload.get("alerts")
    for alert in alerts if isinstance(alerts, list) else []:
        if isinstance(alert, dict):
            annotations = fields.mapping(alert.get("annotations"))
            replaced = {*named, "teams"} if "team" in named else {*named}
            kept = {name: value for name, value in annotations.items() if name.lower() not in replaced}
            alert["annotations"] = kept | named


def template(of: Example, **more: Any) -> Payload:
    """Write a group of one alert, with `more` of what its source adds."""
    alert = {
        "status": of.either("firing", "resolved"),
        "labels": {"alertname": of.name, "team": of.team, "pool": "linux-x64"},
        "annotations": {
            "priority": of.priority.value,
            "summary": "118 jobs have waited for more than 10 minutes",
            "runbook_url": "https://example.org/runbooks/queue",
        },
        "startsAt": instant(of.began),
        "endsAt": instant(of.ended) if of.ended else NEVER,
        "fingerprint": f"{crc32(of.name.encode()):016x}",
        **more,
    }
    return {
        "receiver": "alerting",
        "status": alert["status"],
        "groupKey": f'{{}}:{{alertname="{of.name}"}}',
        "alerts": [alert],
    }


def _of_group(group: Payload) -> Payload:
    """Take only short values, since each alert repeats them."""
    kept = {name: group[name] for name in OF_THE_GROUP if isinstance(group.get(name), str | int)}
    short = {
        name: texts.cut(value, MOST_SHARED) if isinstance(value, str) else value
        for name, value in kept.items()
    }
    by = group.get("groupLabels")
    small = isinstance(by, dict) and by and texts.size(by) <= MOST_SHARED
    return short | ({"groupLabels": by} if small else {})


def _alerts(group: Payload) -> list[object]:
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
