"""A PagerDuty incident, from an event of a version 3 webhook -> an alert.

developer.pagerduty.com/docs/webhooks-overview
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters import bounds, fields, telling, titles
from chalicelib.adapters.fields import Ignored, Parsed, quoted
from chalicelib.adapters.owner import OwnershipSource, owner
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert import AlertEvent, Identity, Links
from chalicelib.alert_values import MAX_REASON, MAX_TITLE, Condition
from chalicelib.errors import Rejected

CONDITIONS = {
    "triggered": Condition.FIRING,
    "acknowledged": Condition.FIRING,
    "resolved": Condition.RESOLVED,
}
"""By the incident's status, which is in each of its events: PagerDuty adds types of events over time."""

TEST = "pagey.ping"
"""What `Send Test Event` sends, which the documentation does not show."""

MERGED = "merge_resolve_reason"
"""An incident that was merged into another is reported as resolved, though the problem continues there."""

PRIORITIES = frozenset(f"P{number}" for number in range(6))
"""PagerDuty's default names, down to P5; an account may have others."""

URGENCIES = {"high": "P1", "low": "P3"}
"""For an incident whose priority is not set, or has a custom name: PagerDuty calls people by urgency."""

IN_TITLE = ("service", "incident")
"""Labels for the title: a repeated incident is a new incident with the same title."""

NAMELESS = "An incident without a title"

_FIX = "Use a version 3 webhook subscription for incident events; versions 1 and 2 are not read."


def parse(payload: Mapping[str, Any], rules: OwnerRules) -> list[Parsed]:
    """Read the incident of an event; raises Rejected."""
    event = fields.mapping(payload.get("event"))
    incident, kind = fields.mapping(event.get("data")), fields.word(event.get("event_type"))
    if not kind:
        raise Rejected("UNKNOWN_FORMAT", "the payload has no `event.event_type`", _FIX)
    if kind == TEST:
        return [Ignored("TEST_NOTIFICATION", fields.title(incident.get("message"), MAX_TITLE))]
    if incident.get("type") != "incident":  # a note, a responder, a service
        return [Ignored("NOT_AN_INCIDENT", kind)]
    return [_alert(payload, event, incident, rules)]


def _alert(
    payload: Mapping[str, Any],
    event: Mapping[str, Any],
    incident: Mapping[str, Any],
    rules: OwnerRules,
) -> AlertEvent:
    condition, labels = _condition(incident.get("status")), _labels(incident)
    name = fields.title(incident.get("title"), MAX_TITLE) or NAMELESS
    place = OwnershipSource(
        "the escalation policy", labels["escalation policy"], "a team of PagerDuty's", "a priority such as P2"
    )
    named = owner([_said(incident, rules)], condition, rules, place)
    merged_into = _merged_into(incident)
    return AlertEvent(
        source="pagerduty",
        state=condition,
        title=titles.written(name, telling.pieces(name, {each: labels[each] for each in IN_TITLE})),
        name=name,
        reason=f"merged into the incident {merged_into}" if merged_into else _change(event),
        priority=named.priority,
        occurred_at=fields.time(event.get("occurred_at"), "occurred_at"),
        teams=named.teams,
        identity=Identity(alarm_id=_id(incident)),
        links=Links(source_url=fields.url(incident.get("html_url"))),
        labels=bounds.labels(labels),
        recovered=condition is Condition.FIRING or not merged_into,
        raw_provider=fields.raw(payload),
    )


def _id(incident: Mapping[str, Any]) -> str:
    """Read the incident's id: its `incident_key` may also belong to another service's incident."""
    if found := fields.word(incident.get("id")):
        return found
    raise Rejected("NO_IDENTITY", "the incident has no `id`", _FIX)


def _condition(status: object) -> Condition:
    condition = CONDITIONS.get(status) if isinstance(status, str) else None
    if condition:
        return condition
    raise Rejected("UNKNOWN_STATUS", f"the incident's status is not one we know: {quoted(status)}", _FIX)


def _labels(incident: Mapping[str, Any]) -> dict[str, str]:
    return {
        "service": _summary(incident.get("service")),
        "incident": fields.word(incident.get("number")),
        "urgency": fields.word(incident.get("urgency")),
        "escalation policy": _summary(incident.get("escalation_policy")),
        "assigned to": _summaries(incident.get("assignees")),
    }


def _said(incident: Mapping[str, Any], rules: OwnerRules) -> dict[str, str]:
    """Return what names an owner; the urgency counts if neither we nor the rules know the priority."""
    urgency, named = fields.word(incident.get("urgency")), _summary(incident.get("priority"))
    ours = fields.lower_end(named) if named.upper() in PRIORITIES else ""
    known = named if rules.severity(named, "") else ours
    usual = "" if "urgency" in rules.priority_labels else URGENCIES.get(urgency, "")
    return {"teams": _summaries(incident.get("teams")), "priority": known or usual, "urgency": urgency}


def _merged_into(incident: Mapping[str, Any]) -> str:
    reason = fields.mapping(incident.get("resolve_reason"))
    return (_summary(reason.get("incident")) or "another") if reason.get("type") == MERGED else ""


def _change(event: Mapping[str, Any]) -> str:
    """Say what happened and who did it: `acknowledged by Earline Greenholt`."""
    change = fields.word(event.get("event_type")).removeprefix("incident.")
    agent = _summary(event.get("agent"))
    words = change.replace("_", " ").replace(".", " ")
    return fields.title(f"{words} by {agent}" if agent else words, MAX_REASON)


def _summary(reference: object) -> str:
    """Read the name that people see for a referenced object."""
    return fields.title(fields.mapping(reference).get("summary"), MAX_TITLE)


def _summaries(references: object) -> str:
    return ", ".join(filter(None, map(_summary, fields.mappings(references))))
