"""The guides: their links lead somewhere, and their commands run as they stand, in their order."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.stack import Prompt
from tests.local.aws import create_resources
from tests.local.patience import finished

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDES = ("writing-alerts", "troubleshooting", "migrating")
PROGRAM = ".venv/bin/python -m chalicelib.cli"
STAGE = "next"


def text(guide: str) -> str:
    return (DOCS / f"{guide}.md").read_text(encoding="utf-8")


def commands(guide: str) -> list[str]:
    """Every command at a prompt."""
    return re.findall(r"^ *\$ (.+)$", text(guide), re.MULTILINE)


@pytest.fixture(scope="module")
def folder(prompt: Prompt, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout to be in, and something to find: an issue, a rejection, a stage beside."""
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
        assert done.returncode in {0, 1}, f"{command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        assert done.stdout or "> " in command


def test_every_command_of_a_guide_is_run_by_a_test() -> None:
    left = {
        command.split()[0]
        for guide in GUIDES
        for command in commands(guide)
        if not command.startswith(PROGRAM)
    }
    assert left == {"sed", "for", "make"}


def test_moving_makes_the_files_of_a_stage_beside(prompt: Prompt, folder: Path) -> None:
    for command in commands("migrating"):
        if command.startswith(("sed", "for")):
            done = run(command, prompt, folder)
            assert (done.returncode, done.stderr) == (0, "")
    assert 'stage  = "next"' in (folder / "infra-extra" / "next.tfvars").read_text()
    assert "next.tfstate" in (folder / "infra-extra" / "backend-next.hcl").read_text()
    policies = sorted((folder / ".chalice").glob("policy-next-*.json"))
    assert len(policies) == 3
    for policy in policies:
        assert "alerting-dev" not in policy.read_text()
        assert json.loads(policy.read_text())["Statement"]


@pytest.mark.parametrize("target", ["deploy-next", "doctor STAGE=next"])
def test_make_knows_any_stage(target: str) -> None:
    assert f"make {target}" in text("migrating")
    done = subprocess.run(
        ["make", "-n", "-o", ".venv/installed", *target.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ops deploy next" in done.stdout or "ALERTING_STAGE=next" in done.stdout


def links() -> Iterator[tuple[str, str]]:
    for guide in sorted(DOCS.glob("*.md")):
        for link in re.findall(r"\]\(([^)\s]+)\)", guide.read_text(encoding="utf-8")):
            if not link.startswith("http"):
                yield guide.name, link


@pytest.mark.parametrize(("guide", "link"), list(links()))
def test_a_link_leads_to_a_file_and_a_heading(guide: str, link: str) -> None:
    name, _, anchor = link.partition("#")
    target = (DOCS / name).resolve() if name else DOCS / guide
    assert target.exists()
    if anchor:
        headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        slugs = {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
        assert anchor in slugs


def test_the_readme_links_every_guide() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [guide.name for guide in DOCS.glob("*.md") if f"(docs/{guide.name})" not in readme]
    assert missing == []


def test_troubleshooting_knows_every_reason_that_it_names() -> None:
    """Constants in its tables are those of the code."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", text("troubleshooting")))
    built = {"MISSING_TEAM", "MISSING_PRIORITY", "MISSING_TEAM_AND_PRIORITY"}  # put together from parts
    assert named >= built
    assert [name for name in named - built if name not in code] == []
