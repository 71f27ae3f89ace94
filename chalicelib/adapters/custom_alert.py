"""One alert of your own source: what the expressions of its definition find -> a canonical alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.adapters import bounds, canonical, fields, texts
from chalicelib.adapters.custom_file import FILE, LINKS, Definition
from chalicelib.adapters.expressions import Expression, Failed
from chalicelib.adapters.fields import Ignored, Ownership, Parsed, quoted
from chalicelib.adapters.owner import OwnershipSource, owner
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.adapters.source import Payload
from chalicelib.alert_values import (
    MAX_DESCRIPTION,
    MAX_MEASURED,
    MAX_REASON,
    MAX_SUMMARY,
    MAX_TITLE,
    Condition,
)
from chalicelib.errors import Rejected

if TYPE_CHECKING:
    from chalicelib.alert import AlertEvent, Measurement

OWNER = "alerting_owner"
"""Where `dlq replay --team` puts a team or priority into a message whose format it does not know."""

FOUND = "alerting_found"
"""Where a message has what the expressions found in a body that was too large for it."""

IDENTIFYING = frozenset(
    {FOUND, OWNER, "state.is", "title", "alarm_id", "occurred_at", "team", "teams", "priority"}
)

IN_MILLISECONDS = 100_000_000_000
"""A number from here on is a time in milliseconds, below it in seconds: as seconds it would be after 5138."""


@dataclass(frozen=True, slots=True)
class Reading:
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

    def found(self) -> Payload:
        """Return what every expression finds, by its place; raises Rejected.

        It replaces a body that is too large for a message, since nobody else knows what may be cut.
        """
        places = {
            "state.is": self.definition.state,
            **self.definition.alert,
            **{f"labels.{name}": each for name, each in self.definition.labels.items()},
            **{f"annotations.{name}": each for name, each in self.definition.annotations.items()},
        }
        found = {place: self._found(place, expression) for place, expression in places.items()}
        found["alarm_id"] = fields.identifier(_written(found["alarm_id"]))
        return {
            FOUND: {
                place: value if isinstance(value, int | float) else _written(value)
                for place, value in found.items()
            }
        }

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
            labels=bounds.labels(self._pairs("labels", self.definition.labels)),
            annotations=bounds.annotations(self._pairs("annotations", self.definition.annotations)),
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
        """Read a time written with its offset, or as seconds or milliseconds since 1970."""
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
        if FOUND in self.payload:
            return fields.mapping(self.payload[FOUND]).get(place)
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
    """Write what an expression found as text: a list of strings with commas, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    return texts.as_json(texts.scrub({"value": value})["value"])
