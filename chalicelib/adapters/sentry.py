"""Sentry, through an internal integration: its issue alerts and metric alerts, and the ends of its issues.

docs.sentry.io/integrations/integration-platform/webhooks
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zlib import crc32

from chalicelib.adapters import fields
from chalicelib.adapters.signing import Signing
from chalicelib.adapters.source import Example, Payload, Request, Source, alone, instant, late, no_other_path

ENDS = frozenset({"resolved", "archived", "ignored"})
"""For issues and metric alerts; `archived` was once `ignored`."""

_EVENT = """
    culprit datetime environment event_id issue_id level location message metadata platform release tags title
    url web_url
"""
"""What is kept of an event: the rest, such as requests, users and stack traces, is large, or personal."""

_IDENTIFYING = """
    action actor data event issue metric_alert alert_rule triggered_rule issue_alert settings tags id issue_id
    title name value level project projects slug url web_url permalink sent_at description_title
    description_text
"""

_SECONDS = re.compile(r"\d{1,10}", re.ASCII)


def _complete(body: object, request: Request) -> object:
    """Add when Sentry sent it, since no payload says when an issue was resolved; drop most of an event."""
    no_other_path(request)
    if not isinstance(body, Mapping) or "sent_at" in body:
        return body
    data = fields.mapping(body.get("data"))
    if isinstance(event := data.get("event"), Mapping):
        kept = {name: event[name] for name in _EVENT.split() if name in event}
        body = {**body, "data": {**data, "event": kept}}
    sent_at = _sent_at(request.headers.get("sentry-hook-timestamp")) or request.received_at
    return {**body, "sent_at": instant(sent_at)}


def _sent_at(written: str | None) -> datetime | None:
    seconds = written and _SECONDS.fullmatch(written)
    return datetime.fromtimestamp(int(seconds[0]), UTC) if seconds else None


def _ended(payload: Mapping[str, object]) -> bool:
    return payload.get("action") in ENDS if isinstance(payload.get("action"), str) else False


def _looks_like(content: object) -> bool:
    return isinstance(content, Mapping) and {"action", "data", "installation"} <= content.keys()


def _mend(payload: Payload, named: dict[str, str]) -> None:
    """Set it as a setting of the alert's action would."""
    data = fields.mapping(payload.get("data"))
    alert = fields.mapping(data.get("issue_alert"))
    settings = fields.mappings(alert.get("settings"))
    others = [each for each in settings if fields.line(each, "name") not in named]
    mended = [*others, *({"name": name, "value": value} for name, value in named.items())]
    payload["data"] = {**data, "issue_alert": {**alert, "settings": mended}}


def _template(of: Example) -> Payload:
    number = str(crc32(of.name.encode()))
    shared = {"title": of.name, "level": "error", "culprit": "app.queue in wait"}
    page = f"https://acme.sentry.io/issues/{number}/"
    settings = [{"name": "team", "value": of.team}, {"name": "priority", "value": of.priority.value}]
    event = {
        "issue_id": number,
        "tags": [["environment", "production"]],
        "url": f"https://sentry.io/api/0/projects/acme/runners/events/{number}/",
        "web_url": page,
        **shared,
    }
    issue = {"id": number, "project": {"slug": "runners"}, "web_url": page, **shared}
    fires = {"event": event, "triggered_rule": "Errors", "issue_alert": {"settings": settings}}
    return {
        "action": of.either("triggered", "resolved"),
        "data": {"issue": issue} if of.ended else fires,
        "installation": {"uuid": "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"},
        "actor": {"type": "application", "id": "sentry", "name": "Sentry"},
        "sent_at": of.at,
    }


SOURCE = Source(
    name="sentry",
    shown_as="Sentry",
    to_route="give its events the tag `team`",
    label="Tag",
    parse=late("sentry_alert"),
    complete=_complete,
    split=alone,
    ended=_ended,
    identifying=frozenset(_IDENTIFYING.split()),
    looks_like=_looks_like,
    known_by="`action`, `data` and `installation`",
    template=_template,
    mend=_mend,
    signing=Signing(header="sentry-hook-signature"),
    repeats=timedelta(0),  # repeats follow events, not a fixed interval
)
