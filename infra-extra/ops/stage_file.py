"""A stage's file, `infra-extra/stages/<name>.toml`: everything that differs between stages, read strictly."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from chalicelib.errors import ConfigurationError
from chalicelib.routing.file import fault
from chalicelib.settings import Settings
from chalicelib.wiring import checkout
from chalicelib.wiring.stage import LOCAL

KINDS: dict[str, TypeAdapter[Any]] = {
    "string": TypeAdapter(str),
    "number": TypeAdapter(float),
    "bool": TypeAdapter(bool),
    "list(string)": TypeAdapter(list[str]),
}
"""The types of Terraform's variables."""

VARIABLE = re.compile(r'^variable "(\w+)" \{\n(?:.*\n)*?  type        = (\S+)$', re.MULTILINE)
FOLLOWING = {"stage", "region", "collector_timeout_seconds", "canary"}
"""Terraform's variables that follow from the rest of the file."""

SET_FOR_YOU = {"ALERTING_STAGE", "ALERTING_ACCOUNT_ID", "AWS_REGION"}


def _region(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-[0-9]", text):
        raise ValueError("must be an AWS region such as us-east-1")
    return text


def _account(text: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", text):
        raise ValueError("must be an AWS account id of 12 digits")
    return text


Region = Annotated[str, AfterValidator(_region)]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class State(_Table):
    """Where Terraform's state is, and in the same bucket Chalice's record of its deployments."""

    bucket: str | None = None
    key: str | None = None
    region: Region | None = None


class Function(_Table):
    """A function's settings that differ from what `.chalice/config.json` says for all stages."""

    memory: Annotated[int, Field(ge=128, le=10240)] | None = None
    timeout: Annotated[int, Field(ge=1, le=900)] | None = None
    reserved_concurrency: Annotated[int, Field(ge=0)] | None = None
    statements: list[dict[str, Any]] = Field(default_factory=list)
    """Additional statements for its policy."""


class Functions(_Table):
    """The functions, under Chalice's names."""

    api_handler: Function = Function()
    collector: Function = Function()
    reconcile: Function = Function()


class StageFile(_Table):
    """What the file contains."""

    region: Region
    account: Annotated[str, AfterValidator(_account)] | None = None
    confirm: bool | None = None
    """Whether `deploy` asks first; if this is not set, it does in prod."""

    python: Literal["3.11", "3.12", "3.13", "3.14"] = "3.13"
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    state: State = State()
    functions: Functions = Functions()
    settings: dict[str, Annotated[str, BeforeValidator(checkout.text)]] = Field(default_factory=dict)
    terraform: dict[str, Any] = Field(default_factory=dict)


def read(name: str, root: Path) -> StageFile:
    """Read a stage's file; raises ConfigurationError naming every fault by its key."""
    if not re.fullmatch(r"[a-z0-9]{1,20}", name) or name == LOCAL:
        raise ConfigurationError(f"stage {name}", ["use at most 20 lower-case letters and digits"])
    told, file = checkout.described(name, root), f"infra-extra/{checkout.FILE.format(name)}"
    if told is None:
        raise ConfigurationError(
            file, ["it does not exist: copy that of another stage and change its region"]
        )
    return parse(told, file, root)


def parse(told: Mapping[str, Any], file: str, root: Path) -> StageFile:
    """Check what a file says; raises ConfigurationError naming every fault by its key."""
    faults = [*_settings(told.get("settings")), *_variables(told.get("terraform"), root)]
    try:
        found = StageFile.model_validate(told)
    except ValidationError as error:
        raise ConfigurationError(file, [*(_fault(each) for each in error.errors()), *faults]) from None
    if faults:
        raise ConfigurationError(file, faults)
    return found


def _fault(found: Any) -> str:
    """Write pydantic's fault, and for an unknown key the one that was probably meant."""
    *outer, key = found["loc"]
    if found["type"] != "extra_forbidden":
        return fault(found)
    table: Any = StageFile
    for part in outer:
        table = table.model_fields[part].annotation
    return f"{fault(found)}{_meant(key, table.model_fields)}"


def _meant(key: str, known: Iterable[str]) -> str:
    close = get_close_matches(key, list(known), 1)
    return f"; did you mean {close[0]}?" if close else ""


def _settings(told: Any) -> Iterator[str]:
    """Name each setting that no function has, and the faults that Settings finds."""
    if not isinstance(told, dict):
        return
    known = {each.metadata["variable"] for each in fields(Settings)} - SET_FOR_YOU
    for name in told.keys() - known:
        unknown = f"unknown key{_meant(name, known)}"
        yield f"settings.{name}: {'is set for you' if name in SET_FOR_YOU else unknown}"
    try:
        Settings.read({name: checkout.text(value) for name, value in told.items() if name in known})
    except ConfigurationError as error:
        yield from (f"settings.{each}" for each in error.faults)
    except ValueError:
        return  # the file's own check tells which


def _variables(told: Any, root: Path) -> Iterator[str]:
    """Name keys that are not Terraform variables, or not of the right type; Terraform checks the rest."""
    if not isinstance(told, dict):
        return
    text = (root / "infra-extra" / "variables.tf").read_text(encoding="utf-8")
    known = dict(VARIABLE.findall(text))
    for name, value in told.items():
        if name in FOLLOWING:
            yield f"terraform.{name}: follows from the rest of this file"
        elif name not in known:
            yield f"terraform.{name}: unknown key{_meant(name, known.keys() - FOLLOWING)}"
        else:
            try:
                KINDS[known[name]].validate_python(value, strict=True)
            except ValidationError as error:
                yield from (f"terraform.{name}: {each['msg']}" for each in error.errors())
