"""Chalice's part of a stage, generated from the stage's file: its entry in `config.json`, and three policies.

The package is deployed with these. For stages in git, `.chalice` has the same content for `chalice deploy` by
hand, and must not say anything different from the stage's file.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

from boto3.session import Session

from ops.deployment import Deployment
from ops.stage_file import Functions

ANY = "*"
CONFIG = "config.json"
READERS, MIRROR = "ReadAlarmsOfOtherAccounts", "PublishToMirror"
"""Statements that depend on a setting, if it is set."""


def made(stage: Deployment) -> dict[str, Any]:
    """Return the stage's entry in Chalice's `config.json`."""
    return {
        "environment_variables": {"ALERTING_STAGE": stage.name, **stage.file.settings},
        "tags": {"project": "alerting", "stage": stage.name},
        "lambda_architecture": stage.file.architecture,
        "lambda_functions": {name: dict(_function(stage, name)) for name in Functions.model_fields},
    }


def _function(stage: Deployment, name: str) -> Iterator[tuple[str, Any]]:
    yield "iam_policy_file", _policy_file(stage, name)
    given = getattr(stage.file.functions, name)
    named = {"lambda_memory_size": given.memory, "lambda_timeout": given.timeout}
    for key, value in (named | {"reserved_concurrency": given.reserved_concurrency}).items():
        if value is not None:
            yield key, value


def _policy_file(stage: Deployment, name: str) -> str:
    return f"policy-{stage.name}-{name}.json"


def policy(stage: Deployment, name: str, account: str = ANY) -> dict[str, Any]:
    """Return a policy: the template's statements, and the file's, which replace those of the same Sid."""
    template = Template(
        (stage.root / "infra-extra" / "policies" / f"{name}.json").read_text(encoding="utf-8")
    )
    partition = Session().get_partition_for_region(stage.region)
    place = {"partition": partition, "region": stage.region, "account": account, "stage": stage.name}
    place["table"] = stage.table
    found = json.loads(template.substitute(place))
    named = {READERS: list(stage.settings.alarm_reader_role_arns), MIRROR: stage.settings.mirror_topic_arn}
    statements = by_sid(found)
    for sid in named.keys() & statements.keys():
        statements[sid]["Resource"] = named[sid] or statements[sid]["Resource"]
    own = {"Statement": getattr(stage.file.functions, name).statements}
    return {**found, "Statement": list((statements | by_sid(own)).values())}


def by_sid(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the statements of a policy by their Sid, or by their position if they have none."""
    return {each.get("Sid", str(place)): each for place, each in enumerate(document["Statement"])}


def write(stage: Deployment, folder: Path, account: str = ANY) -> None:
    """Write the stage and its policies into a folder for Chalice, leaving other stages there unchanged."""
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    config["stages"][stage.name] = made(stage)
    documents = {_policy_file(stage, name): policy(stage, name, account) for name in Functions.model_fields}
    for file, document in {CONFIG: config, **documents}.items():
        (folder / file).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def differences(stage: Deployment) -> Iterator[str]:
    """List where `.chalice`, if it has the stage, differs from what the file generates."""
    folder = stage.root / ".chalice"
    there = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["stages"].get(stage.name)
    if there is None:
        return
    yield from differing(f".chalice/{CONFIG}", flat(there), flat(made(stage)))
    for name in Functions.model_fields:
        file = folder / _policy_file(stage, name)
        found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {"Statement": []}
        yield from differing(f".chalice/{file.name}", by_sid(found), by_sid(policy(stage, name)))


def differing(what: str, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """List each key that differs, with its value now and the wanted one."""
    for key in sorted(there.keys() | wanted.keys()):
        says, makes = (
            json.dumps(each[key], sort_keys=True) if key in each else "not set" for each in (there, wanted)
        )
        if says != makes:
            yield f"{what}: {key}: {says} -> {makes}"


def flat(tree: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return each value of a tree by its path."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        found |= flat(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": value}
    return found
