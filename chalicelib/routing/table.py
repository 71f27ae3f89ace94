"""The routing table: which repository, labels and people an alert gets."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from itertools import zip_longest

from chalicelib.adapters import registry
from chalicelib.adapters.fields import Ownership
from chalicelib.adapters.owner_rules import OwnerRules, OwnerTable
from chalicelib.alert import UNKNOWN_TEAM, AlertEvent, Kind, Priority
from chalicelib.labels import AREA_LABEL, KNOWN_LABELS, MAX_LABEL, NOTIFICATION_LABEL, UNKNOWN_LABEL
from chalicelib.routing.inhibition import InhibitRule

MAX_ASSIGNEES = 10
STORM_AT, MOST_STORM_AT = 10, 100
"""The default, and the rows that one look at the table reads."""
ON_CALL = "<on-call>"
"""Stands in the file for whoever is on call for the team then; no login or team can be written so."""

OnCall = Callable[[str], tuple[str, ...]]
"""Mentions those who are on call for a team."""


def nobody(_: str) -> tuple[str, ...]:
    """Say that nobody is."""
    return ()


class Details(StrEnum):
    """How much of an alert its issue shows; account ids, ARNs and the raw payload are in `full` alone."""

    NONE = "none"
    LABELS = "labels"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is called while nobody acknowledges an urgent alert: a tier each time that `after` has passed."""

    after: timedelta
    tiers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Where an alert's issue is, and whom and what it names; `on_call` says that ON_CALL is among them.

    `storm_at` is how many alerts that begin together are a storm; 0 if none are.
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
    storm_at: int = STORM_AT

    def filled(self, mentions: tuple[str, ...]) -> "Route":
        """Put people in the place of ON_CALL; a team cannot be assigned. Tiers stay as many."""
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


@dataclass(frozen=True, slots=True)
class Fallback:
    """Who takes an alert that names no team, and how urgent one is that names no priority."""

    team: str
    priority: Priority


@dataclass(frozen=True, slots=True)
class Home:
    """The AWS account and region that Alerting itself is in, which need not be named."""

    account_id: str
    region: str


@dataclass(frozen=True, slots=True)
class Routing:
    """The routing table; without `home`, every account and region is named."""

    default: Route
    teams: Mapping[str, Route]
    fallback: Fallback | None = None
    home: Home | None = None
    owner_tables: Mapping[str, OwnerTable] = field(default_factory=dict)
    inhibit: tuple[InhibitRule, ...] = ()

    @property
    def owner_rules(self) -> OwnerRules:
        """How the teams and the priority of an alert are found."""
        missing = Ownership((UNKNOWN_TEAM,), self.fallback.priority) if self.fallback else None
        return OwnerRules(missing, self.owner_tables)

    @property
    def repositories(self) -> frozenset[str]:
        """Every repository an issue may be in."""
        return frozenset(route.repository for route in (self.default, *self.teams.values()))

    @property
    def accounts(self) -> frozenset[str]:
        """Every account that such a repository belongs to."""
        return frozenset(repository.partition("/")[0] for repository in self.repositories)

    @property
    def boards(self) -> frozenset[str]:
        """The repositories that have a board: where a team or the default wants one."""
        return frozenset(route.repository for route in (self.default, *self.teams.values()) if route.board)

    def owners(self, teams: tuple[str, ...]) -> tuple[str, ...]:
        """Put the fallback team where no team was named."""
        return (self.fallback.team,) if self.fallback and teams == (UNKNOWN_TEAM,) else teams

    def route(self, teams: tuple[str, ...], on_call: OnCall = nobody) -> Route:
        """Route to the first team's repository; labels, assignees and mentions are those of all."""
        routes = [self.teams.get(team, self.default).filled(on_call(team)) for team in self.owners(teams)]
        return routes[0] if len(routes) == 1 else _joined(routes)

    def labels_in(self, repository: str) -> tuple[str, ...]:
        """Every label that is set in a repository and can be told beforehand."""
        teams = [name for name, route in self.teams.items() if route.repository == repository]
        routes = [route for route in (self.default, *self.teams.values()) if route.repository == repository]
        sources = [f"Source:{name}" for name in sorted(registry.PROVIDERS)]
        known = [*KNOWN_LABELS, *sources, *(f"Team:{name}" for name in teams)]
        return union([tuple(known), *(route.labels for route in routes)])

    def assigned_in(self, repository: str) -> tuple[str, ...]:
        """Everybody whom the file assigns to issues in a repository."""
        routes = [route for route in (self.default, *self.teams.values()) if route.repository == repository]
        return union(route.filled(()).assignees for route in routes)

    def labels(self, alert: AlertEvent) -> tuple[str, ...]:
        """Every label that we set on the alert's issue, in a stable order, none over GitHub's limit."""
        ours = [AREA_LABEL, f"Pri:{alert.priority}", *(f"Team:{team}" for team in self.owners(alert.teams))]
        unknown = [UNKNOWN_LABEL] if alert.teams == (UNKNOWN_TEAM,) else []
        news = [NOTIFICATION_LABEL] if alert.kind is Kind.NOTIFICATION else []
        routed = self.route(alert.teams).labels
        all_labels = [*ours, *news, f"Source:{alert.source}", *routed, *unknown]
        return union([tuple(label[:MAX_LABEL] for label in all_labels)])


def _joined(routes: Sequence[Route]) -> Route:
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
    """Call the people of all, tier by tier, as soon as the most impatient one would."""
    if not escalations:
        return None
    tiers = zip_longest(*(each.tiers for each in escalations), fillvalue=())
    return Escalation(min(each.after for each in escalations), tuple(union(tier) for tier in tiers))


def _put(names: tuple[str, ...], people: tuple[str, ...]) -> tuple[str, ...]:
    return union(people if name == ON_CALL else (name,) for name in names)


def union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Join the groups; GitHub ignores case in logins and labels, the first spelling stays."""
    found: dict[str, str] = {}
    for group in groups:
        for item in group:
            found.setdefault(item.casefold(), item)
    return tuple(found.values())
