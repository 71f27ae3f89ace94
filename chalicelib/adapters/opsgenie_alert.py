"""An alert that an Opsgenie client creates or closes -> an alert."""

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.adapters import bounds, fields, telling, titles
from chalicelib.adapters.fields import Parsed, quoted
from chalicelib.adapters.opsgenie import CLOSE, CREATE
from chalicelib.adapters.owner import OwnershipSource, owner
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert import AlertEvent, Identity, Links
from chalicelib.alert_values import MAX_DESCRIPTION, MAX_REASON, MAX_TITLE, Condition
from chalicelib.errors import Rejected

ACTIONS = {CREATE: Condition.FIRING, CLOSE: Condition.RESOLVED}
OWNER = frozenset({"team", "teams", "priority"})

_COUNT = re.compile(r"\[(?:FIRING|RESOLVED)(?::\d{1,9})?(?:, ?RESOLVED(?::\d{1,9})?)?\]\s*")
"""What Alertmanager and Grafana put before a group's name: it changes with each of the group's alerts."""

_FIX = "Have a client of Opsgenie's Alert API v2 post to this webhook's address with /v2/alerts added."


def parse(payload: Mapping[str, Any], rules: OwnerRules) -> list[Parsed]:
    """Read what happens to an alert; raises Rejected."""
    condition, name = _condition(payload.get("action")), _name(payload)
    details, tags = fields.strings(payload.get("details")), _tags(payload.get("tags"))
    place = OwnershipSource("the alert", name, 'responders: [{"type": "team", ...}]', "priority: P2")
    own = {
        "priority": fields.lower_end(fields.word(payload.get("priority"))),
        "teams": _teams(payload.get("responders")) or _teams(payload.get("teams")),
    }
    named = owner([own, fields.lowered(details), fields.lowered(tags)], condition, rules, place)
    shown = {each: value for each, value in details.items() if each.lower() not in OWNER}
    apart = {each: value for each, value in shown.items() if each.lower() not in named.names}
    pieces = telling.pieces(name, apart)
    alias, source = fields.identifier(_text(payload, "alias")).strip(), _text(payload, "source")
    rest = {"entity": _text(payload, "entity"), "source": source, **tags}
    labels = shown | {each: value for each, value in rest.items() if each.lower() not in OWNER}
    return [
        AlertEvent(
            source="opsgenie",
            state=condition,
            title=titles.written(name, [*pieces, *telling.by_id(alias, [name, *pieces])]),
            name=name,
            description=fields.text(payload.get("description"), MAX_DESCRIPTION),
            reason=fields.text(payload.get("note"), MAX_REASON),
            priority=named.priority,
            occurred_at=fields.time(payload.get("received_at"), "received_at"),
            teams=named.teams,
            identity=Identity(alarm_id=alias or None),
            links=Links(
                runbook_url=fields.url(fields.first([fields.lowered(details)], "runbook_url", "runbook")),
                source_url=fields.url(source),
            ),
            labels=bounds.labels(labels),
            raw_provider=fields.raw(payload),
        )
    ]


def _condition(action: object) -> Condition:
    if isinstance(action, str) and action in ACTIONS:
        return ACTIONS[action]
    raise Rejected("UNKNOWN_STATUS", f"the action is neither create nor close: {quoted(action)}", _FIX)


def _name(payload: Mapping[str, Any]) -> str:
    """Return the message; a client that closes an alert sends only its alias."""
    message = _COUNT.sub("", fields.title(payload.get("message"), MAX_TITLE), count=1)
    if message or payload.get("action") == CLOSE:
        return message or fields.title(payload.get("alias"), MAX_TITLE) or "An alert without a name"
    raise Rejected("NO_MESSAGE", "the alert has no `message`, which Opsgenie requires", _FIX)


def _teams(recipients: object) -> str:
    """Read the teams among the recipients; the others are people and schedules."""
    found = [each for each in fields.mappings(recipients) if each.get("type", "team") == "team"]
    return ",".join(name for each in found if (name := _text(each, "name")))


def _tags(value: object) -> dict[str, str]:
    """Read tags of the form `team:storage`; the others stay together."""
    listed = value if isinstance(value, list) else []
    tags = [fields.title(each, MAX_TITLE) for each in listed if isinstance(each, str)]
    pairs = {name: said for name, _, said in (tag.partition(":") for tag in tags) if name and said}
    plain = ", ".join(tag for tag in tags if tag and ":" not in tag)
    return {**pairs, "tags": plain} if plain else pairs


def _text(payload: Mapping[str, Any], name: str) -> str:
    return fields.line(payload, name)
