"""Prometheus Alertmanager, version 4: a webhook's group -> alerts."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from chalicelib.adapters import fields
from chalicelib.adapters.fields import Ownership, Parsed
from chalicelib.adapters.group_member import Member, members
from chalicelib.alert import AlertEvent, Identity, Links


def parse(payload: Mapping[str, Any], missing: Ownership | None) -> list[Parsed]:
    """Read the alerts of a group, each by its own status; raises Rejected."""
    return [_parse(payload, member, missing) for member in members(payload)]


def _parse(payload: Mapping[str, Any], member: Member, missing: Ownership | None) -> AlertEvent:
    owner = member.owner(missing)
    # The identity is the fingerprint alone, as peers of a cluster differ in their external address. A newer
    # `startsAt` is no new period for certain, as replicas of Prometheus see one begin seconds apart.
    return AlertEvent(
        source="alertmanager",
        state=member.condition,
        title=member.title,
        description=member.description,
        summary=member.summary,
        priority=owner.priority,
        occurred_at=member.occurred_at,
        teams=owner.teams,
        identity=Identity(alarm_id=member.fingerprint),
        links=Links(
            runbook_url=fields.url(member.said("runbook_url")),
            source_url=fields.url(member.alert.get("generatorURL")),
            silence_url=_silence(payload, member),
        ),
        labels=member.shown_labels,
        raw_provider=fields.raw(member.alert),
    )


def _silence(payload: Mapping[str, Any], member: Member) -> str | None:
    """Open Alertmanager's form for a silence of exactly these labels."""
    if not (address := fields.url(payload.get("externalURL"))):
        return None
    matchers = [
        f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in sorted(member.labels.items())
    ]
    return fields.url(
        f"{address.rstrip('/')}/#/silences/new?filter={quote('{' + ','.join(matchers) + '}', safe='')}"
    )
