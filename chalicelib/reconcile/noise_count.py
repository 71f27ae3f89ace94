"""What the noise review has counted of a month so far, as a document in the table."""

from collections.abc import Mapping

from pydantic import BaseModel

from chalicelib.alert import AlertEvent
from chalicelib.conditions import noise
from chalicelib.conditions.noise import Noise, Rules
from chalicelib.conditions.row import AlertState

MOST_CONDITIONS, MOST_RULES = 8_000, 200
"""With more, the document would not fit into an item of 400 KB."""

SHORT = 10
"""How many hexadecimal digits of a fingerprint are kept: two of 8,000 are equal once in 30,000 months."""


class Count(BaseModel):
    """How many lists were read, which conditions were counted, and the noise of each team's rules.

    `after` is the last name that was read in the current list.
    A rule is named by its source and its name. If there are too many, the quietest are added up without a
    name.
    """

    month: str = ""
    lists: int = 0
    after: str = ""
    seen: set[str] = set()
    rules: dict[str, dict[str, Noise]] = {}
    partial: bool = False
    done: bool = False

    def __contains__(self, fingerprint: str) -> bool:
        """Whether a condition has been counted."""
        return fingerprint[:SHORT] in self.seen

    def add(self, row: AlertState, team: str, alert: AlertEvent) -> None:
        """Count a condition that has not been counted, if it had an issue in the month."""
        past, issue = row.status.past, row.status.issue
        month = past.month(self.month) if past else None
        if month is None or not (month.opened or month.closed):
            return
        if len(self.seen) >= MOST_CONDITIONS:
            self.partial = True
            return
        self.seen.add(row.fingerprint[:SHORT])
        each = noise.of_month(month, issue.url if issue else "")
        self._add(team, f"{alert.source} {noise.rule_of(alert)}", each)
        self._bound()

    def teams(self) -> Mapping[str, Rules]:
        """Return the rules of the teams for which issues were opened."""
        return {
            team: {_named(rule): each for rule, each in rules.items()}
            for team, rules in sorted(self.rules.items())
            if any(each.times for each in rules.values())
        }

    def _add(self, team: str, rule: str, each: Noise) -> None:
        rules = self.rules.setdefault(team, {})
        rules[rule] = noise.both(rules[rule], each) if rule in rules else each

    def _bound(self) -> None:
        named = [(team, rule) for team, rules in self.rules.items() for rule in rules if rule]
        if len(named) > MOST_RULES:
            team, rule = min(named, key=lambda name: (self.rules[name[0]][name[1]].times, name))
            self._add(team, "", self.rules[team].pop(rule))
            self.partial = True


def _named(rule: str) -> tuple[str, str]:
    source, _, name = rule.partition(" ")
    return source, name
