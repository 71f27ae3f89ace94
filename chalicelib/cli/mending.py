"""Mending a message: puts the team or the priority that it lacks where its source has them. Pure."""

import json

from chalicelib.adapters import registry
from chalicelib.adapters.registry import SOURCES
from chalicelib.alert import Priority
from chalicelib.cli.trouble import Trouble


def mend(source: str, body: str, team: str | None, priority: Priority | None) -> str:
    """Write a message with another team or priority; the rest of it stays as it came."""
    if team is None and priority is None:
        return body
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise Trouble("A message that is no JSON object has no place for a team or a priority; drop it.")
    if isinstance(payload.get("Message"), str) and "TopicArn" in payload:  # in SNS's envelope
        return json.dumps(payload | {"Message": mend(source, payload["Message"], team, priority)})
    named = {"team": team, "priority": priority.value if priority else None}
    writer = SOURCES[source] if source in SOURCES else SOURCES[registry.OWN_EMITTERS]
    writer.mend(payload, {name: value for name, value in named.items() if value})
    return json.dumps(payload)
