"""Mending a message: puts the team or the priority that it lacks where its source has them. Pure."""

import json
from typing import Any

from chalicelib.adapters import alarm_owner, texts
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
    _WRITERS.get(source, _normalized)(payload, {name: value for name, value in named.items() if value})
    return json.dumps(payload)


def _cloudwatch(payload: dict[str, Any], named: dict[str, str]) -> None:
    """Put it first in the description, in place of what is written there: two values would contradict."""
    configuration = payload.get("detail", {}).get("configuration") if "detail" in payload else None
    place, key = (payload, "AlarmDescription") if configuration is None else (configuration, "description")
    team, priority, rest = alarm_owner.take(texts.clean(str(place.get(key) or "")))
    written = {"team": team.value, "priority": priority.value} | named
    first = " | ".join(f"{name.upper()}={value}" for name, value in written.items() if value)
    place[key] = f"{first}\n{rest.replace(alarm_owner.TAKEN, '').strip(' |')}".strip()


def _group(payload: dict[str, Any], named: dict[str, str]) -> None:
    """Put it into the annotations, which count before labels and are no part of what identifies an alert."""
    for alert in payload.get("alerts") or []:
        annotations: dict[str, str] = alert.get("annotations") or {}
        replaced = {*named, "teams"} if "team" in named else {*named}
        kept = {name: value for name, value in annotations.items() if name.lower() not in replaced}
        alert["annotations"] = kept | named


def _normalized(payload: dict[str, Any], named: dict[str, str]) -> None:
    if "team" in named:
        payload["teams"] = [named["team"]]
    if "priority" in named:
        payload["priority"] = named["priority"]


_WRITERS = {"cloudwatch": _cloudwatch, "grafana": _group, "alertmanager": _group}
