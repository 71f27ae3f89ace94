"""Opsgenie's Alert API, for its existing clients: they need only a new address.

docs.opsgenie.com/docs/alert-api. Opsgenie itself shuts down in April 2027.
"""

from collections.abc import Mapping

from chalicelib.adapters import fields
from chalicelib.adapters.source import (
    Example,
    Payload,
    Request,
    Source,
    an_object,
    instant,
    late,
    no_other_path,
)

ALERTS = ("v2", "alerts")
CREATE, CLOSE = "create", "close"

WITHOUT_EFFECT = frozenset(
    {
        *("acknowledge", "unacknowledge", "notes", "snooze", "escalate", "assign", "responders", "tags"),
        *("details", "priority", "message", "description"),
    }
)
"""Other actions of clients on an alert. They are accepted, so that the client continues: with
`update_alerts`, Alertmanager repeats the message and description that its next `create` has too."""

_IDENTIFYING = """
    alias action received_at message priority responders teams type name details tags team
"""


def _complete(body: object, request: Request) -> object:
    """Add what Opsgenie takes from the request: which alert, what happens to it, and when."""
    alert, path = an_object(body), request.path
    if "received_at" in alert:  # complete, as in the dead-letter queue
        return alert
    shared = {"received_at": instant(request.received_at)}
    if len(path) == len(ALERTS) + 2 and path[:-2] == ALERTS and path[-1] in {CLOSE, *WITHOUT_EFFECT}:
        return {**alert, "alias": path[-2], "action": path[-1], **shared}
    no_other_path(request, ALERTS)
    return {**alert, "action": CREATE, **shared}


def _split(body: object) -> list[Payload]:
    alert = an_object(body)
    return [] if fields.word(alert.get("action")) in WITHOUT_EFFECT else [alert]


def _looks_like(content: object) -> bool:
    keys = content.keys() if isinstance(content, Mapping) else frozenset()
    return "alias" in keys and ("message" in keys or "action" in keys)


def _mend(payload: Payload, named: dict[str, str]) -> None:
    if "team" in named:
        payload["responders"] = [{"name": named["team"], "type": "team"}]
    if "priority" in named:
        payload["priority"] = named["priority"]


def _template(of: Example) -> Payload:
    if of.ended:
        return {"alias": of.name, "action": CLOSE, "received_at": instant(of.ended)}
    return {
        "alias": of.name,
        "message": of.name,
        "description": "118 jobs have waited for more than 10 minutes",
        "priority": of.priority.value,
        "responders": [{"name": of.team, "type": "team"}],
        "details": {"pool": "linux-x64"},
        "action": CREATE,
        "received_at": instant(of.began),
    }


SOURCE = Source(
    name="opsgenie",
    shown_as="Opsgenie's clients",
    to_route="name a responder of the type `team`",
    label="Detail",
    parse=late("opsgenie_alert"),
    complete=_complete,
    split=_split,
    answer=lambda request_id: {"result": "Request will be processed", "took": 0.0, "requestId": request_id},
    ended=lambda payload: payload.get("action") == CLOSE,
    identifying=frozenset(_IDENTIFYING.split()),
    looks_like=_looks_like,
    known_by="`alias`, with `message` or `action`",
    template=_template,
    mend=_mend,
    authorization="geniekey",
    ids_per_sender=True,
)
