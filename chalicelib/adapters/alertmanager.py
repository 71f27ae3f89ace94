"""Prometheus Alertmanager, version 4: a webhook's group -> alerts."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from chalicelib.adapters import canonical, fields, group
from chalicelib.adapters.fields import Ownership, Parsed
from chalicelib.adapters.group_member import Member, members
from chalicelib.adapters.source import Payload, Source

if TYPE_CHECKING:
    from chalicelib.alert import AlertEvent


def parse(payload: Mapping[str, Any], missing: Ownership | None) -> list[Parsed]:
    """Read the alerts of a group, each by its own status; raises Rejected."""
    return [_parse(payload, member, missing) for member in members(payload)]


def _parse(payload: Mapping[str, Any], member: Member, missing: Ownership | None) -> "AlertEvent":
    owner = member.owner(missing)
    # The identity is the fingerprint alone, as peers of a cluster differ in their external address. A newer
    # `startsAt` is no new period for certain, as replicas of Prometheus see one begin seconds apart.
    return canonical.AlertEvent(
        source=SOURCE.name,
        state=member.condition,
        title=member.title,
        description=member.description,
        summary=member.summary,
        priority=owner.priority,
        occurred_at=member.occurred_at,
        teams=owner.teams,
        identity=canonical.Identity(alarm_id=member.fingerprint),
        links=canonical.Links(
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


def _looks_like(content: object) -> bool:
    return group.looks_like(content) and group.from_alertmanager(content)


def _template(began: datetime, ended: datetime | None) -> Payload:
    rule = "https://prometheus.example.org/graph?g0.expr=queue"
    return {
        "version": "4",
        "groupKey": '{}:{alertname="RunnerQueueTooLong"}',
        "status": "resolved" if ended else "firing",
        "receiver": "alerting",
        "externalURL": "https://alertmanager.example.org",
        "alerts": [group.template(began, ended, generatorURL=rule)],
    }


SOURCE = Source(
    name="alertmanager",
    shown_as="Alertmanager",
    to_route="give its rule the label `team`",
    parse=parse,
    split=group.split,
    cut_off=group.cut_off,
    ended=group.ended,
    identifying=group.IDENTIFYING,
    looks_like=_looks_like,
    template=_template,
    mend=group.mend,
    repeats=timedelta(hours=4),  # prometheus.io/docs/alerting/latest/configuration/#route
)
