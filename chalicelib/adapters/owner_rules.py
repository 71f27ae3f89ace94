"""Rules for alerts that name their team or priority in other words than ours. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from chalicelib.adapters.fields import Ownership
from chalicelib.alert_values import Priority

FILE = "routing.toml"
DEFAULT = "default"
SEVERITY = ("severity",)
"""Which label has the priority if words have priorities and no label is named; most rules have it."""


@dataclass(frozen=True, slots=True)
class OwnerTable:
    """What a table of the file says: names of labels in order, and words with their priorities.

    Names and words are lower-case; None if the table does not say. `team` and `priority` are a source's own,
    for its alerts that name none.
    """

    team_labels: tuple[str, ...] | None = None
    priority_labels: tuple[str, ...] | None = None
    severity: Mapping[str, Priority] = field(default_factory=dict)
    team: str | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class OwnerRules:
    """How the teams and the priority of an alert are found.

    `missing` is for an alert that names none, `tables` are by key, such as `default`, `source.grafana` and
    `team.storage`. `noted` is called with each owner that is found.
    """

    missing: Ownership | None = None
    tables: Mapping[str, OwnerTable] = field(default_factory=dict)
    noted: Callable[[Ownership], None] = lambda _: None
    source: str = ""

    def of(self, source: str) -> "OwnerRules":
        """The rules for the alerts of a source."""
        return replace(self, source=source)

    @property
    def team_labels(self) -> tuple[str, ...]:
        """The labels that name a team, after ours."""
        return next((each.team_labels for _, each in self._tables() if each.team_labels is not None), ())

    @property
    def priority_labels(self) -> tuple[str, ...]:
        """The labels that say how urgent it is, after ours."""
        named = (each.priority_labels for _, each in self._tables())
        mapped = any(table.severity for table in self.tables.values())
        return next((labels for labels in named if labels is not None), SEVERITY if mapped else ())

    @property
    def table(self) -> OwnerTable:
        """The table of the source."""
        return self.tables.get(f"source.{self.source}", OwnerTable())

    def severity(self, word: str, team: str) -> tuple[Priority, str] | None:
        """Find the priority of a word, and the key that sets it: the team's, the source's or the default."""
        for key, table in self._tables(f"team.{team}"):
            if priority := table.severity.get(word.casefold()):
                return priority, f"{key}.severity"
        return None

    def _tables(self, *first: str) -> list[tuple[str, OwnerTable]]:
        keys = (*first, f"source.{self.source}", DEFAULT)
        return [(key, self.tables[key]) for key in keys if key in self.tables]


NO_RULES = OwnerRules()
