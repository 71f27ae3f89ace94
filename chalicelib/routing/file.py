"""The file of the routing table, `routing.toml`: read as a whole, every fault reported with its key."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.adapters.owner_rules import DEFAULT, OwnerTable
from chalicelib.alert import Priority
from chalicelib.errors import ConfigurationError
from chalicelib.routing.field_values import FieldName, Value
from chalicelib.routing.inhibit_file import Inhibit
from chalicelib.routing.owner_names import Names, Severity, Source
from chalicelib.routing.route import MAX_ASSIGNEES, ON_CALL, STORM_AT, Details, Escalation, Route, union
from chalicelib.routing.table import Fallback, Routing
from chalicelib.routing.values import (
    Assignee,
    Called,
    Label,
    Length,
    Repository,
    Runbook,
    StormAt,
    Team,
    Tier,
)

FILE = "routing.toml"
MAX_TIERS = 10

File = TypeVar("File", bound=BaseModel)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Team(_Table):
    repository: Repository = ""
    labels: tuple[Label, ...] = ()
    assignees: Annotated[tuple[Assignee, ...], Field(max_length=MAX_ASSIGNEES)] = ()
    runbook: Runbook | None = None
    mention: dict[Priority, tuple[Called, ...]] = Field(default_factory=dict)
    escalate_after: Length | None = None
    escalate_to: Annotated[tuple[Tier, ...], Field(max_length=MAX_TIERS)] = ()
    close_on_resolve: bool = True
    board: bool = True
    noise_review: bool = False
    sev_label: Label = "ci: sev"
    details: Details = Details.LABELS
    severity: Severity = Field(default_factory=dict)
    storm_at: StormAt = STORM_AT
    type: str = ""
    fields: dict[FieldName, Value] = Field(default_factory=dict)
    project: Annotated[int, Field(ge=0, strict=True)] = 0


class _Default(_Team):
    repository: Repository
    team_labels: Names | None = None
    priority_labels: Names | None = None


class _Source(_Table):
    team: Team | None = None
    priority: Priority | None = None
    team_labels: Names | None = None
    priority_labels: Names | None = None
    severity: Severity = Field(default_factory=dict)


class _Fallback(_Table):
    team: Team
    priority: Priority


class _File(_Table):
    default: _Default
    team: dict[Team, _Team] = Field(default_factory=dict)
    source: dict[Source, _Source] = Field(default_factory=dict)
    inhibit: tuple[Inhibit, ...] = ()
    fallback: _Fallback | None = None


def load(text: str) -> Routing:
    """Read the routing table; raises ConfigurationError with every fault and its key."""
    file = parsed(_File, text, FILE)
    if halves := list(_halves(file)):
        raise ConfigurationError(FILE, halves)
    return Routing(
        default=_route(file.default),
        teams={name: _route(_inherit(team, file.default)) for name, team in file.team.items()},
        fallback=Fallback(file.fallback.team, file.fallback.priority) if file.fallback else None,
        owner_tables=dict(_owner_tables(file)),
        inhibit=tuple(each.rule() for each in file.inhibit),
    )


def _owner_tables(file: _File) -> Iterator[tuple[str, OwnerTable]]:
    """Read, by key, the tables about how alerts name their owners."""
    default = file.default
    yield DEFAULT, OwnerTable(default.team_labels, default.priority_labels, default.severity)
    for name, source in file.source.items():
        yield f"source.{name}", OwnerTable(**source.model_dump())
    for name, team in file.team.items():
        if team.severity:
            yield f"team.{name}", OwnerTable(severity=team.severity)


def _inherit(team: _Team, default: _Default) -> _Team:
    """Take from `[default]` what the team does not set."""
    return default.model_copy(update={name: getattr(team, name) for name in team.model_fields_set})


def _halves(file: _File) -> Iterator[str]:
    """Name each half of an escalation that lacks the other half."""
    tables = {"default": file.default, **{f"team.{name}": team for name, team in file.team.items()}}
    whole = {key: _inherit(table, file.default) for key, table in tables.items()}
    for key, table in tables.items():
        if table.escalate_to and not whole[key].escalate_after:
            yield f'{key}.escalate_to: needs escalate_after, such as "15m", here or in [default]'
        callers = whole.values() if table is file.default else (whole[key],)
        if table.escalate_after and not any(each.escalate_to for each in callers):
            yield f"{key}.escalate_after: needs escalate_to, whom to call, or nobody is called"


def _route(table: _Team) -> Route:
    return Route(
        repository=table.repository,
        labels=union([table.labels]),
        assignees=union([table.assignees]),
        mentions={p: union([table.mention.get(p, ())]) for p in Priority},
        runbook=table.runbook,
        close_on_resolve=table.close_on_resolve,
        details=table.details,
        board=table.board,
        noise_review=table.noise_review,
        escalation=_escalation(table),
        storm_at=table.storm_at,
        on_call=ON_CALL in union([table.assignees, *table.mention.values(), *table.escalate_to]),
        type=table.type,
        fields=table.fields,
        project=table.project,
        sev_label=table.sev_label,
    )


def _escalation(table: _Team) -> Escalation | None:
    if not table.escalate_after or not table.escalate_to:
        return None
    return Escalation(table.escalate_after, tuple(union([tier]) for tier in table.escalate_to))


def parsed(model: type[File], text: str, name: str) -> File:
    """Read a file of rules as a model; raises ConfigurationError with every fault and its key."""
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(name, [f"not TOML: {error}"]) from None
    except ValidationError as error:
        raise ConfigurationError(name, [fault(each) for each in error.errors()]) from None


def fault(found: Mapping[str, Any]) -> str:
    """Write pydantic's fault, after its key."""
    key = ".".join(str(part) for part in found["loc"] if part != "[key]")
    sentence = {"extra_forbidden": "unknown key", "missing": "missing"}.get(found["type"], found["msg"])
    return f"{key}: {sentence.removeprefix('Value error, ')}"
