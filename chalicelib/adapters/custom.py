"""Your own sources: any JSON, read by the expressions of a definition in `custom.toml`."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters import fields, texts
from chalicelib.adapters.custom_alert import IDENTIFYING, OWNER, Reading
from chalicelib.adapters.custom_file import FILE, Definition, load
from chalicelib.adapters.expressions import Failed
from chalicelib.adapters.source import MOST_BYTES, Example, Payload, Source, an_object
from chalicelib.alert_values import Condition
from chalicelib.errors import ConfigurationError, NotAccepted, Rejected


def sources(text: str, taken: frozenset[str]) -> dict[str, Source]:
    """Read the sources in a file's text, by name; raises ConfigurationError with every fault."""
    return {name: source(definition) for name, definition in load(text, taken).items()}


def source(definition: Definition) -> Source:
    """Make the source that a definition describes."""
    return Source(
        name=definition.name,
        shown_as=definition.shown_as,
        to_route=f"let `team` of `{definition.name}` in {FILE} find one",
        parse=lambda payload, rules: [Reading(definition, payload).parsed(rules)],
        split=lambda body: _split(definition, body),
        ended=lambda payload: _ended(definition, payload),
        identifying=IDENTIFYING,
        looks_like=lambda content: _recognised(definition, content),
        known_by=f"its expression `recognise` in {FILE}",
        template=lambda example: _template(definition, example),
        mend=_mend,
    )


def _split(definition: Definition, body: object) -> list[Payload]:
    """Find the alerts in a body; raises NotAccepted."""
    if definition.each is None:
        return [_short(definition, an_object(body))]
    try:
        found = definition.each.search(body)
    except Failed as error:
        raise NotAccepted(400, "EXPRESSION_FAILED", f"the expression `each` fails: {error}") from error
    if not isinstance(found, list):
        raise NotAccepted(400, "NO_ALERTS", "the expression `each` finds no list in the body")
    alerts = [each if isinstance(each, dict) else {"not_an_alert": each} for each in found]
    return [_short(definition, each) for each in alerts]


def _short(definition: Definition, payload: Payload) -> Payload:
    """Take what the expressions find in an alert that is too large for a message."""
    try:
        return payload if texts.size(payload) <= MOST_BYTES else Reading(definition, payload).found()
    except (Rejected, RecursionError):  # the collector will say why
        return payload


def _ended(definition: Definition, payload: Mapping[str, Any]) -> bool:
    """Whether an alert has ended; if it cannot be read, the collector rejects it by itself."""
    try:
        return Reading(definition, payload).condition() is Condition.RESOLVED
    except Rejected:
        return False


def _recognised(definition: Definition, content: object) -> bool:
    try:
        return bool(definition.recognise and definition.recognise.search(content))
    except Failed:
        return False


def _mend(payload: Payload, named: dict[str, str]) -> None:
    payload[OWNER] = {**fields.mapping(payload.get(OWNER)), **named}


def _template(definition: Definition, _: Example) -> Payload:
    raise ConfigurationError(FILE, [f"{definition.name} has no template: use a body from its sender"])
