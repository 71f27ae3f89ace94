"""What is wrong if an alert names no owner, or one that cannot be read, and what to do about it."""

from dataclasses import dataclass

from chalicelib.adapters import fields, texts
from chalicelib.adapters.fields import quoted
from chalicelib.adapters.owner_rules import DEFAULT, FILE
from chalicelib.errors import Rejected


@dataclass(frozen=True, slots=True)
class OwnershipSource:
    """Where a person sets the team and the priority: the `part` of what the provider calls `named`."""

    part: str
    named: str
    team: str
    priority: str

    @property
    def name(self) -> str:
        """The place in words."""
        return f"{self.part} {quoted(self.named)}"


def lacking(place: OwnershipSource, severity: str, *, team: bool, priority: bool) -> Rejected:
    """Say what an alert lacks; `severity` is the word that could stand for its priority."""
    lacks = [("TEAM", place.team)] * team + [("PRIORITY", place.priority)] * priority
    mapped = f'. Or in {FILE}, add to [{DEFAULT}]: severity = {{{_key(severity)} = "P2"}}' if severity else ""
    return Rejected(
        "MISSING_" + "_AND_".join(what for what, _ in lacks),
        f"the alert names no {' and no '.join(what.lower() for what, _ in lacks)}",
        f"Add to {place.name}: {' | '.join(example for _, example in lacks)}{mapped}",
    )


def no_slug(teams: str, place: OwnershipSource) -> Rejected:
    """Say that a team's name has no character to make a slug from."""
    return Rejected(
        "INVALID_TEAM",
        f"the team {quoted(teams)} has no letter a-z and no digit, so it cannot be made a slug",
        f"In {place.name}, name the team in letters a-z, digits and hyphens: {place.team}",
    )


def no_priority(priority: str, place: OwnershipSource) -> Rejected:
    """Say that a priority is not one of ours."""
    return Rejected(
        "INVALID_PRIORITY",
        f"the priority must be P0, P1, P2 or P3, not {quoted(priority)}",
        f"In {place.name}, set a priority from P0 (critical) to P3 (low): {place.priority}",
    )


def unknown_severity(word: str, name: str, place: OwnershipSource) -> Rejected:
    """Say that no priority is known for a word in a label that the rules read."""
    return Rejected(
        "UNKNOWN_SEVERITY",
        f"{FILE} gives no priority to {quoted(word)}, which the alert names as its {quoted(name)}",
        f'In {FILE}, add to `severity` of [{DEFAULT}]: {_key(word)} = "P2". '
        f"Or add to {place.name}: {place.priority}",
    )


def _key(word: str) -> str:
    """Write a word as a TOML key."""
    return texts.as_json(texts.cut(texts.line(word), fields.MAX_NAMED))
