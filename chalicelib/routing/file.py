"""The file of the routing table, `routing.toml`: read as a whole, every fault reported with its key."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from chalicelib.adapters.owner_rules import DEFAULT, OwnerTable
from chalicelib.alert import Priority
from chalicelib.errors import ConfigurationError
from chalicelib.labels import MAX_LABEL
from chalicelib.routing.inhibit_file import Inhibit
from chalicelib.routing.owner_names import Names, Severity, Source
from chalicelib.routing.table import MAX_ASSIGNEES, Details, Escalation, Fallback, Route, Routing, union

MAX_TIERS = 10


def _fits(pattern: str, what: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is not {what}")
        return value

    return AfterValidator(check)


def _length(value: object) -> timedelta:
    found = re.fullmatch(r"([1-9][0-9]{0,3})([smh])", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f'{value!r} is not a length of time such as "15m" or "1h"')
    return int(found[1]) * _UNITS[found[2]]


def _somebody(tier: tuple[str, ...]) -> tuple[str, ...]:
    if not tier:
        raise ValueError("a tier that names nobody")
    return tier


_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
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

Length = Annotated[timedelta, BeforeValidator(_length)]
Tier = Annotated[tuple[Mention, ...], AfterValidator(_somebody)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Team(_Table):
    repository: Repository = ""
    labels: tuple[Label, ...] = ()
    assignees: Annotated[tuple[Login, ...], Field(max_length=MAX_ASSIGNEES)] = ()
    runbook: Runbook | None = None
    mention: dict[Priority, tuple[Mention, ...]] = Field(default_factory=dict)
    escalate_after: Length | None = None
    escalate_to: Annotated[tuple[Tier, ...], Field(max_length=MAX_TIERS)] = ()
    close_on_resolve: bool = True
    board: bool = True
    details: Details = Details.LABELS
    severity: Severity = Field(default_factory=dict)


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
    try:
        file = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError("routing.toml", [f"not TOML: {error}"]) from None
    except ValidationError as error:
        raise ConfigurationError("routing.toml", [fault(each) for each in error.errors()]) from None
    if halves := list(_halves(file)):
        raise ConfigurationError("routing.toml", halves)
    return Routing(
        default=_route(file.default),
        teams={name: _route(_inherit(team, file.default)) for name, team in file.team.items()},
        fallback=Fallback(file.fallback.team, file.fallback.priority) if file.fallback else None,
        owner_tables=dict(_owner_tables(file)),
        inhibit=tuple(each.rule() for each in file.inhibit),
    )


def _owner_tables(file: _File) -> Iterator[tuple[str, OwnerTable]]:
    """Read by key what alerts call their owners."""
    default = file.default
    yield DEFAULT, OwnerTable(default.team_labels, default.priority_labels, default.severity)
    for name, source in file.source.items():
        yield f"source.{name}", OwnerTable(**source.model_dump())
    for name, team in file.team.items():
        if team.severity:
            yield f"team.{name}", OwnerTable(severity=team.severity)


def _inherit(team: _Team, default: _Default) -> _Team:
    """Take from `[default]` what the team does not say."""
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
        escalation=_escalation(table),
    )


def _escalation(table: _Team) -> Escalation | None:
    if not table.escalate_after or not table.escalate_to:
        return None
    return Escalation(table.escalate_after, tuple(union([tier]) for tier in table.escalate_to))


def fault(found: Mapping[str, Any]) -> str:
    """Write what pydantic found wrong in a file, after its key."""
    key = ".".join(str(part) for part in found["loc"] if part != "[key]")
    sentence = {"extra_forbidden": "unknown key", "missing": "missing"}.get(found["type"], found["msg"])
    return f"{key}: {sentence.removeprefix('Value error, ')}"
