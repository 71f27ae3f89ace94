"""The files that described a stage before it was one file, and the file that says the same.

They were `<stage>.tfvars`, `backend-<stage>.hcl`, the stage in `.chalice/config.json`, and three policies.
"""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chalicelib.errors import ConfigurationError
from chalicelib.wiring import checkout
from ops import chalice_stage, stage_file, terraform
from ops.deployment import Deployment, Faults

ASSIGNED = re.compile(r"^\s*(\w+)\s*=", re.MULTILINE)
SAME_FOR_ALL = {"encrypt": True, "use_lockfile": True}
FUNCTION = {
    "lambda_memory_size": "memory",
    "lambda_timeout": "timeout",
    "reserved_concurrency": "reserved_concurrency",
}

# Until the webhook had a secret of its own, it read the App's secret, which contained GitHub's.
NO_LONGER = re.compile(r"-alerting-app-secrets-\?+$")


def files(name: str, root: Path) -> list[Path]:
    """List those that exist."""
    found = (root / "infra-extra" / each.format(name) for each in checkout.EARLIER)
    return [file for file in found if file.exists()]


def convert(name: str, root: Path) -> tuple[Deployment, str]:
    """Return the stage that they describe, and its file's text; raises Faults if a file cannot express it.

    If the files no longer exist, the stage's file already replaces them.
    """
    infra, file = root / "infra-extra", root / "infra-extra" / checkout.FILE.format(name)
    variables, backend = (_assignments(infra / each.format(name)) for each in checkout.EARLIER)
    config = json.loads((root / ".chalice" / chalice_stage.CONFIG).read_text(encoding="utf-8"))
    chalice = config["stages"].get(name, {})
    told: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if variables:
        told |= {
            "region": variables.get("region", ""),
            "terraform": _without(variables, *stage_file.FOLLOWING),
        }
    if backend:
        told["state"] = {key: backend[key] for key in stage_file.State.model_fields if key in backend}
    if architecture := chalice.get("lambda_architecture", config.get("lambda_architecture")):
        told["architecture"] = architecture
    told["settings"] = told.get("settings", {}) | _without(
        chalice.get("environment_variables", {}), "ALERTING_STAGE"
    )
    functions = told.setdefault("functions", {})
    for function, given in chalice.get("lambda_functions", {}).items():
        table = functions.setdefault(function, {})
        table |= {FUNCTION[key]: value for key, value in given.items() if key in FUNCTION}
    try:
        stage = _parsed(name, told, root)
        for function in stage_file.Functions.model_fields:
            functions.setdefault(function, {})["statements"] = list(_statements(stage, function))
        stage = _parsed(name, told, root)
        faults = list(_lost(stage, variables, backend, chalice))
    except ConfigurationError as error:
        faults = error.faults
    if faults:
        raise Faults(f"The stage {name} cannot be converted to one file. Correct or delete these:", faults)
    return stage, "\n".join([f"# The settings of the stage {name}.", *_toml(told), ""])


def _parsed(name: str, told: Mapping[str, Any], root: Path) -> Deployment:
    file = stage_file.parse(told, f"infra-extra/{checkout.FILE.format(name)}", root)
    return Deployment.of(name, file, root)


def _without(table: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in names}


def _statements(stage: Deployment, function: str) -> Iterator[dict[str, Any]]:
    """Return what a function's policy allows beyond what is generated for it."""
    file = stage.root / ".chalice" / f"policy-{stage.name}-{function}.json"
    ours = chalice_stage.by_sid(chalice_stage.policy(stage, function))
    there = chalice_stage.by_sid(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}
    for sid, statement in there.items():
        made, resources = ours.get(sid, {}), _listed(statement.get("Resource"))
        if function == "api_handler":
            resources = {each for each in resources if not NO_LONGER.search(each)}
        within = resources <= _listed(made.get("Resource")) and _listed(statement["Action"]) <= _listed(
            made.get("Action")
        )
        if not within or _without(statement, "Action", "Resource") != _without(made, "Action", "Resource"):
            yield statement


def _listed(value: str | list[str] | None) -> set[str]:
    return {value} if isinstance(value, str) else set(value or ())


def _lost(
    stage: Deployment, variables: Mapping[str, Any], backend: Mapping[str, Any], chalice: Mapping[str, Any]
) -> Iterator[str]:
    """Name every setting that would be lost."""
    held = terraform.variables(stage)
    for key, value in variables.items():
        if held[key] != value:
            yield f"infra-extra/{stage.name}.tfvars: {key} is {value!r}, but would be {held[key]!r}"
    for key, value in backend.items():
        if key not in stage.file.state.model_fields_set and SAME_FOR_ALL.get(key) != value:
            yield f"infra-extra/backend-{stage.name}.hcl: {key} is not supported in a stage's file"
    made = chalice_stage.flat(chalice_stage.made(stage))
    for key, value in chalice_stage.flat(chalice).items():
        if made.get(key) != value:
            yield f".chalice/config.json: {key} of {stage.name} is {value!r}, but would be {made.get(key)!r}"


def _assignments(file: Path) -> dict[str, Any]:
    """Read the assignments of an HCL file, as Terraform does."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    names = sorted(set(ASSIGNED.findall(text)))
    if not names:
        return {}
    if not shutil.which("terraform"):
        raise Faults(f"{file.name} cannot be read:", ["this needs terraform, which is not on the PATH"])
    asked = ", ".join(f"{name} = var.{name}" for name in names)
    with tempfile.TemporaryDirectory() as folder:
        declared = json.dumps({"variable": {name: {} for name in names}})
        Path(folder, "variables.tf.json").write_text(declared, encoding="utf-8")
        Path(folder, "given.tfvars").write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["terraform", f"-chdir={folder}", "console", "-var-file=given.tfvars"],
            input=f"base64encode(jsonencode({{{asked}}}))",
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found: dict[str, Any] = json.loads(base64.b64decode(done.stdout))
    return found


def _toml(table: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Write tables as TOML; strings, numbers, booleans and lists of these look the same in JSON."""
    plain = {key: value for key, value in table.items() if not _is_tables(value)}
    if before and plain:
        yield f"\n[{before}]"
    yield from (f"{key} = {_inline(value)}" for key, value in plain.items())
    for key, value in table.items():
        path = f"{before}.{key}" if before else key
        if isinstance(value, dict):
            yield from _toml(value, path)
        elif _is_tables(value):
            for each in value:
                yield f"\n[[{path}]]"
                yield from (f"{name} = {_inline(one)}" for name, one in each.items())


def _is_tables(value: object) -> bool:
    listed = value if isinstance(value, list) else ()
    return isinstance(value, dict) or any(isinstance(each, dict) for each in listed)


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(key)} = {_inline(each)}' for key, each in value.items())} }}"
    return json.dumps(value)
