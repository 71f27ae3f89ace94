"""The routing table: which repository, labels and people an alert gets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chalicelib.adapters import own, registry
from chalicelib.adapters.fields import Ownership
from chalicelib.adapters.owner_rules import OwnerRules, OwnerTable
from chalicelib.alert import UNKNOWN_TEAM, AlertEvent, Kind, Priority
from chalicelib.labels import AREA_LABEL, KNOWN_LABELS, MAX_LABEL, NOTIFICATION_LABEL, UNKNOWN_LABEL
from chalicelib.routing.field_values import filled
from chalicelib.routing.inhibition import InhibitRule
from chalicelib.routing.route import Route, joined, union

OnCall = Callable[[str], tuple[str, ...]]
"""Returns mentions of those who are on call for a team."""


def nobody(_: str) -> tuple[str, ...]:
    """Return that nobody is on call."""
    return ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """Who takes an alert that names no team, and how urgent one is that names no priority."""

    team: str
    priority: Priority


@dataclass(frozen=True, slots=True)
class Home:
    """The AWS account and region of Alerting itself, which need not be named."""

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
    def routes(self) -> tuple[Route, ...]:
        """The default's route, and those of all teams."""
        return (self.default, *self.teams.values())

    @property
    def on_call(self) -> bool:
        """Whether any alert calls whoever is on call."""
        return any(route.on_call for route in self.routes)

    @property
    def repositories(self) -> frozenset[str]:
        """Every repository in which an issue may be."""
        return frozenset(route.repository for route in self.routes)

    @property
    def accounts(self) -> frozenset[str]:
        """Every account that owns such a repository."""
        return frozenset(repository.partition("/")[0] for repository in self.repositories)

    @property
    def with_projects(self) -> frozenset[str]:
        """The repositories whose issues, or some of them, are added to a project."""
        return frozenset(route.repository for route in self.routes if route.project)

    @property
    def boards(self) -> frozenset[str]:
        """The repositories that have a board: those for which a team or the default asks for one."""
        return frozenset(route.repository for route in self.routes if route.board)

    @property
    def reviews_noise(self) -> bool:
        """Whether any team wants a noise review."""
        return any(route.noise_review for route in self.routes)

    def owners(self, teams: tuple[str, ...]) -> tuple[str, ...]:
        """Use the fallback team if no team is named."""
        return (self.fallback.team,) if self.fallback and teams == (UNKNOWN_TEAM,) else teams

    def route(self, teams: tuple[str, ...], on_call: OnCall = nobody) -> Route:
        """Route to the first team's repository; labels, assignees and mentions are those of all."""
        routes = [self.teams.get(team, self.default).filled(on_call(team)) for team in self.owners(teams)]
        return routes[0] if len(routes) == 1 else joined(routes)

    def labels_in(self, repository: str) -> tuple[str, ...]:
        """Every label that is set in a repository and can be known in advance."""
        teams = [name for name, route in self.teams.items() if route.repository == repository]
        routes = [route for route in self.routes if route.repository == repository]
        sources = [f"Source:{name}" for name in sorted({*registry.PROVIDERS, *own.OWN})]
        known = [*KNOWN_LABELS, *sources, *(f"Team:{name}" for name in teams)]
        return union([tuple(known), *(route.labels for route in routes)])

    def fields(self, alert: AlertEvent) -> tuple[tuple[str, str | float], ...]:
        """Name the issue fields that an alert's issue has, each with its value."""
        wanted = self.route(alert.teams).fields
        return filled(wanted, alert, self.owners(alert.teams)[0]) if wanted else ()

    def assigned_in(self, repository: str) -> tuple[str, ...]:
        """Everybody whom the file assigns to issues in a repository."""
        routes = [route for route in self.routes if route.repository == repository]
        return union(route.filled(()).assignees for route in routes)

    def labels(self, alert: AlertEvent) -> tuple[str, ...]:
        """Every label that we set on the alert's issue, in a stable order, none longer than GitHub allows."""
        ours = [AREA_LABEL, f"Pri:{alert.priority}", *(f"Team:{team}" for team in self.owners(alert.teams))]
        unknown = [UNKNOWN_LABEL] if alert.teams == (UNKNOWN_TEAM,) else []
        news = [NOTIFICATION_LABEL] if alert.kind is Kind.NOTIFICATION else []
        route = self.route(alert.teams)
        routed = (*route.labels, *route.own_labels(alert.source))
        all_labels = [*ours, *news, f"Source:{alert.source}", *routed, *unknown]
        return union([tuple(label[:MAX_LABEL] for label in all_labels)])
