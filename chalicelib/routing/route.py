"""Routes: where an alert's issue is opened, and the people and labels it gets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from itertools import zip_longest

from chalicelib.adapters import own
from chalicelib.alert import Priority
from chalicelib.routing.field_values import FieldValue

MAX_ASSIGNEES = 10
STORM_AT, MOST_STORM_AT = 10, 100
"""The default, and the most: as many rows as one read takes."""
ON_CALL = "<on-call>"
"""In the file, stands for whoever is on call for the team; no login or team can have this name."""


class Details(StrEnum):
    """How much of an alert its issue shows; account ids, ARNs and the payload are shown only with `full`."""

    NONE = "none"
    LABELS = "labels"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is called while nobody acknowledges an urgent alert: the next tier each time `after` has passed."""

    after: timedelta
    tiers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Where an alert's issue is, and whom and what it names; `on_call` says that ON_CALL is among them.

    `type`, `fields` and `project` belong to the organization; a project of 0 means no project.
    `storm_at` is how many alerts that begin together make a storm; 0 means never.
    """

    repository: str
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    mentions: Mapping[Priority, tuple[str, ...]]
    runbook: str | None
    close_on_resolve: bool
    details: Details
    board: bool = True
    escalation: Escalation | None = None
    on_call: bool = False
    type: str = ""
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    project: int = 0
    storm_at: int = STORM_AT
    noise_review: bool = False
    sev_label: str = "ci: sev"

    def own_labels(self, source: str) -> tuple[str, ...]:
        """Return the extra labels of our own alerts."""
        return (self.sev_label,) if own.of(source).declared else ()

    @property
    def of_organization(self) -> bool:
        """Whether it names anything that only an organization has."""
        return bool(self.type or self.fields or self.project)

    def filled(self, mentions: tuple[str, ...]) -> "Route":
        """Replace ON_CALL by people; a team cannot be assigned. The number of tiers stays the same."""
        if not self.on_call:
            return self
        logins = tuple(each.removeprefix("@") for each in mentions if "/" not in each)
        tiers = self.escalation
        return replace(
            self,
            assignees=_put(self.assignees, logins)[:MAX_ASSIGNEES],
            mentions={priority: _put(names, mentions) for priority, names in self.mentions.items()},
            escalation=tiers and Escalation(tiers.after, tuple(_put(tier, mentions) for tier in tiers.tiers)),
        )


def joined(routes: Sequence[Route]) -> Route:
    """Join the labels, people and tiers of several routes; the rest is the first one's."""
    return replace(
        routes[0],
        labels=union(route.labels for route in routes),
        assignees=union(route.assignees for route in routes)[:MAX_ASSIGNEES],
        mentions={p: union(route.mentions.get(p, ()) for route in routes) for p in Priority},
        escalation=_joined_tiers([route.escalation for route in routes if route.escalation]),
        on_call=any(route.on_call for route in routes),
    )


def _joined_tiers(escalations: Sequence[Escalation]) -> Escalation | None:
    """Call the people of all, tier by tier, as soon as the most impatient route would."""
    if not escalations:
        return None
    tiers = zip_longest(*(each.tiers for each in escalations), fillvalue=())
    return Escalation(min(each.after for each in escalations), tuple(union(tier) for tier in tiers))


def _put(names: tuple[str, ...], people: tuple[str, ...]) -> tuple[str, ...]:
    return union(people if name == ON_CALL else (name,) for name in names)


def union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Join the groups; GitHub ignores case in logins and labels, so the first spelling is kept."""
    found: dict[str, str] = {}
    for group in groups:
        for item in group:
            found.setdefault(item.casefold(), item)
    return tuple(found.values())
