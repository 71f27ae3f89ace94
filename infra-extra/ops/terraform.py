"""Terraform in `infra-extra/`, each stage with its own backend and working folder."""

import json
import subprocess
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from ops.deployment import Deployment

WAITING = "-lock-timeout=5m"
"""Waits for the lock: a pull request may be planned while main is deployed, and each locks the state."""


def plan(stage: Deployment) -> None:
    """Show what would change, and save it for `apply`."""
    _run(stage, "plan", f"-out={stage.made / 'plan'}", *_variables(stage))


def apply(stage: Deployment) -> None:
    """Make the changes that `plan` showed, and no others."""
    _terraform(stage, "apply", "-input=false", WAITING, str(stage.made / "plan"))


def destroy(stage: Deployment) -> None:
    """Delete everything that `apply` created."""
    _run(stage, "destroy", "-auto-approve", *_variables(stage))


def outputs(stage: Deployment) -> dict[str, Any]:
    """Return what a person needs next, from the configuration's outputs."""
    init(stage)
    done = _terraform(stage, "output", "-json", stdout=subprocess.PIPE)
    return {name: output["value"] for name, output in json.loads(done.stdout).items()}


def init(stage: Deployment) -> None:
    """Fetch only the provider that the lock file names, and find the state."""
    file = _made(stage, "backend.json", backend(stage))
    options = ("-input=false", "-lockfile=readonly", "-reconfigure", f"-backend-config={file}")
    _terraform(stage, "init", *options, stdout=subprocess.PIPE)


def backend(stage: Deployment) -> dict[str, Any]:
    """Return where the state is."""
    key = stage.file.state.key or f"alerting/{stage.name}.tfstate"
    place = {"bucket": stage.bucket, "key": key, "region": stage.bucket_region}
    return place | {"encrypt": True, "use_lockfile": True}


def variables(stage: Deployment) -> dict[str, Any]:
    """Return every variable that the stage's file sets, and those that follow from it."""
    config = json.loads((stage.root / ".chalice" / "config.json").read_text(encoding="utf-8"))
    timeout = (
        stage.file.functions.collector.timeout or config["lambda_functions"]["collector"]["lambda_timeout"]
    )
    following = {"collector_timeout_seconds": timeout, "canary": bool(stage.settings.canary_repository)}
    return {"stage": stage.name, "region": stage.region} | following | stage.file.terraform


def make_bucket(stage: Deployment) -> None:
    """Create the bucket of the state, or finish it, with the configuration in `bootstrap/`."""
    named = {"stage": stage.name, "bucket": stage.bucket, "region": stage.bucket_region}
    state = f"-state={stage.made / 'bootstrap.tfstate'}"
    given = f"-var-file={_made(stage, 'bootstrap.tfvars.json', named)}"
    _terraform(
        stage, "init", "-input=false", "-lockfile=readonly", stdout=subprocess.PIPE, folder="bootstrap"
    )
    stage.bucket_begun.touch()
    _terraform(stage, "apply", "-input=false", "-auto-approve", state, given, folder="bootstrap")
    stage.bucket_begun.unlink()


def _made(stage: Deployment, name: str, what: dict[str, Any]) -> Path:
    """Write a file for Terraform."""
    stage.made.mkdir(parents=True, exist_ok=True)
    file = stage.made / name
    file.write_text(json.dumps(what, indent=2) + "\n", encoding="utf-8")
    return file


def _run(stage: Deployment, *arguments: str) -> None:
    init(stage)
    _terraform(stage, *arguments)


def _variables(stage: Deployment) -> tuple[str, ...]:
    return "-input=false", WAITING, f"-var-file={_made(stage, 'terraform.tfvars.json', variables(stage))}"


def _terraform(
    stage: Deployment, *arguments: str, stdout: int | None = None, folder: str = "."
) -> CompletedProcess[str]:
    """Run Terraform; its errors go straight to the terminal."""
    place = stage.root / "infra-extra" / folder
    environment = stage.environment | {"TF_DATA_DIR": str(place / ".terraform" / stage.name)}
    return subprocess.run(
        ["terraform", f"-chdir={place}", *arguments], env=environment, stdout=stdout, text=True, check=True
    )
