"""The Terraform files for senders are formatted as Terraform formats, and those for AWS are valid."""

import shutil
from pathlib import Path

import pytest

from tests.deploy.tools import ROOT, initialized, terraform

SENDERS = ROOT / "docs" / "senders"


@pytest.mark.parametrize("name", ["cloudwatch-alarm", "eventbridge-rules"])
def test_the_files_for_aws_are_valid(tmp_path: Path, name: str) -> None:
    """With nothing but the provider, as infra-extra has it."""
    folder = initialized(".", tmp_path)
    for other in folder.glob("*.tf"):
        if other.name not in {"versions.tf", "variables.tf"}:
            other.unlink()
    shutil.rmtree(folder / "tests", ignore_errors=True)
    shutil.copy(SENDERS / f"{name}.tf", folder)
    done = terraform(folder, "validate", "-no-color")
    assert done.returncode == 0, done.stderr + done.stdout


def test_the_files_are_formatted() -> None:
    """Datadog's provider is not at hand, so its file is only read."""
    for file in SENDERS.glob("*.tf"):
        done = terraform(SENDERS, "fmt", "-check", file.name)
        assert done.returncode == 0, done.stderr + done.stdout
