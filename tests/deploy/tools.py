"""The tools that a machine may lack: a test that needs one says so and is skipped; in CI it fails."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from tests.local.patience import finished

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra-extra"
NOT_THERE = ("Failed to query available provider packages", "Failed to install provider")


def terraform(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Terraform in a folder, whatever this machine's own configuration of it says."""
    if not shutil.which("terraform"):
        absent("terraform is not on the PATH")
    environment = dict(os.environ) | {"TF_CLI_CONFIG_FILE": os.devnull, "TF_IN_AUTOMATION": "1"}
    return finished(["terraform", f"-chdir={folder}", *arguments], env=environment)


def initialized(name: str, folder: Path) -> Path:
    """Copy infra-extra to an empty folder, and give one of its configurations its provider."""
    left = shutil.ignore_patterns(".terraform", "*.tfstate*", "ops")
    copy = Path(shutil.copytree(INFRA, folder / "infra-extra", ignore=left)) / name
    done = terraform(copy, "init", "-backend=false", "-input=false", "-lockfile=readonly", "-no-color")
    if any(told in done.stderr for told in NOT_THERE):
        absent("terraform finds no AWS provider, neither on this machine nor in its registry")
    assert done.returncode == 0, done.stderr
    return copy


def absent(what: str) -> NoReturn:
    """Skip the test, or fail it where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
