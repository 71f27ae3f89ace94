"""Chalice: the functions, their roles, triggers and API."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import ClientError

from ops import chalice_stage, kept, memory, package, release, roles
from ops.deployment import Deployment


def deploy(stage: Deployment) -> None:
    """Create or update the functions from a new package, or from a release's."""
    prepare(stage)
    ship(stage)


def ship(stage: Deployment) -> None:
    """Create or update the functions from the prepared package."""
    with memory.kept(stage):
        chalice_stage.write(stage, package.folder(stage) / ".chalice", stage.place.account_id)
        roles.bound(stage)
        package.run(stage, "deploy")
    _name(stage)
    kept.keep(stage, datetime.now(UTC))


def redeploy(stage: Deployment, python: str) -> None:
    """Update the functions from the package that was put in place, never from one built here."""
    fixed = {"PIP_NO_INDEX": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with memory.kept(stage):
        package.chalice(stage, package.folder(stage), "deploy", python=python, **fixed)
    _name(stage)


def _name(stage: Deployment) -> None:
    """Name the API after the stage, even if an older package named it: its alarm uses that name."""
    for api_id, _ in _apis(stage):
        operation = {"op": "replace", "path": "/name", "value": stage.prefix}
        stage.client("apigateway").update_rest_api(restApiId=api_id, patchOperations=[operation])


def digests(stage: Deployment) -> set[str]:
    """Return Lambda's digests of the running packages: several if a deployment stopped midway."""
    found = set[str]()
    for name in stage.functions:
        try:
            found.add(stage.client("lambda").get_function_configuration(FunctionName=name)["CodeSha256"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
    return found


def prepare(stage: Deployment) -> Path:
    """Build the package to deploy; returns where it is."""
    return release.take(stage, stage.released) if stage.released else package.build(stage)


def limit(stage: Deployment, per_second: float, burst: int) -> None:
    """Limit the requests to each route of the API, per second and in a burst; Chalice cannot."""
    for api_id, address in _apis(stage):
        stage.client("apigateway").update_stage(
            restApiId=api_id,
            stageName=address.rpartition("/")[2],
            patchOperations=[
                {"op": "replace", "path": f"/*/*/throttling/{name}", "value": f"{value:g}"}
                for name, value in (("rateLimit", per_second), ("burstLimit", burst))
            ],
        )


def delete(stage: Deployment) -> None:
    """Delete the functions, their roles, triggers and API."""
    with memory.kept(stage):
        if stage.memory.is_file():
            package.chalice(stage, stage.root, "delete")
    memory.forget(stage)
    for each in kept.packages(stage):
        kept.forget(stage, each)


def api(stage: Deployment) -> str | None:
    """The API's id; None if it is not deployed."""
    return next((api_id for api_id, _ in _apis(stage)), None)


def url(stage: Deployment) -> str | None:
    """The API's address; None if it is not deployed."""
    return next((address for _, address in _apis(stage)), None)


def _apis(stage: Deployment) -> Iterator[tuple[str, str]]:
    """Return the id and address of each recorded API; once it is deployed, a stage has one."""
    for resource in json.loads(memory.fetch(stage) or '{"resources": []}')["resources"]:
        if resource["resource_type"] == "rest_api":
            yield resource["rest_api_id"], resource["rest_api_url"].rstrip("/")
