"""What Sentry reports, through whichever kind of webhook -> an alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters import bounds, fields, telling, titles
from chalicelib.adapters.owner import OwnershipSource, owner
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert import AlertEvent, Identity, Links
from chalicelib.alert_values import Condition
from chalicelib.errors import Rejected

NAMELESS = "An alert without a title"

LEVELS = {"fatal": "P1", "critical": "P1", "error": "P2", "warning": "P3", "info": "P3", "debug": "P3"}
"""The priority for an event's or metric alert's level, unless the rules say otherwise."""

IN_TITLE = ("project", "environment")
OWNER = frozenset({"team", "teams", "priority"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report; `kept` says what Sentry stores under the id, `said` what names an owner, in lower case."""

    condition: Condition
    kept: str
    id: str
    name: str
    labels: Mapping[str, str]
    said: tuple[Mapping[str, str], ...] = ()
    description: str | None = None
    reason: str | None = None
    page: str | None = None
    recovered: bool = True

    def alert(self, payload: Mapping[str, Any], rules: OwnerRules) -> AlertEvent:
        """Make the alert; raises Rejected."""
        if not self.id:
            raise Rejected(
                "NO_IDENTITY", f"the {self.kept} has no id", "Let only Sentry post to this webhook."
            )
        name, labels = self.name or NAMELESS, {each: value for each, value in self.labels.items() if value}
        place = OwnershipSource(f"the tags of the events, or the {self.kept}", name, "team", "priority")
        named = owner(self._said(labels, rules), self.condition, rules, place)
        shown = {each: labels[each] for each in IN_TITLE if each in labels}
        own_id = {self.kept: self.id} if self.kept == "issue" else {}
        return AlertEvent(
            source="sentry",
            state=self.condition,
            title=titles.written(name, telling.pieces(name, shown | own_id)),
            name=name,
            description=self.description,
            reason=self.reason,
            priority=named.priority,
            occurred_at=fields.time(payload.get("sent_at"), "sent_at"),
            teams=named.teams,
            identity=Identity(alarm_id=fields.identifier(f"{self.kept} {self.id}")),
            links=Links(source_url=self.page),
            labels=bounds.labels({each: value for each, value in labels.items() if each not in OWNER}),
            recovered=self.recovered,
            raw_provider=fields.raw(payload),
        )

    def _said(self, labels: Mapping[str, str], rules: OwnerRules) -> list[Mapping[str, str]]:
        level = fields.line(labels, "level").lower()
        usual = "" if "level" in rules.priority_labels else LEVELS.get(level, "")
        return [*self.said, fields.lowered(labels), {"priority": usual}]
