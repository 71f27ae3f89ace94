"""The guides' commands run as they stand, in their order."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.cli.next_command import PROGRAM
from ops.deployment import Deployment
from tests.cli import conftest
from tests.cli.stack import Prompt
from tests.cli.test_guides import GUIDES, ROOT, commands
from tests.local.aws import create_resources
from tests.local.patience import finished

STAGE = "next"
WRONG_USAGE = 2
"""Also where nobody answered; every other code is an answer."""
prompt = conftest.prompt


@pytest.fixture(scope="module")
def folder(prompt: Prompt, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout to be in, and something to find: an issue, a rejection, a second stage."""
    checkout = tmp_path_factory.mktemp("checkout")
    (checkout / ".venv").symlink_to(sys.prefix)
    for name in (".chalice", "infra-extra"):
        shutil.copytree(
            ROOT / name, checkout / name, ignore=shutil.ignore_patterns(".terraform*", "deployed")
        )
    prompt.alarm("Owned", "TEAM=ci-runners | PRIORITY=P1")
    prompt.alarm("Unowned", "PRIORITY=P1")
    aws = prompt.stack.aws
    held = [
        json.loads(aws.secretsmanager.get_secret_value(SecretId=secret)["SecretString"])
        for secret in (aws.app_secret, aws.webhook_secret)
    ]
    create_resources(aws.endpoint_url, f"alerting-{STAGE}", app_secret=held[0], webhook_secret=held[1])
    return checkout


def run(command: str, prompt: Prompt, folder: Path) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = inherited | prompt.environment | {"PYTHONPATH": str(ROOT), "AWS_REGION": "us-west-2"}
    return finished(["bash", "-c", command], cwd=folder, env=environment)


@pytest.mark.parametrize("guide", GUIDES)
def test_its_commands_run_as_they_stand(guide: str, prompt: Prompt, folder: Path) -> None:
    told = [command for command in commands(guide) if command.startswith(PROGRAM)]
    assert told
    for command in told:
        done = run(command, prompt, folder)
        assert done.returncode != WRONG_USAGE, f"{command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        assert done.stdout or "> " in command


def test_moving_makes_the_file_of_a_stage_beside(prompt: Prompt, folder: Path) -> None:
    (command,) = (each for each in commands("migrating") if each.startswith("sed"))
    done = run(command, prompt, folder)
    assert (done.returncode, done.stderr) == (0, "")
    stage = Deployment.read(STAGE, folder)
    assert (stage.region, stage.settings.github_enabled) == ("us-west-2", False)
    assert "dev" not in (folder / "infra-extra" / "stages" / "next.toml").read_text()
