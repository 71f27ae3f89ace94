"""The Terraform files for senders are formatted as Terraform formats, and the one for AWS is valid."""

import shutil
from pathlib import Path

from tests.deploy.tools import ROOT, initialized, terraform

FILE = ROOT / "docs" / "senders" / "cloudwatch-alarm.tf"


def test_the_alarm_is_valid(tmp_path: Path) -> None:
    """Beside nothing but the provider, as infra-extra has it."""
    folder = initialized(".", tmp_path)
    for other in folder.glob("*.tf"):
        if other.name not in {"versions.tf", "variables.tf"}:
            other.unlink()
    shutil.rmtree(folder / "tests", ignore_errors=True)
    shutil.copy(FILE, folder)
    done = terraform(folder, "validate", "-no-color")
    assert done.returncode == 0, done.stderr + done.stdout


def test_the_files_are_formatted() -> None:
    """Datadog's provider is not at hand, so its file is only read."""
    for file in FILE.parent.glob("*.tf"):
        done = terraform(FILE.parent, "fmt", "-check", file.name)
        assert done.returncode == 0, done.stderr + done.stdout
