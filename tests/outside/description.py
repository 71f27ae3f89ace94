"""GitHub's own description of its API, which GitHub generates and publishes as @octokit/openapi."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import FormatChecker  # type: ignore[import-untyped]
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from referencing import Registry
from referencing.jsonschema import DRAFT4

FILE = Path(__file__).parent / "node_modules/@octokit/openapi/generated/api.github.com.json"
ROOT = "urn:github"
REDIRECTED_OR_REFUSED = 300

_TARGET = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%[0-9A-Fa-f]{2})*")
"""RFC 3986, a path with what may follow it: whatever else there is has to be escaped."""


def _is_uri(value: object) -> bool:
    """Say whether an address has no character that RFC 3986 wants escaped, but for a template's braces."""
    scheme, _, rest = value.partition("://") if isinstance(value, str) else ("https", "", "x/")
    return (
        scheme in ("http", "https")
        and _TARGET.fullmatch("/" + rest.replace("{", "").replace("}", "")) is not None
    )


FORMATS = FormatChecker(formats=("date-time",))
FORMATS.checks("uri")(_is_uri)


@dataclass(frozen=True)
class Exchange:
    """A request as it was sent, and its answer."""

    method: str
    target: str
    sent: Any
    user_agent: str | None
    status: int
    answer: Any

    @property
    def call(self) -> str:
        """The request's line, short."""
        return f"{self.method} {self.target.partition('?')[0]} -> {self.status}"

    @property
    def endpoint(self) -> tuple[str, str]:
        """Its method, and its path without what differs from call to call."""
        path = re.sub(r"/repos/[^/]+/[^/]+|/repositories/\d+", "/repos/{repo}", self.target.partition("?")[0])
        return self.method, re.sub(
            r"/labels/[^/]+$|/collaborators/[^/]+", "/{name}", re.sub(r"/\d+", "/{n}", path)
        )


@dataclass(frozen=True)
class Operation:
    """What GitHub says of one method of one path."""

    path: str
    pointer: str
    said: Mapping[str, Any]
    parameters: Mapping[tuple[str, str], Mapping[str, Any]]


class Description:
    """The description as a whole."""

    def __init__(self) -> None:
        self.document = json.loads(FILE.read_bytes(), object_hook=_nullable)
        _correct(self.document)
        self._registry: Registry[Any] = Registry().with_resource(ROOT, DRAFT4.create_resource(self.document))
        self._paths = [(_pattern(path), path) for path in self.document["paths"]]
        self._validators: dict[tuple[str, bool], Any] = {}

    def faults(self, exchange: Exchange) -> Iterator[str]:
        """Say what of an exchange is not as GitHub describes it.

        An answer is always held against it; a request only where it was not refused, as some are wrong on
        purpose.
        """
        if not _TARGET.fullmatch(exchange.target):
            yield f"{exchange.call}: the address has a character that must be escaped: {exchange.target}"
        operation = self._operation(exchange.method, _by_name(exchange.target.partition("?")[0]))
        if operation is None:
            if exchange.status not in (404, 405):
                yield f"{exchange.call}: no such endpoint"
            return
        if exchange.status < REDIRECTED_OR_REFUSED:
            yield from (f"{exchange.call}: request: {fault}" for fault in self._request(operation, exchange))
        yield from (f"{exchange.call}: answer: {fault}" for fault in self._answer(operation, exchange))

    def knows(self, method: str, path: str) -> bool:
        """Say whether GitHub has such an endpoint."""
        return self._operation(method, path) is not None

    def _operation(self, method: str, path: str) -> Operation | None:
        matching = [name for pattern, name in self._paths if pattern.fullmatch(path)]
        for name in sorted(matching, key=lambda name: name.count("{")):
            said = self.document["paths"][name].get(method.lower())
            if said:
                pointer = f"/paths/{_escaped(name)}/{method.lower()}"
                found = [self._resolved(each) for each in said.get("parameters", ())]
                return Operation(name, pointer, said, {(each["in"], each["name"]): each for each in found})
        return None

    def _request(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        query = parse_qsl(exchange.target.partition("?")[2], keep_blank_values=True)
        for name, value in query:
            parameter = operation.parameters.get(("query", name))
            if parameter is None:
                yield f"unknown parameter `{name}`"
            else:
                yield from self._parameter(name, value, parameter["schema"])
        body = operation.said.get("requestBody")
        if body is None:
            if exchange.sent is not None:
                yield "a body where none is described"
        elif exchange.sent is not None or body.get("required"):
            pointer = f"{operation.pointer}/requestBody/content/application~1json/schema"
            yield from self._held_against(pointer, exchange.sent, writing=True)

    def _parameter(self, name: str, value: str, schema: Mapping[str, Any]) -> Iterator[str]:
        schema = self._resolved(schema)
        if "enum" in schema and value not in schema["enum"]:
            yield f"`{name}` is {value!r}, not one of {schema['enum']}"
        if schema.get("type") == "integer" and not value.isdigit():
            yield f"`{name}` is {value!r}, not a whole number"
        if schema.get("format") == "date-time" and not FORMATS.conforms(value, "date-time"):
            yield f"`{name}` is {value!r}, not a time"

    def _answer(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        described = operation.said["responses"].get(str(exchange.status))
        if described is None:
            # Refusals of any request (credentials, limits, redirects of what moved) are described nowhere.
            if exchange.status not in (301, 307, 400, 401, 403, 404, 410, 422, 429):
                yield "no such status is described"
            return
        pointer = f"{operation.pointer}/responses/{exchange.status}"
        if "$ref" in described:
            pointer = described["$ref"].removeprefix("#")
            described = self._resolved(described)
        if "content" not in described:
            if exchange.answer is not None:
                yield "a body where none is described"
            return
        kind = next(name for name in described["content"] if name.endswith("json"))
        yield from self._held_against(
            f"{pointer}/content/{_escaped(kind)}/schema", exchange.answer, writing=False
        )

    def _held_against(self, pointer: str, value: Any, *, writing: bool) -> Iterator[str]:
        key = (pointer, writing)
        if key not in self._validators:
            kind = OAS30WriteValidator if writing else OAS30ReadValidator
            schema = {"$ref": f"{ROOT}#{pointer}"}
            self._validators[key] = kind(schema, registry=self._registry, format_checker=FORMATS)
        for error in self._validators[key].iter_errors(value):
            yield f"{error.json_path}: {error.message[:300]}"

    def _resolved(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in entry:
            found: Any = self.document
            for step in entry["$ref"].removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            entry = found
        return entry


def exchanges(directory: Path) -> Iterator[Exchange]:
    """Read what the stand-in and its twin recorded."""
    for file in sorted(directory.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield Exchange(**json.loads(line))


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Let null be one of the values of a field that may be null, which the description forgets to list.

    spec.openapis.org/oas/v3.0.4.html#fixed-fields-for-schema-object, on `nullable`
    """
    if schema.get("nullable") is True and isinstance(schema.get("enum"), list):
        return schema | {"enum": [*schema["enum"], None]}
    return schema


def _correct(document: Any) -> None:
    """Say what the description gets wrong.

    An account in a list of installations is a user or an enterprise, not both, as one by itself. A new issue
    may have a parent: GitHub's description has had that since 2026 (githubkit-schemas 26.10), and 23.0.2, the
    newest @octokit/openapi, not yet.
    """
    answer = document["paths"]["/app/installations"]["get"]["responses"]["200"]
    installation = answer["content"]["application/json"]["schema"]["items"]["properties"]
    installation["account"] = document["components"]["schemas"]["installation"]["properties"]["account"]
    opening = document["paths"]["/repos/{owner}/{repo}/issues"]["post"]["requestBody"]["content"]
    opening["application/json"]["schema"]["properties"]["parent_issue_id"] = {"type": "integer"}


def _by_name(path: str) -> str:
    """A repository by its id is described by its name alone."""
    return re.sub(r"^/repositories/\d+", "/repos/owner/name", path)


def _pattern(path: str) -> re.Pattern[str]:
    """A path's parameters hold no slash, escaped or not: GitHub's labels are not named with one in a path."""
    return re.compile(
        "".join("[^/]+" if part[0] == "{" else re.escape(part) for part in re.findall(r"\{.*?\}|[^{]+", path))
    )


def _escaped(step: str) -> str:
    """Escape a step of a JSON pointer in a fragment."""
    return step.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
