"""Terraform in `infra-extra/`, each stage with its own backend and working folder."""

import json
import subprocess
from subprocess import CompletedProcess
from typing import Any

from ops.deployment import Deployment


def plan(stage: Deployment) -> None:
    """Show what would change."""
    _run(stage, "plan", *_variables(stage))


def apply(stage: Deployment) -> None:
    """Make what is described."""
    _run(stage, "apply", "-auto-approve", *_variables(stage))


def destroy(stage: Deployment) -> None:
    """Delete everything that `apply` made."""
    _run(stage, "destroy", "-auto-approve", *_variables(stage))


def outputs(stage: Deployment) -> dict[str, Any]:
    """What a person needs next, as the configuration's outputs name it."""
    init(stage)
    done = _terraform(stage, "output", "-json", stdout=subprocess.PIPE)
    return {name: output["value"] for name, output in json.loads(done.stdout).items()}


def init(stage: Deployment) -> None:
    """Fetch the provider that the lock file names, no other, and find the state."""
    backend = f"-backend-config=backend-{stage.name}.hcl"
    _terraform(stage, "init", "-input=false", "-lockfile=readonly", backend, stdout=subprocess.PIPE)


def _run(stage: Deployment, *arguments: str) -> None:
    init(stage)
    _terraform(stage, *arguments)


def _variables(stage: Deployment) -> tuple[str, ...]:
    return "-input=false", f"-var-file={stage.name}.tfvars"


def _terraform(stage: Deployment, *arguments: str, stdout: int | None = None) -> CompletedProcess[str]:
    """Run Terraform; its errors go to the terminal as they are."""
    folder = stage.root / "infra-extra"
    environment = stage.environment | {"TF_DATA_DIR": str(folder / ".terraform" / stage.name)}
    return subprocess.run(
        ["terraform", f"-chdir={folder}", *arguments], env=environment, stdout=stdout, text=True, check=True
    )
