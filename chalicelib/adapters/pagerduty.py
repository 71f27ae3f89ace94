"""PagerDuty, through a webhook subscription of version 3."""

from collections.abc import Mapping
from datetime import timedelta
from zlib import crc32

from chalicelib.adapters import fields
from chalicelib.adapters.signing import Signing
from chalicelib.adapters.source import Example, Payload, Source, alone, late

_IDENTIFYING = """
    event event_type occurred_at data type id status title number service teams priority urgency summary
    resolve_reason
"""


def _ended(payload: Mapping[str, object]) -> bool:
    return fields.mapping(fields.mapping(payload.get("event")).get("data")).get("status") == "resolved"


def _looks_like(content: object) -> bool:
    return isinstance(content, Mapping) and "event_type" in fields.mapping(content.get("event"))


def _mend(payload: Payload, named: dict[str, str]) -> None:
    incident = fields.mapping(payload.get("event")).get("data")
    if not isinstance(incident, dict):
        return  # without an incident, more is missing than an owner
    if "team" in named:
        incident["teams"] = [{"summary": named["team"]}]
    if "priority" in named:
        incident["priority"] = {"summary": named["priority"]}


def _template(of: Example) -> Payload:
    id_, status = f"P{crc32(of.name.encode()):X}", of.either("triggered", "resolved")
    incident = {
        "id": id_,
        "type": "incident",
        "html_url": f"https://acme.pagerduty.com/incidents/{id_}",
        "number": 2,
        "status": status,
        "title": of.name,
        "service": {"summary": "Runners", "type": "service_reference"},
        "escalation_policy": {"summary": "Default", "type": "escalation_policy_reference"},
        "teams": [{"summary": of.team, "type": "team_reference"}],
        "priority": {"summary": of.priority.value, "type": "priority_reference"},
        "urgency": "high",
    }
    return {"event": {"event_type": f"incident.{status}", "occurred_at": of.at, "data": incident}}


SOURCE = Source(
    name="pagerduty",
    shown_as="PagerDuty",
    to_route="give the escalation policy of its service a team",
    parse=late("pagerduty_incident"),
    split=alone,
    ended=_ended,
    identifying=frozenset(_IDENTIFYING.split()),
    looks_like=_looks_like,
    known_by="`event.event_type`",
    template=_template,
    mend=_mend,
    signing=Signing(header="x-pagerduty-signature", prefix="v1="),
    repeats=timedelta(0),  # one event for each change of an incident, no repeats
)
