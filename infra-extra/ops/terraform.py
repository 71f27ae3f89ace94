"""Terraform in `infra-extra/`, each stage with its own backend and working folder."""

import json
import subprocess
from typing import Any

from ops.stage import Stage


def plan(stage: Stage) -> None:
    """Show what would change."""
    _run(stage, "plan", *_variables(stage))


def apply(stage: Stage) -> None:
    """Make what is described."""
    _run(stage, "apply", "-auto-approve", *_variables(stage))


def destroy(stage: Stage) -> None:
    """Delete everything that `apply` made."""
    _run(stage, "destroy", "-auto-approve", *_variables(stage))


def outputs(stage: Stage) -> dict[str, Any]:
    """What a person needs next, as the configuration's outputs name it."""
    init(stage)
    done = _terraform(stage, "output", "-json", stdout=subprocess.PIPE)
    return {name: output["value"] for name, output in json.loads(done.stdout).items()}


def init(stage: Stage) -> None:
    """Fetch the provider that the lock file names, no other, and find the state."""
    backend = f"-backend-config=backend-{stage.name}.hcl"
    _terraform(stage, "init", "-input=false", "-lockfile=readonly", backend, stdout=subprocess.PIPE)


def _run(stage: Stage, *arguments: str) -> None:
    init(stage)
    _terraform(stage, *arguments)


def _variables(stage: Stage) -> tuple[str, ...]:
    return "-input=false", f"-var-file={stage.name}.tfvars"


def _terraform(stage: Stage, *arguments: str, stdout: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run Terraform; its errors go to the terminal as they are."""
    folder = stage.root / "infra-extra"
    environment = stage.environment | {"TF_DATA_DIR": str(folder / ".terraform" / stage.name)}
    return subprocess.run(
        ["terraform", f"-chdir={folder}", *arguments], env=environment, stdout=stdout, text=True, check=True
    )
