"""A source of your own: any JSON, read by the expressions of its definition -> canonical alerts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.adapters import canonical, fields
from chalicelib.adapters.custom_file import FILE, LINKS, Definition, load
from chalicelib.adapters.expressions import Expression, Failed
from chalicelib.adapters.fields import Ignored, Ownership, Parsed, quoted
from chalicelib.adapters.owner import OwnershipSource, owner
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.adapters.source import Example, Payload, Source, an_object
from chalicelib.alert_values import (
    MAX_DESCRIPTION,
    MAX_MEASURED,
    MAX_REASON,
    MAX_SUMMARY,
    MAX_TITLE,
    Condition,
)
from chalicelib.errors import ConfigurationError, NotAccepted, Rejected

if TYPE_CHECKING:
    from chalicelib.alert import AlertEvent, Measurement

OWNER = "alerting_owner"
"""Where `dlq replay --team` puts a team or priority into a message whose own form it does not know."""

IN_MILLISECONDS = 100_000_000_000
"""A number from here on is a time in milliseconds, below it in seconds: as seconds it would be after 5138."""


def sources(text: str, taken: frozenset[str]) -> dict[str, Source]:
    """Read the sources in a file's text, by name; raises ConfigurationError with every fault."""
    return {name: source(definition) for name, definition in load(text, taken).items()}


def source(definition: Definition) -> Source:
    """Make the source that a definition describes."""
    return Source(
        name=definition.name,
        shown_as=definition.shown_as,
        to_route=f"let `team` of `{definition.name}` in {FILE} find one",
        parse=lambda payload, rules: [_Reading(definition, payload).parsed(rules)],
        split=lambda body: _split(definition, body),
        ended=lambda payload: _ended(definition, payload),
        identifying=frozenset(),
        looks_like=lambda content: _recognised(definition, content),
        known_by=f"its expression `recognise` in {FILE}",
        template=lambda example: _template(definition, example),
        mend=_mend,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """One alert of a source, as its expressions find it."""

    definition: Definition
    payload: Mapping[str, Any]

    def parsed(self, rules: OwnerRules) -> Parsed:
        """Read it; raises Rejected."""
        condition, title = self.condition(), fields.title(self._text("title"), MAX_TITLE)
        if condition is None:
            return Ignored("OTHER_STATE", title)
        return self._alert(condition, title, self._owner(condition, rules))

    def condition(self) -> Condition | None:
        """Read its state; None for a word that the definition does not list."""
        word = _written(self._found("state.is", self.definition.state))
        if word in self.definition.firing:
            return Condition.FIRING
        return Condition.RESOLVED if word in self.definition.resolved else None

    def _alert(self, condition: Condition, title: str, named: Ownership) -> "AlertEvent":
        alarm_id = fields.identifier(self._text("alarm_id")).strip()
        if not (title and alarm_id):
            what = "alarm_id" if title else "title"
            raise self._rejected(what, "finds nothing in this body")
        return canonical.AlertEvent(
            source=self.definition.name,
            state=condition,
            title=title,
            description=fields.text(self._text("description"), MAX_DESCRIPTION),
            summary=fields.text(self._text("summary"), MAX_SUMMARY),
            reason=fields.text(self._text("reason"), MAX_REASON),
            priority=named.priority,
            occurred_at=self._time(),
            teams=named.teams,
            identity=canonical.Identity(
                account_id=fields.title(self._text("account_id"), fields.MAX_NAMED) or None,
                region=fields.title(self._text("region"), fields.MAX_NAMED) or None,
                alarm_id=alarm_id,
            ),
            links=canonical.Links(**{name: fields.url(self._text(name)) for name in LINKS}),
            labels=fields.labels(self._pairs("labels", self.definition.labels)),
            annotations=fields.annotations(self._pairs("annotations", self.definition.annotations)),
            measurement=self._measurement(),
            raw_provider=fields.raw(self.payload),
        )

    def _owner(self, condition: Condition, rules: OwnerRules) -> Ownership:
        place = OwnershipSource(
            f"the source's table in {FILE}, for",
            self.definition.name,
            "team = \"'your-team'\"",
            "priority = \"'P2'\"",
        )
        found = {name: self._text(name) for name in ("teams", "team", "priority")}
        return owner([fields.strings(self.payload.get(OWNER)), found], condition, rules, place)

    def _time(self) -> datetime:
        """Read a time as text with its offset, or as seconds or milliseconds since 1970."""
        found = self._found("occurred_at", self.definition.alert["occurred_at"])
        if isinstance(found, int | float) and not isinstance(found, bool):
            try:
                seconds = found / 1000 if found >= IN_MILLISECONDS else found
                found = datetime.fromtimestamp(seconds, UTC).isoformat()
            except (OverflowError, ValueError, OSError):
                found = str(found)
        return fields.time(found, "occurred_at")

    def _measurement(self) -> "Measurement | None":
        value = fields.title(self._text("value"), MAX_MEASURED)
        threshold = fields.title(self._text("threshold"), MAX_MEASURED) or None
        return canonical.Measurement(value=value, threshold=threshold) if value else None

    def _pairs(self, place: str, expressions: Mapping[str, Expression]) -> dict[str, str]:
        found = {name: _written(self._found(f"{place}.{name}", each)) for name, each in expressions.items()}
        return fields.strings(found)

    def _text(self, name: str) -> str:
        expression = self.definition.alert.get(name)
        return _written(self._found(name, expression)) if expression else ""

    def _found(self, place: str, expression: Expression) -> Any:
        try:
            return expression.search(self.payload)
        except Failed as error:
            raise self._rejected(place, f"fails: {error}") from error

    def _rejected(self, place: str, why: str) -> Rejected:
        return Rejected(
            "EXPRESSION_FAILED",
            f"the expression `{place}` of the source {quoted(self.definition.name)} {why}",
            f"Try it with `explain --source {self.definition.name} FILE`, and correct it in {FILE}.",
        )


def _written(value: Any) -> str:
    """Write what an expression found as text: a list of texts with commas, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    return json.dumps(value, ensure_ascii=False)


def _split(definition: Definition, body: object) -> list[Payload]:
    """Find the alerts in a body; raises NotAccepted."""
    if definition.each is None:
        return [an_object(body)]
    try:
        found = definition.each.search(body)
    except Failed as error:
        raise NotAccepted(400, "EXPRESSION_FAILED", f"the expression `each` fails: {error}") from error
    if not isinstance(found, list):
        raise NotAccepted(400, "NO_ALERTS", "the expression `each` finds no list in the body")
    return [each if isinstance(each, dict) else {"not_an_alert": each} for each in found]


def _ended(definition: Definition, payload: Mapping[str, Any]) -> bool:
    """Whether an alert has ended; one that cannot be read is refused by the collector, alone."""
    try:
        return _Reading(definition, payload).condition() is Condition.RESOLVED
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
