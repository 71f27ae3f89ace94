"""Prometheus itself, or another client of Alertmanager's API: POST /api/v2/alerts, a list of alerts.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (`postableAlerts`). We derive what
Alertmanager derives when it receives an alert: its state, its start and its fingerprint. Then it is read like
an alert in one of Alertmanager's groups.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.adapters import fields, group
from chalicelib.adapters.source import Example, Payload, Request, instant, no_other_path
from chalicelib.errors import NotAccepted

PATH = ("api", "v2", "alerts")

REPEATS = timedelta(hours=1)
"""Prometheus sends a firing alert again every minute, or at its rule's interval if that is longer. Silence is
never judged by an interval shorter than an hour (`repeats.SHORTEST`)."""

_FNV_OFFSET, _FNV_PRIME, _SEPARATOR = 0xCBF29CE484222325, 0x100000001B3, b"\xff"


def fingerprint(labels: Mapping[str, str]) -> str:
    """Return the fingerprint that Alertmanager gives to these labels.

    https://github.com/prometheus/common/blob/main/model/signature.go (`labelSetToFingerprint`)
    """
    pairs = sorted((name.encode(), value.encode()) for name, value in labels.items())
    found = _FNV_OFFSET
    for byte in b"".join(text + _SEPARATOR for pair in pairs for text in pair):
        found = (found ^ byte) * _FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return f"{found:016x}"


def _complete(body: object, request: Request) -> object:
    no_other_path(request, PATH)
    if isinstance(body, Mapping) and "alerts" in body:  # complete, as in the dead-letter queue
        return body
    if not isinstance(body, list):
        raise NotAccepted(400, "NOT_A_LIST", "the body is not a list of alerts, as /api/v2/alerts takes it")
    return {"alerts": [_completed(alert, request.received_at) for alert in body]}


def _completed(alert: object, received_at: datetime) -> object:
    """Do what Alertmanager does with an alert that it receives (api/v2/api.go, `postAlertsHandler`)."""
    if not isinstance(alert, Mapping):
        return alert
    labels = {name: value for name, value in fields.strings(alert.get("labels")).items() if value}
    starts, ends = (_given(alert.get(name)) for name in ("startsAt", "endsAt"))
    return {
        **alert,
        "labels": labels,
        "startsAt": starts or instant(received_at),
        "endsAt": ends or group.NEVER,
        "status": _status(ends, received_at),
        "fingerprint": fingerprint(labels),
    }


def _given(time: object) -> str:
    """Read a time as it is written; empty for Go's zero time, which means no time."""
    return time if isinstance(time, str) and not time.startswith("0001-01-01") else ""


def _status(ends: str, received_at: datetime) -> str:
    """Say whether an alert has ended: a firing one ends in the future, in case its sender is gone by then.

    Prometheus adds four times the interval between two messages (rules/alerting.go, `sendAlerts`).
    """
    if not ends:
        return "firing"
    try:
        return "resolved" if datetime.fromisoformat(ends) <= received_at else "firing"
    except (ValueError, TypeError):  # TypeError: no offset from UTC
        return "endsAt cannot be read"


def _looks_like(content: object) -> bool:
    return isinstance(content, list) and bool(content) and all(map(_is_posted, content))


def _is_posted(alert: object) -> bool:
    """Whether an entry of a list has labels, and nothing that only the canonical schema has."""
    return isinstance(alert, Mapping) and "labels" in alert and not {"teams", "occurred_at"} & alert.keys()


def _template(of: Example) -> list[Payload]:
    alert: dict[str, Any] = {
        "labels": {"alertname": of.name, "team": of.team, "priority": of.priority.value, "pool": "linux-x64"},
        "annotations": {"summary": "118 jobs have waited for more than 10 minutes"},
        "startsAt": instant(of.began),
        "generatorURL": "https://prometheus.example.org/graph?g0.expr=queue",
    }
    return [alert | ({"endsAt": instant(of.ended)} if of.ended else {})]


SOURCE = replace(
    group.source(
        "prometheus",
        "Prometheus",
        looks_like=_looks_like,
        known_by="a list whose entries have `labels`",
        template=_template,
    ),
    complete=_complete,
    repeats=REPEATS,
    ids_per_sender=True,
)
