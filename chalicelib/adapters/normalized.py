"""Your own emitters, which send the canonical schema itself."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.source import Example, Payload, Source, an_object, late

_IDENTIFYING = """
    schema_version source kind state title priority teams occurred_at identity account_id region alarm_id
    collapse_key expires_at began_anew recovered team aws_account org_id alarm_arn rule_id
"""


OWN = frozenset({"schema_version", "occurred_at", "teams"})
"""Fields that only alerts of this source have."""


def _split(body: object) -> list[Payload]:
    """Take one alert, or a list of them."""
    if not isinstance(body, list):
        return [an_object(body)]
    return [entry if isinstance(entry, dict) else {"not_an_alert": entry} for entry in body]


def _ended(payload: Mapping[str, Any]) -> bool:
    state = payload.get("state")
    return isinstance(state, str) and state.casefold() == "resolved"


def _looks_like(content: object) -> bool:
    if isinstance(content, list):
        return not any(isinstance(alert, Mapping) and _is_of_alertmanagers_api(alert) for alert in content)
    return isinstance(content, Mapping) and bool(OWN & content.keys())


def _is_of_alertmanagers_api(alert: Mapping[str, Any]) -> bool:
    """Whether an entry of a list is what Prometheus posts."""
    return "labels" in alert and not OWN & alert.keys()


def _mend(payload: Payload, named: dict[str, str]) -> None:
    if "team" in named:
        payload["teams"] = [named["team"]]
    if "priority" in named:
        payload["priority"] = named["priority"]


def _template(of: Example) -> Payload:
    return {
        "schema_version": 1,
        "source": "queue-watcher",
        "state": of.either("FIRING", "RESOLVED"),
        "title": of.name,
        "summary": "118 jobs have waited for more than 10 minutes",
        "priority": of.priority.value,
        "teams": [of.team],
        "occurred_at": of.at,
        "identity": {"alarm_id": of.name},
        "links": {"runbook_url": "https://example.org/runbooks/queue"},
    }


SOURCE = Source(
    name="normalized",
    shown_as="the source",  # people know an emitter by its own name
    to_route="let its sender name `teams`",
    parse=late("schema"),
    split=_split,
    ended=_ended,
    identifying=frozenset(_IDENTIFYING.split()),
    looks_like=_looks_like,
    known_by="`schema_version`, `occurred_at` or `teams`, or a list",
    template=_template,
    mend=_mend,
)
