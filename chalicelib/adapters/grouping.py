"""What Alertmanager and Grafana group alerts by: the key of a group in their webhook's payload. Pure."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters import fields
from chalicelib.alert_values import MAX_GROUP

HASH = 80
"""What the hash of an overlong key takes, and more, in characters."""


def key(payload: Mapping[str, Any]) -> str | None:
    """Read the key of a group, which names its route and labels; None if it has no labels to group by.

    A group without labels holds all alerts of its route, whatever they are about
    (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
    """
    named, labels = payload.get("groupKey"), fields.mapping(payload.get("groupLabels"))
    return fields.identifier(named, MAX_GROUP - HASH) if isinstance(named, str) and named and labels else None
