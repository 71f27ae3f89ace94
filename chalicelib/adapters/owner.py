"""Whose an alert is and how bad, as the provider names it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chalicelib.adapters import fields
from chalicelib.adapters.fields import Ownership, quoted
from chalicelib.adapters.owner_rules import OwnerRules
from chalicelib.alert_values import UNKNOWN_TEAM, Condition, Priority
from chalicelib.errors import Rejected

MAX_TEAMS = 10
MAX_SLUG = 45
KNOWN = 256
"""Texts of which the teams are remembered: there are few, and each comes with every alert."""

_NO_SLUG = re.compile("[^a-z0-9]+")
_PRIORITIES = {name: priority for priority in Priority for name in (priority.value, priority.value[1:])}


@dataclass(frozen=True, slots=True)
class OwnershipSource:
    """Where a person writes the team and the priority: the `part` of what the provider calls `named`."""

    part: str
    named: str
    team: str
    priority: str

    @property
    def name(self) -> str:
        """The place in words."""
        return f"{self.part} {quoted(self.named)}"


def owner(
    said: Sequence[Mapping[str, str]], condition: Condition, rules: OwnerRules, place: OwnershipSource
) -> Ownership:
    """Read whose the alert is from what is said of it, the first that says so counts; raises Rejected.

    The names in `said` are lower-case; `place` is for the person who has to add what is missing.
    A resolution needs no owner, its row has one: what cannot be read is then UNKNOWN_TEAM and P3.
    """
    teams, priority = fields.first(said, "teams", "team"), fields.first(said, "priority")
    if condition is Condition.RESOLVED:
        return Ownership(slugs(teams) or (UNKNOWN_TEAM,), _PRIORITIES.get(priority.upper(), Priority.P3))
    named_teams = _teams(teams, place) or (rules.missing.teams if rules.missing else ())
    named_priority = _priority(priority, place) or (rules.missing.priority if rules.missing else None)
    if named_teams and named_priority:
        return Ownership(named_teams, named_priority)
    lacks = [("TEAM", place.team)] * (not named_teams) + [("PRIORITY", place.priority)] * (not named_priority)
    raise Rejected(
        "MISSING_" + "_AND_".join(what for what, _ in lacks),
        f"the alert names no {' and no '.join(what.lower() for what, _ in lacks)}",
        f"Add to {place.name}: {' | '.join(example for _, example in lacks)}",
    )


@lru_cache(KNOWN)
def slugs(teams: str) -> tuple[str, ...]:
    """Make slugs of comma-separated teams, each once."""
    made = (_NO_SLUG.sub("-", team.lower()).strip("-") for team in teams.split(","))
    return tuple(dict.fromkeys(slug[:MAX_SLUG].rstrip("-") for slug in made if slug))[:MAX_TEAMS]


def _teams(teams: str, place: OwnershipSource) -> tuple[str, ...]:
    made = slugs(teams)
    if teams and not made:
        raise Rejected(
            "INVALID_TEAM",
            f"the team {quoted(teams)} has no letter a-z and no digit, so it makes no slug",
            f"In {place.name}, name the team in letters a-z, digits and hyphens: {place.team}",
        )
    return made


def _priority(priority: str, place: OwnershipSource) -> Priority | None:
    known = _PRIORITIES.get(priority.upper())
    if priority and not known:
        raise Rejected(
            "INVALID_PRIORITY",
            f"the priority {quoted(priority)} is none of P0, P1, P2, P3",
            f"In {place.name}, set a priority from P0 (critical) to P3 (low): {place.priority}",
        )
    return known
