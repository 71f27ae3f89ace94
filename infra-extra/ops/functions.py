"""Chalice: the functions, their roles, triggers and API."""

import json
import subprocess
import sys
from pathlib import Path

from ops import memory, package
from ops.aws import Aws
from ops.stage import Stage


def deploy(aws: Aws) -> None:
    """Make or update the functions from a fresh package."""
    with memory.kept(aws):
        package.build(aws.stage)
        package.run(aws.stage, "deploy")


def delete(aws: Aws) -> None:
    """Delete the functions, their roles, triggers and API."""
    with memory.kept(aws):
        if aws.stage.memory.is_file():
            _delete(aws.stage)
    memory.forget(aws)


def url(aws: Aws) -> str | None:
    """The API's address; None if it is not deployed."""
    remembered = json.loads(memory.fetch(aws) or '{"resources": []}')
    for resource in remembered["resources"]:
        if resource["resource_type"] == "rest_api":
            address: str = resource["rest_api_url"]
            return address.rstrip("/")
    return None


def _delete(stage: Stage) -> None:
    chalice = str(Path(sys.executable).with_name("chalice"))
    command = [chalice, "--project-dir", str(stage.root), "delete", "--stage", stage.name]
    subprocess.run(command, env=stage.environment, check=True)
