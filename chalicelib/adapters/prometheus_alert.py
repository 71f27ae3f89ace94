"""An alert that Prometheus posts, completed as Alertmanager completes it -> an alert."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters import alertmanager_alert, fields
from chalicelib.adapters.fields import Parsed
from chalicelib.adapters.group_member import members
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert import Links


def parse(payload: Mapping[str, Any], rules: OwnerRules) -> list[Parsed]:
    """Read the alerts of a request; raises Rejected."""
    return [
        alertmanager_alert.alert(
            "prometheus", member, rules, Links(source_url=fields.url(member.alert.get("generatorURL")))
        )
        for member in members(payload)
    ]
