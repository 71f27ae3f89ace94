"""Grafana unified alerting, 9 to 13: a webhook's group -> alerts."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from chalicelib.adapters import bounds, fields, grafana_values, grouping
from chalicelib.adapters.fields import Ignored, Parsed
from chalicelib.adapters.grafana_reason import recovered, why
from chalicelib.adapters.group_member import Member, members
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert import AlertEvent, Identity, Links
from chalicelib.alert_values import MAX_TITLE

# Grafana names these alerts after the problem, and the rule in `rulename`.
OF_THE_DATASOURCE = {"DatasourceNoData": "no data", "DatasourceError": "datasource error"}

MAX_HOST = 180
HOUR = timedelta(hours=1)

_RANGE = re.compile(r"[?&](?:from|to)=[^&]")
"""The time range of a dashboard's address."""

TEST_GROUP = re.compile(r"[^{][^\n]{0,200}?-[0-9a-f]{16}-[0-9]{1,20}")
"""The group key of a test, `<integration>-<fingerprint>-<unix time>`; a real one begins with a brace."""


def parse(payload: Mapping[str, Any], rules: OwnerRules) -> list[Parsed]:
    """Read the alerts of a group, each by its own status; raises Rejected."""
    return [_parse(payload, member, rules) for member in members(payload)]


def _parse(payload: Mapping[str, Any], member: Member, rules: OwnerRules) -> Parsed:
    if _is_test(payload, member):
        return Ignored("TEST_NOTIFICATION", member.titled(member.name))
    owner = member.owner(rules)
    name, series = _name(member), _of_series(member)
    links = _links(member)
    shown = (
        links.runbook_url,
        links.dashboard_url,
        member.annotations.get("error") if member.firing else None,
    )
    return AlertEvent(
        source="grafana",
        state=member.condition,
        title=member.titled(name, owner.names, series),
        name=name,
        description=member.description,
        summary=member.summary,
        reason=why(member),
        priority=owner.priority,
        occurred_at=member.occurred_at,
        teams=owner.teams,
        identity=Identity(
            account_id=account(payload.get("externalURL"), payload.get("orgId"), member.alert.get("orgId")),
            alarm_id=member.fingerprint,
        ),
        links=links,
        labels=bounds.labels(member.shown_labels | series),
        annotations=bounds.annotations(member.other_annotations(*shown)),
        measurement=member.measurement,
        group=grouping.key(payload),
        began_anew=member.firing,
        recovered=recovered(member),
        raw_provider=fields.raw(member.alert),
    )


def _is_test(payload: Mapping[str, Any], member: Member) -> bool:
    # People may change the test's labels, and may name a rule TestAlert; but a rule has an address.
    if member.labels.get("alertname") != "TestAlert":
        return False
    group_key = payload.get("groupKey")
    if isinstance(group_key, str) and TEST_GROUP.fullmatch(group_key):
        return True
    return member.labels.get("instance") == "Grafana" and not fields.url(member.alert.get("generatorURL"))


def _name(member: Member) -> str:
    what = OF_THE_DATASOURCE.get(fields.line(member.labels, "alertname"))
    rule = fields.title(member.labels.get("rulename"), MAX_TITLE - 20)
    return f"{rule} ({what})" if what and rule else member.name


def account(address: object, *organisations: object) -> str | None:
    """Return the Grafana, by host and port since its address may contain a password, and the organisation."""
    organisation = next(filter(None, map(fields.word, organisations)), "")
    return "/".join(filter(None, [_host(address), organisation])) or None


def _host(external_url: object) -> str:
    try:
        parts = urlsplit(external_url if isinstance(external_url, str) else "")
        host = f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:  # no address at all
        return ""
    return fields.title(host, MAX_HOST)


def _of_series(member: Member) -> dict[str, str]:
    """The labels of the series that the alert itself lacks."""
    return {name: value for name, value in grafana_values.series(member).items() if name not in member.labels}


def _at_its_time(address: object, member: Member) -> str | None:
    """Open a dashboard at the time of the alert, as Grafana 11 and later do by themselves.

    An hour before and after it began, or ended; in milliseconds
    (github.com/grafana/alerting, templates/template_data.go).
    """
    url = fields.url(address)
    place, hash_sign, fragment = (url or "").partition("#")
    if not place or _RANGE.search(place):
        return url
    mark = "&" if "?" in place else "?"
    span = f"from={_milliseconds(member.occurred_at - HOUR)}&to={_milliseconds(member.occurred_at + HOUR)}"
    return fields.url(f"{place}{mark}{span}{hash_sign}{fragment}")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _links(member: Member) -> Links:
    alert = member.alert
    return Links(
        runbook_url=member.linked("runbook"),
        dashboard_url=_at_its_time(alert.get("panelURL"), member)
        or _at_its_time(alert.get("dashboardURL"), member)
        or member.linked("dashboard"),
        source_url=fields.url(alert.get("generatorURL")),
        silence_url=fields.url(alert.get("silenceURL")),
        image_url=fields.url(alert.get("imageURL")),
    )
