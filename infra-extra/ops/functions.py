"""Chalice: the functions, their roles, triggers and API."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ops import memory, package, policies
from ops.aws import Aws
from ops.stage import Stage


def deploy(aws: Aws) -> None:
    """Make or update the functions from a fresh package."""
    with memory.kept(aws):
        package.build(aws.stage)
        policies.name_account(package.folder(aws.stage), aws.account_id)
        package.run(aws.stage, "deploy")


def limit(aws: Aws, per_second: float, burst: int) -> None:
    """Limit the requests that each route of the API takes, a second and at once; Chalice cannot."""
    for resource in _remembered(aws):
        if resource["resource_type"] == "rest_api":
            aws.client("apigateway").update_stage(
                restApiId=resource["rest_api_id"],
                stageName=resource["rest_api_url"].rstrip("/").rpartition("/")[2],
                patchOperations=[
                    {"op": "replace", "path": f"/*/*/throttling/{name}", "value": f"{value:g}"}
                    for name, value in (("rateLimit", per_second), ("burstLimit", burst))
                ],
            )


def delete(aws: Aws) -> None:
    """Delete the functions, their roles, triggers and API."""
    with memory.kept(aws):
        if aws.stage.memory.is_file():
            _delete(aws.stage)
    memory.forget(aws)


def url(aws: Aws) -> str | None:
    """The API's address; None if it is not deployed."""
    for resource in _remembered(aws):
        if resource["resource_type"] == "rest_api":
            address: str = resource["rest_api_url"]
            return address.rstrip("/")
    return None


def _remembered(aws: Aws) -> list[dict[str, Any]]:
    resources: list[dict[str, Any]] = json.loads(memory.fetch(aws) or '{"resources": []}')["resources"]
    return resources


def _delete(stage: Stage) -> None:
    chalice = str(Path(sys.executable).with_name("chalice"))
    command = [chalice, "--project-dir", str(stage.root), "delete", "--stage", stage.name]
    subprocess.run(command, env=stage.environment, check=True)
