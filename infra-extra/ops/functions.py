"""Chalice: the functions, their roles, triggers and API."""

import json
import subprocess
import sys
from pathlib import Path

from ops import memory
from ops.aws import Aws
from ops.stage import Stage


def deploy(aws: Aws) -> None:
    """Make or update the functions."""
    with memory.kept(aws):
        _chalice(aws.stage, "deploy")


def delete(aws: Aws) -> None:
    """Delete the functions, their roles, triggers and API."""
    with memory.kept(aws):
        if aws.stage.memory.is_file():
            _chalice(aws.stage, "delete")
    memory.forget(aws)


def url(aws: Aws) -> str | None:
    """The API's address; None if it is not deployed."""
    remembered = json.loads(memory.fetch(aws) or '{"resources": []}')
    for resource in remembered["resources"]:
        if resource["resource_type"] == "rest_api":
            address: str = resource["rest_api_url"]
            return address.rstrip("/")
    return None


def _chalice(stage: Stage, verb: str) -> None:
    chalice = str(Path(sys.executable).with_name("chalice"))
    command = [chalice, "--project-dir", str(stage.root), verb, "--stage", stage.name]
    subprocess.run(command, env=stage.environment, check=True)
