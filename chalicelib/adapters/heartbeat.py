"""Heartbeats: signs of life such as Prometheus's Watchdog, which always fires. Pure.

What matters is when they stop. So a heartbeat's alert is about the condition that no heartbeat arrives: each
heartbeat is a RESOLVED of that condition. If an emitter ends its heartbeat, that is a RESOLVED without
recovery; if a rule that always fires ends, that is silence.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.adapters import fields, registry, texts
from chalicelib.adapters.fields import Ownership, quoted
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.adapters.telling import GRACE, INTERVAL, KIND
from chalicelib.alert_values import MAX_TITLE, UNKNOWN_TEAM, Condition, Kind, Priority, interval
from chalicelib.errors import Rejected

if TYPE_CHECKING:
    from chalicelib.alert import AlertEvent

NAMES = frozenset({"watchdog", "deadmansswitch", "deadmanswitch", "prometheusalertmanagere2edeadmanswitch"})
"""Names of rules that always fire, in lower case.

`Watchdog`, formerly `DeadMansSwitch`, is kube-prometheus's (runbooks.prometheus-operator.dev); the longest is
from samber/awesome-prometheus-alerts.
"""

T = TypeVar("T")

_RULE = "a heartbeat that names none"
UNOWNED = Ownership((UNKNOWN_TEAM,), Priority.P1, team_rule=_RULE, priority_rule=_RULE)
"""The team of a heartbeat that names none, if the routing has no fallback: this alert watches the watcher."""


def is_one(name: str, said: str) -> bool:
    """Whether a rule of Prometheus or Grafana is a heartbeat, by its label or else by its name."""
    return said.casefold() == Kind.HEARTBEAT if said else name.casefold() in NAMES


def without_kind_of_rule(alert: Mapping[str, Any]) -> Mapping[str, Any]:
    """Remove the kind from Grafana's alerts about a rule's missing data, which have the rule's labels."""
    labels, annotations = (fields.mapping(alert.get(name)) for name in ("labels", "annotations"))
    if "rulename" not in labels:
        return alert
    return {**alert, "labels": _without_ours(labels), "annotations": _without_ours(annotations)}


def owned(rules: OwnerRules) -> OwnerRules:
    """Allow a heartbeat to have no owner."""
    return replace(rules, missing=rules.missing or UNOWNED)


def read(alert: "AlertEvent") -> "AlertEvent":
    """Read a heartbeat's alert as a heartbeat, and return any other unchanged; raises Rejected."""
    said_by = [fields.lowered(alert.annotations), fields.lowered(alert.labels)]
    name = (alert.name or alert.title) if registry.of_alert(alert.source).rules else ""
    if alert.kind is not Kind.HEARTBEAT and not is_one(name, fields.first(said_by, KIND)):
        return alert
    stated = {
        "interval": alert.interval or _length(fields.first(said_by, INTERVAL), INTERVAL),
        "grace": alert.grace or _length(fields.first(said_by, GRACE), GRACE),
        **{field: _without_ours(getattr(alert, field)) for field in ("labels", "annotations")},
    }
    beat = alert.model_copy(update=stated)
    if alert.state is Condition.FIRING:
        return _nothing_from(beat, Condition.RESOLVED)
    if alert.source in registry.PROVIDERS:
        why = f"{registry.shown_as(alert.source)} reports that this alert, which always fires, has ended."
        return _nothing_from(beat, Condition.FIRING, f"{why} {alert.reason or ''}".strip())
    return _nothing_from(
        beat, Condition.RESOLVED, alert.reason or "Its sender has ended it.", recovered=False
    )


def _nothing_from(
    alert: "AlertEvent", state: Condition, reason: str | None = None, *, recovered: bool = True
) -> "AlertEvent":
    return alert.model_copy(
        update={
            "kind": Kind.HEARTBEAT,
            "state": state,
            "title": texts.cut(f"No heartbeat from {alert.title}", MAX_TITLE),
            "name": texts.cut(f"No heartbeat from {alert.name or alert.title}", MAX_TITLE),
            "reason": reason,
            "recovered": recovered,
            "began_anew": False,
        }
    )


def _length(said: str, name: str) -> timedelta | None:
    try:
        return interval(said) if said else None
    except ValueError as error:
        raise Rejected(
            "INVALID_INTERVAL",
            f"`{name}` is {quoted(said)}; it {error}",
            f"Correct the label or annotation `{name}`.",
        ) from error


def _without_ours(pairs: Mapping[str, T]) -> dict[str, T]:
    return {name: value for name, value in pairs.items() if name.lower() not in (KIND, INTERVAL, GRACE)}
