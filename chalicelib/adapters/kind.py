"""The kind of an alert, from the label `alerting_kind`, for sources that have no field for it."""

from chalicelib.adapters import fields
from chalicelib.adapters.fields import quoted
from chalicelib.adapters.telling import KIND
from chalicelib.alert import AlertEvent
from chalicelib.alert_values import Condition, Kind
from chalicelib.errors import Rejected


def labelled(alert: AlertEvent) -> AlertEvent:
    """Take the kind from the labels or annotations; raises Rejected, except for an end."""
    said = fields.first([fields.lowered(alert.annotations), fields.lowered(alert.labels)], KIND)
    if not said:
        return alert
    kinds = {kind.value: kind for kind in Kind}
    kind = kinds.get(said.casefold())
    if kind is None and alert.state is Condition.FIRING:
        raise Rejected(
            "INVALID_KIND",
            f"the label `{KIND}` is {quoted(said)}, which is not a kind of alert",
            f"Set it to one of {', '.join(kinds)}, or remove it: an alert is a {Kind.CONDITION} by default.",
        )
    rest = {
        field: {name: value for name, value in getattr(alert, field).items() if name.lower() != KIND}
        for field in ("labels", "annotations")
    }
    return alert.model_copy(update={"kind": kind or alert.kind, **rest})
