"""People's own emitters, which send the canonical schema itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.adapters import canonical
from chalicelib.adapters.fields import Ownership, Parsed
from chalicelib.adapters.source import Payload, Source, an_object, instant

_IDENTIFYING = """
    schema_version source state title priority teams occurred_at identity account_id region alarm_id
    began_anew recovered
"""


def parse(payload: Mapping[str, Any], missing: Ownership | None) -> list[Parsed]:  # noqa: ARG001 - the schema asks for an owner
    """Check an alert against the schema; raises Rejected, which names every fault."""
    return [canonical.read(payload)]


def _split(body: object) -> list[Payload]:
    """Take one alert, or a list of them."""
    if not isinstance(body, list):
        return [an_object(body)]
    return [entry if isinstance(entry, dict) else {"not_an_alert": entry} for entry in body]


def _ended(payload: Mapping[str, Any]) -> bool:
    state = payload.get("state")
    return isinstance(state, str) and state.casefold() == "resolved"


def _looks_like(content: object) -> bool:
    own = {"schema_version", "occurred_at", "teams"}
    return isinstance(content, list) or (isinstance(content, Mapping) and bool(own & content.keys()))


def _mend(payload: Payload, named: dict[str, str]) -> None:
    if "team" in named:
        payload["teams"] = [named["team"]]
    if "priority" in named:
        payload["priority"] = named["priority"]


def _template(began: datetime, ended: datetime | None) -> Payload:
    return {
        "schema_version": 1,
        "source": "backup-script",
        "state": "RESOLVED" if ended else "FIRING",
        "title": "Nightly backup is late",
        "summary": "No backup has finished since 02:00",
        "priority": "P2",
        "teams": ["storage"],
        "occurred_at": instant(ended or began),
        "identity": {"alarm_id": "nightly-backup"},
        "links": {"runbook_url": "https://example.org/runbooks/backup"},
    }


SOURCE = Source(
    name="normalized",
    shown_as="the source",  # people know an emitter by the name that it gives itself
    to_route="let its sender name `teams`",
    parse=parse,
    split=_split,
    ended=_ended,
    identifying=frozenset(_IDENTIFYING.split()),
    looks_like=_looks_like,
    template=_template,
    mend=_mend,
)
