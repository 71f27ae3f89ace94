"""Routing: which repository, labels and people an alert gets, read from `routing.toml`."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from chalicelib.alert import UNKNOWN_TEAM, AlertEvent, Priority
from chalicelib.errors import ConfigurationError
from chalicelib.labels import (
    AREA_LABEL,
    KNOWN_LABELS,
    MAX_LABEL,
    MUTED_LABEL,
    RESOLVED_LABEL,
    UNKNOWN_LABEL,
    describe_label,
)

__all__ = ["AREA_LABEL", "MUTED_LABEL", "RESOLVED_LABEL", "UNKNOWN_LABEL", "describe_label"]
__all__ += ["Details", "Route", "Routing", "load"]

MAX_ASSIGNEES = 10


class Details(StrEnum):
    """How much of an alert its issue shows; account ids, ARNs and the raw payload are in `full` alone."""

    NONE = "none"
    LABELS = "labels"
    FULL = "full"


def _fits(pattern: str, what: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is not {what}")
        return value

    return AfterValidator(check)


_LOGIN = r"[A-Za-z0-9][A-Za-z0-9_-]*"
Team = Annotated[str, _fits(r"(?=.{1,45}$)[a-z0-9]+(-[a-z0-9]+)*", "a team slug such as dev-infra")]
Repository = Annotated[str, _fits(rf"{_LOGIN}/[A-Za-z0-9._-]+", "a repository as owner/name")]
Login = Annotated[str, _fits(_LOGIN, "a GitHub login")]
Mention = Annotated[str, _fits(rf"@{_LOGIN}(/[A-Za-z0-9._-]+)?", "a mention such as @org/team or @login")]
Runbook = Annotated[str, _fits(r"https?://[^\s<>\"`\\]+", "an http or https address")]
Label = Annotated[
    str,
    _fits(
        rf"(?!(?i:alert:|routing:|Pri:|Team:|Source:))\S(.{{0,{MAX_LABEL - 2}}}\S)?",
        f"a label of at most {MAX_LABEL} characters without one of our own prefixes",
    ),
]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Team(_Table):
    repository: Repository = ""
    labels: tuple[Label, ...] = ()
    assignees: Annotated[tuple[Login, ...], Field(max_length=MAX_ASSIGNEES)] = ()
    runbook: Runbook | None = None
    mention: dict[Priority, tuple[Mention, ...]] = Field(default_factory=dict)
    close_on_resolve: bool = True
    board: bool = True
    details: Details = Details.LABELS


class _Default(_Team):
    repository: Repository


class _Fallback(_Table):
    team: Team
    priority: Priority


class _File(_Table):
    default: _Default
    team: dict[Team, _Team] = Field(default_factory=dict)
    fallback: _Fallback | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Where an alert's issue is, and whom and what it names."""

    repository: str
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    mentions: Mapping[Priority, tuple[str, ...]]
    runbook: str | None
    close_on_resolve: bool
    details: Details
    board: bool = True


@dataclass(frozen=True, slots=True)
class Fallback:
    """Who takes an alert that names no team, and how urgent one is that names no priority."""

    team: str
    priority: Priority


@dataclass(frozen=True, slots=True)
class Routing:
    """The routing table."""

    default: Route
    teams: Mapping[str, Route]
    fallback: Fallback | None = None

    @property
    def ownership(self) -> tuple[tuple[str, ...], Priority] | None:
        """The teams and the priority of an alert that names none; None where such alerts are rejected."""
        return ((UNKNOWN_TEAM,), self.fallback.priority) if self.fallback else None

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

    def route(self, teams: tuple[str, ...]) -> Route:
        """Route to the first team's repository; labels, assignees and mentions are those of all."""
        routes = [self.teams.get(team, self.default) for team in self.owners(teams)]
        return routes[0] if len(routes) == 1 else _joined(routes)

    def labels_in(self, repository: str) -> tuple[str, ...]:
        """Every label that is set in a repository and can be told beforehand."""
        teams = [name for name, route in self.teams.items() if route.repository == repository]
        routes = [route for route in (self.default, *self.teams.values()) if route.repository == repository]
        known = [*KNOWN_LABELS, *(f"Team:{name}" for name in teams)]
        return _union([tuple(known), *(route.labels for route in routes)])

    def labels(self, alert: AlertEvent) -> tuple[str, ...]:
        """Every label that we set on the alert's issue, in a stable order, none over GitHub's limit."""
        ours = [AREA_LABEL, f"Pri:{alert.priority}", *(f"Team:{team}" for team in self.owners(alert.teams))]
        unknown = [UNKNOWN_LABEL] if alert.teams == (UNKNOWN_TEAM,) else []
        all_labels = [*ours, f"Source:{alert.source}", *self.route(alert.teams).labels, *unknown]
        return _union([tuple(label[:MAX_LABEL] for label in all_labels)])


def load(text: str) -> Routing:
    """Read the routing table; raises ConfigurationError with every fault and its key."""
    try:
        file = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError("routing.toml", [f"not TOML: {error}"]) from None
    except ValidationError as error:
        raise ConfigurationError("routing.toml", [_fault(fault) for fault in error.errors()]) from None
    return Routing(
        default=_route(file.default),
        teams={name: _route(_inherit(team, file.default)) for name, team in file.team.items()},
        fallback=Fallback(file.fallback.team, file.fallback.priority) if file.fallback else None,
    )


def _inherit(team: _Team, default: _Default) -> _Team:
    """Take from `[default]` what the team does not say."""
    return default.model_copy(update={name: getattr(team, name) for name in team.model_fields_set})


def _route(table: _Team) -> Route:
    return Route(
        repository=table.repository,
        labels=_union([table.labels]),
        assignees=_union([table.assignees]),
        mentions={p: _union([table.mention.get(p, ())]) for p in Priority},
        runbook=table.runbook,
        close_on_resolve=table.close_on_resolve,
        details=table.details,
        board=table.board,
    )


def _joined(routes: Sequence[Route]) -> Route:
    """Join the labels and people of several routes; the rest is the first one's."""
    return replace(
        routes[0],
        labels=_union(route.labels for route in routes),
        assignees=_union(route.assignees for route in routes)[:MAX_ASSIGNEES],
        mentions={p: _union(route.mentions.get(p, ()) for route in routes) for p in Priority},
    )


def _fault(fault: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in fault["loc"] if part != "[key]")
    sentence = {"extra_forbidden": "unknown key", "missing": "missing"}.get(fault["type"], fault["msg"])
    return f"{key}: {sentence.removeprefix('Value error, ')}"


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Join the groups; GitHub ignores case in logins and labels, the first spelling stays."""
    found: dict[str, str] = {}
    for group in groups:
        for item in group:
            found.setdefault(item.casefold(), item)
    return tuple(found.values())
