"""Who owns an alert and how urgent it is, from the provider's words or the installation's rules."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from chalicelib.adapters import fields, texts
from chalicelib.adapters.fields import Ownership
from chalicelib.adapters.owner_faults import OwnershipSource, lacking, no_priority, no_slug, unknown_severity
from chalicelib.adapters.owner_rules import FILE, SEVERITY, OwnerRules
from chalicelib.alert_values import UNKNOWN_TEAM, Condition, Priority
from chalicelib.errors import Rejected

__all__ = ["OwnershipSource", "owner", "slugs"]

MAX_TEAMS = 10
MAX_SLUG = 45
KNOWN = 256
"""How many texts' teams are remembered: there are few different ones, and every alert has one."""

_OF_SLUG = re.compile("[a-z0-9]+")
_PRIORITIES = {name: priority for priority in Priority for name in (priority.value, priority.value[1:])}

Said = Sequence[Mapping[str, str]]
"""Values of an alert by lower-case name; of several mappings, the first that has a name counts."""

TEAM = ("teams", "team")
PRIORITY = ("priority",)
NOBODY = Ownership((UNKNOWN_TEAM,), Priority.P3)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Found(Generic[T]):
    """What was found under a name, and the rule that gives it; `word` is a word that no rule could read."""

    value: T | None = None
    name: str = ""
    rule: str = ""
    word: str = ""
    fault: Rejected | None = None


def owner(said: Said, condition: Condition, rules: OwnerRules, place: OwnershipSource) -> Ownership:
    """Read who owns an alert: our names come first, then those of the rules; raises Rejected.

    `place` is for the person who has to add what is missing. A resolution needs no owner, since its row has
    one: what cannot be read becomes UNKNOWN_TEAM and P3.
    """
    team = _team(said, rules, place)
    priority = _priority(said, rules, place, team.value[0] if team.value else UNKNOWN_TEAM)
    missing = NOBODY if condition is Condition.RESOLVED else rules.missing
    if condition is Condition.FIRING and (fault := team.fault or priority.fault):
        raise fault
    if missing is None and not (team.value and priority.value):
        word = "" if priority.value else _first(said, SEVERITY)[1]
        raise lacking(place, word, team=not team.value, priority=not priority.value)
    missing = missing or NOBODY
    unnamed = "an end needs no {}" if condition is Condition.RESOLVED else f"not named, {FILE}: fallback.{{}}"
    named = Ownership(
        teams=team.value or missing.teams,
        priority=priority.value or missing.priority,
        names=frozenset({team.name, priority.name} - {""}),
        team_rule=team.rule or missing.team_rule or unnamed.format("team"),
        priority_rule=priority.rule or missing.priority_rule or unnamed.format("priority"),
        unknown=priority.word,
    )
    rules.noted(named)
    return named


@lru_cache(KNOWN)
def slugs(teams: str) -> tuple[str, ...]:
    """Make slugs of comma-separated teams, each once."""
    made = ("-".join(_OF_SLUG.findall(team.lower())) for team in teams.split(","))
    return tuple(dict.fromkeys(slug[:MAX_SLUG].removesuffix("-") for slug in made if slug))[:MAX_TEAMS]


def _team(said: Said, rules: OwnerRules, place: OwnershipSource) -> _Found[tuple[str, ...]]:
    name, written = _first(said, TEAM)
    if written:
        made = slugs(written)
        return _Found(made, name, f"`{name}`") if made else _Found(fault=no_slug(written, place))
    written = ""
    for name in rules.team_labels:
        if made := slugs(fields.first(said, name)):
            return _Found(made, name, f"`{name}`, {FILE}: team_labels")
        written = written or fields.first(said, name)
    if team := rules.table.team:
        return _Found((team,), rule=f"not named, {FILE}: source.{rules.source}.team")
    return _Found(fault=no_slug(written, place)) if written and not rules.missing else _Found()


def _priority(said: Said, rules: OwnerRules, place: OwnershipSource, team: str) -> _Found[Priority]:
    name, word = _first(said, PRIORITY)
    if known := _PRIORITIES.get(word.upper()):
        return _Found(known, name, f"`{name}`")
    if word:
        graded = rules.severity(word, team)
        return _graded(graded, name, word) if graded else _Found(fault=no_priority(word, place))
    own, key = rules.table.priority, "fallback.priority"
    unread: _Found[Priority] = _Found()
    if own:
        key = f"source.{rules.source}.priority"
        unread = _Found(own, rule=f"not named, {FILE}: {key}")
    for name in rules.priority_labels:
        word = fields.first(said, name)
        if graded := rules.severity(word, team):
            return _graded(graded, name, word)
        if known := _PRIORITIES.get(word.upper()):
            return _Found(known, name, f"`{name}`, {FILE}: priority_labels")
        if word and not unread.word:
            rule = f"`{name}` = {_shown(word)} has no priority, {FILE}: {key}"
            fault = None if rules.missing or own else unknown_severity(word, name, place)
            unread = _Found(own, rule=rule, word=word, fault=fault)
    return unread


def _graded(graded: tuple[Priority, str], name: str, word: str) -> _Found[Priority]:
    priority, key = graded
    return _Found(priority, name, f"`{name}` = {_shown(word)}, {FILE}: {key}")


def _shown(word: str) -> str:
    return texts.cut(texts.line(word), fields.MAX_NAMED)


def _first(said: Said, names: tuple[str, ...]) -> tuple[str, str]:
    """Find the first text under one of the names, and its name; both are empty if no name has one."""
    found = ((name, fields.first([each], name)) for each in said for name in names)
    return next(((name, value) for name, value in found if value), ("", ""))
