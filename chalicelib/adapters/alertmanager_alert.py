"""Prometheus Alertmanager, version 4: a webhook's group -> alerts."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from chalicelib.adapters import bounds, fields, grouping, texts
from chalicelib.adapters.fields import Parsed
from chalicelib.adapters.group_member import Member, members
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert import AlertEvent, Identity, Links


def parse(payload: Mapping[str, Any], rules: OwnerRules) -> list[Parsed]:
    """Read the alerts of a group, each by its own status; raises Rejected."""
    return [_parse(payload, member, rules) for member in members(payload)]


def _parse(payload: Mapping[str, Any], member: Member, rules: OwnerRules) -> AlertEvent:
    query = fields.url(member.alert.get("generatorURL"))
    links = Links(
        source_url=_page(payload, "alerts?silenced=true&inhibited=true&filter=", member),
        silence_url=_page(payload, "silences/new?filter=", member),
    )
    found = alert("alertmanager", member, rules, links, {_asks(query): query} if query else {})
    return found.model_copy(update={"group": grouping.key(payload)})


def alert(
    source: str, member: Member, rules: OwnerRules, links: Links, more: Mapping[str, str] | None = None
) -> AlertEvent:
    """Make an alert as Prometheus has them; `links` lacks those that its annotations name.

    `more` comes before its annotations.
    """
    owner = member.owner(rules)
    runbook, dashboard = member.linked("runbook"), member.linked("dashboard")
    # The identity is the fingerprint alone, since peers of a cluster have different external addresses. A
    # newer `startsAt` may not be a new period, since replicas of Prometheus see one begin seconds apart.
    return AlertEvent(
        source=source,
        state=member.condition,
        title=member.titled(member.name, owner.names),
        name=member.name,
        description=member.description,
        summary=member.summary,
        priority=owner.priority,
        occurred_at=member.occurred_at,
        teams=owner.teams,
        identity=Identity(alarm_id=member.fingerprint),
        links=links.model_copy(update={"runbook_url": runbook, "dashboard_url": dashboard}),
        labels=member.shown_labels,
        annotations=bounds.annotations(dict(more or {}) | member.other_annotations(runbook, dashboard)),
        measurement=member.measurement,
        raw_provider=fields.raw(member.alert),
    )


def _asks(query: str) -> str:
    """Name the link's target: Prometheus and Thanos link to the query, other senders to their own page."""
    return "Query in Prometheus" if "/graph?" in query or "/query?" in query else "Source of the alert"


def _page(payload: Mapping[str, Any], page: str, member: Member) -> str | None:
    """Return the address of a page of Alertmanager for exactly these labels.

    Its list leaves out silenced and inhibited alerts, unless it is asked for them
    (github.com/prometheus/alertmanager, ui/app/src/Views/AlertList/Parsing.elm).
    """
    if not (address := fields.url(payload.get("externalURL"))):
        return None
    matchers = [f"{name}={texts.as_json(value)}" for name, value in sorted(member.labels.items())]
    return fields.url(f"{address.rstrip('/')}/#/{page}{quote('{' + ','.join(matchers) + '}', safe='')}")
