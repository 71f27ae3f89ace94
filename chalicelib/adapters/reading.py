"""Reading a message: with the rules of its source, and with those for all sources."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters import canary, heartbeat, kind, own
from chalicelib.adapters.fields import Ignored, Parsed, quoted
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.adapters.registry import OWN_EMITTERS, PROVIDERS, SOURCES
from chalicelib.adapters.sender import Sender
from chalicelib.errors import Rejected


def parse(
    name: str, payload: Mapping[str, Any], rules: OwnerRules, sender: Sender | None = None
) -> list[Parsed]:
    """Read the alerts of a message; `rules` find their owners. Raises Rejected."""
    if name == canary.SOURCE:
        return canary.parse(payload)
    if name not in SOURCES:
        raise Rejected(
            "UNKNOWN_SOURCE",
            f"the message names an unknown source: {quoted(name)}",
            f"Set the attribute `source` to one of {', '.join(SOURCES)}, or leave it out for AWS.",
        )
    alerts = SOURCES[name].parse(payload, rules.of(name))
    read = (each if isinstance(each, Ignored) else kind.labelled(heartbeat.read(each)) for each in alerts)
    return canary.keep_team([_sent_by(sender, _own(each, name), name) for each in read])


def _own(alert: Parsed, name: str) -> Parsed:
    """Reject an alert with another source's name, which must not reach that source's issues."""
    if isinstance(alert, Ignored):
        return alert
    others = name == OWN_EMITTERS and alert.source not in PROVIDERS | own.RESERVED
    if others or alert.source == name:
        return alert
    raise Rejected(
        "RESERVED_SOURCE",
        f"the source {quoted(alert.source)} is reserved for a provider or for Alerting itself",
        "Name in `source` the program that emits the alert.",
    )


def _sent_by(sender: Sender | None, alert: Parsed, name: str) -> Parsed:
    """Add the sender to an alert, and to its identity if the source's ids are only unique for each sender."""
    if sender is None or isinstance(alert, Ignored):
        return alert
    known: dict[str, Any] = {"sender": sender.name}
    if SOURCES[name].ids_per_sender and not sender.keeps_identity:
        known["identity"] = alert.identity.model_copy(update={"account_id": sender.name})
    return alert.model_copy(update=known)
