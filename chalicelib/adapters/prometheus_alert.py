"""An alert as Prometheus posts it, completed as Alertmanager does -> an alert."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters import fields
from chalicelib.adapters.fields import Parsed
from chalicelib.adapters.group_member import Member, members
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert import AlertEvent, Identity, Links


def parse(payload: Mapping[str, Any], rules: OwnerRules) -> list[Parsed]:
    """Read the alerts of a request; raises Rejected."""
    return [_parse(member, rules) for member in members(payload)]


def _parse(member: Member, rules: OwnerRules) -> AlertEvent:
    owner = member.owner(rules)
    links = Links(
        runbook_url=member.linked("runbook"),
        dashboard_url=member.linked("dashboard"),
        source_url=fields.url(member.alert.get("generatorURL")),
    )
    # The labels alone identify it, as replicas of Prometheus see it begin seconds apart.
    return AlertEvent(
        source="prometheus",
        state=member.condition,
        title=member.titled(member.name, owner.names),
        name=member.name,
        description=member.description,
        summary=member.summary,
        priority=owner.priority,
        occurred_at=member.occurred_at,
        teams=owner.teams,
        identity=Identity(alarm_id=member.fingerprint),
        links=links,
        labels=member.shown_labels,
        annotations=fields.annotations(member.other_annotations(links.runbook_url, links.dashboard_url)),
        measurement=member.measurement,
        raw_provider=fields.raw(member.alert),
    )
