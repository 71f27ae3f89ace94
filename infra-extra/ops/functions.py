"""Chalice: the functions, their roles, triggers and API."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ops import memory, package, policies
from ops.deployment import Deployment


def deploy(stage: Deployment) -> None:
    """Make or update the functions from a fresh package."""
    with memory.kept(stage):
        package.build(stage)
        policies.name_account(package.folder(stage), stage.place.account_id)
        package.run(stage, "deploy")


def limit(stage: Deployment, per_second: float, burst: int) -> None:
    """Limit the requests that each route of the API takes, a second and at once; Chalice cannot."""
    for resource in _remembered(stage):
        if resource["resource_type"] == "rest_api":
            stage.client("apigateway").update_stage(
                restApiId=resource["rest_api_id"],
                stageName=resource["rest_api_url"].rstrip("/").rpartition("/")[2],
                patchOperations=[
                    {"op": "replace", "path": f"/*/*/throttling/{name}", "value": f"{value:g}"}
                    for name, value in (("rateLimit", per_second), ("burstLimit", burst))
                ],
            )


def delete(stage: Deployment) -> None:
    """Delete the functions, their roles, triggers and API."""
    with memory.kept(stage):
        if stage.memory.is_file():
            _delete(stage)
    memory.forget(stage)


def url(stage: Deployment) -> str | None:
    """The API's address; None if it is not deployed."""
    for resource in _remembered(stage):
        if resource["resource_type"] == "rest_api":
            address: str = resource["rest_api_url"]
            return address.rstrip("/")
    return None


def _remembered(stage: Deployment) -> list[dict[str, Any]]:
    resources: list[dict[str, Any]] = json.loads(memory.fetch(stage) or '{"resources": []}')["resources"]
    return resources


def _delete(stage: Deployment) -> None:
    chalice = str(Path(sys.executable).with_name("chalice"))
    command = [chalice, "--project-dir", str(stage.root), "delete", "--stage", stage.name]
    subprocess.run(command, env=stage.environment, check=True)
