"""What the kinds of Sentry's webhooks contain.

docs.sentry.io/integrations/integration-platform/webhooks
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.adapters import fields
from chalicelib.adapters.fields import Ignored, Parsed, quoted
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.adapters.sentry import ENDS
from chalicelib.adapters.sentry_report import Report
from chalicelib.alert_values import MAX_DESCRIPTION, MAX_REASON, MAX_TITLE, Condition
from chalicelib.errors import Rejected

METRIC_ALERT = {
    "critical": Condition.FIRING,
    "warning": Condition.FIRING,
    "resolved": Condition.RESOLVED,
}

PERSONAL = re.compile(r"user|email|url|ip_address", re.IGNORECASE)
"""Tags that may say who ran into an error: they stay in Sentry."""

_PROJECT = re.compile(r"/projects/[^/]+/([^/]+)/")
_FIX = "Let only the webhook of a Sentry integration post here."


def parse(payload: Mapping[str, Any], rules: OwnerRules) -> list[Parsed]:
    """Read an alert, or the end of an issue; raises Rejected.

    A new issue is not an alert by itself: Sentry's alert rules decide which issues are.
    """
    data, action = fields.mapping(payload.get("data")), fields.word(payload.get("action"))
    if isinstance(event := data.get("event"), Mapping) and action == "triggered":
        return [_of_event(data, event).alert(payload, rules)]
    if isinstance(alert := data.get("metric_alert"), Mapping):
        return [_of_metric(data, alert, action).alert(payload, rules)]
    if isinstance(issue := data.get("issue"), Mapping) and action in ENDS:
        return [_of_issue(payload, issue, action).alert(payload, rules)]
    if data and action:
        return [Ignored("NOT_AN_ALERT", fields.title(f"{next(iter(data))} {action}", MAX_TITLE))]
    raise Rejected("UNKNOWN_FORMAT", "the payload has no `action` and `data`", _FIX)


def _of_event(data: Mapping[str, Any], event: Mapping[str, Any]) -> Report:
    """Read an issue alert: from a rule about the issue of an event; only the end of that issue ends it."""
    rule, address = fields.line(data, "triggered_rule"), fields.line(event, "url")
    project = _PROJECT.search(address)
    own = {name: fields.line(event, name) for name in ("level", "culprit", "environment", "release")}
    known = {name: value for name, value in own.items() if value}
    return Report(
        condition=Condition.FIRING,
        kept="issue",
        id=fields.word(event.get("issue_id")),
        name=fields.title(event.get("title"), MAX_TITLE),
        labels={"project": project[1] if project else "", **_tags(event.get("tags")), **known},
        said=(_settings(fields.mapping(data.get("issue_alert"))),),
        description=fields.text(event.get("message"), MAX_DESCRIPTION),
        reason=fields.text(f"alert rule: {rule}", MAX_REASON) if rule else None,
        page=fields.url(event.get("web_url")),
    )


def _of_issue(payload: Mapping[str, Any], issue: Mapping[str, Any], action: str) -> Report:
    """Read the end of an issue: by a person, by a release, or after a time without events."""
    who = fields.line(fields.mapping(payload.get("actor")), "name")
    return Report(
        condition=Condition.RESOLVED,
        kept="issue",
        id=fields.word(issue.get("id")),
        name=fields.title(issue.get("title"), MAX_TITLE),
        labels={
            "project": fields.line(fields.mapping(issue.get("project")), "slug"),
            "level": fields.line(issue, "level"),
            "culprit": fields.line(issue, "culprit"),
        },
        reason=fields.text(f"{action} by {who}" if who else action, MAX_REASON),
        page=fields.url(issue.get("web_url")) or fields.url(issue.get("permalink")),
        recovered=action == "resolved",
    )


def _of_metric(data: Mapping[str, Any], alert: Mapping[str, Any], action: str) -> Report:
    """Read a metric alert, identified by its rule: an incident is one episode of it."""
    if action not in METRIC_ALERT:
        raise Rejected("UNKNOWN_STATUS", f"the metric alert's action is not known: {quoted(action)}", _FIX)
    rule, projects = fields.mapping(alert.get("alert_rule")), alert.get("projects")
    named = [each for each in projects if isinstance(each, str)] if isinstance(projects, list) else []
    return Report(
        condition=METRIC_ALERT[action],
        kept="metric alert",
        id=fields.word(rule.get("id")),
        name=fields.title(rule.get("name"), MAX_TITLE),
        labels={
            "project": ", ".join(named),
            "level": "" if action == "resolved" else action,
            **{name: fields.line(rule, name) for name in ("aggregate", "query", "environment")},
        },
        said=(_settings(fields.mapping(data.get("issue_alert"))), *_of_actions(rule)),
        reason=fields.text(data.get("description_text"), MAX_REASON),
        page=fields.url(data.get("web_url")),
    )


def _of_actions(rule: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for trigger in fields.mappings(rule.get("triggers")):
        yield from map(_settings, fields.mappings(trigger.get("actions")))


def _settings(action: Mapping[str, Any]) -> dict[str, str]:
    """Read what people filled in for the action, in a form that the integration may define."""
    pairs = [(each.get("name"), each.get("value")) for each in fields.mappings(action.get("settings"))]
    return fields.lowered(fields.strings({name: value for name, value in pairs if isinstance(name, str)}))


def _tags(value: object) -> dict[str, str]:
    """Read pairs of a name and a value; those that may say who ran into an error are left out."""
    pairs = value if isinstance(value, list) else []
    two = [pair for pair in pairs if isinstance(pair, list) and len(pair) == 2]
    tags = fields.strings({name: said for name, said in two if isinstance(name, str)})
    return {name: said for name, said in tags.items() if not PERSONAL.search(name)}
