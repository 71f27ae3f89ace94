"""The stage's file says region and account after the setup, and all that it said before."""

import shutil
import tomllib
from pathlib import Path

import pytest

from chalicelib.wiring.checkout import PROJECT
from ops import chalice_stage
from ops import stage_file as files
from ops.deployment import Deployment, Faults
from ops.setup.__main__ import Terminal, run
from ops.setup.stage_file import STEP
from ops.setup.step import Setup, Wanted

ACCOUNT = "111122223333"


def setup(root: Path, name: str = "dev", region: str = "", account: str = ACCOUNT) -> Setup:
    made = Setup(name, Terminal(yes=True), Wanted(region=region), root)
    made.__dict__["identity"] = {"Account": account, "Arn": f"arn:aws:iam::{account}:user/somebody"}
    return made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with the stages that ship."""
    stages = tmp_path / "infra-extra" / "stages"
    stages.mkdir(parents=True)
    for name in ("dev.toml", "../variables.tf"):
        text = (PROJECT / "infra-extra" / "stages" / name).read_text(encoding="utf-8")
        (stages / name).write_text(text, encoding="utf-8")
    left = shutil.ignore_patterns("deploy*")
    for name in (".chalice", "infra-extra/policies"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=left)
    return tmp_path


def said(root: Path, name: str = "dev") -> dict[str, object]:
    files.read(name, root)
    return tomllib.loads((root / "infra-extra" / "stages" / f"{name}.toml").read_text(encoding="utf-8"))


def test_the_account_joins_what_a_stage_that_ships_says(root: Path) -> None:
    before = said(root)
    STEP.do(setup(root))
    assert said(root) == {**before, "account": ACCOUNT}
    assert STEP.there(setup(root))


def test_the_region_is_the_one_that_is_named(root: Path) -> None:
    assert STEP.there(setup(root, region="eu-central-1")) is None
    STEP.do(setup(root, region="eu-central-1"))
    assert said(root)["region"] == "eu-central-1"
    assert list(chalice_stage.differences(Deployment.read("dev", root))) == []


def test_a_stage_that_is_new_gets_a_file(root: Path) -> None:
    STEP.do(setup(root, "qa", region="eu-central-1"))
    assert said(root, "qa") == {
        "region": "eu-central-1",
        "account": ACCOUNT,
        "terraform": {"direct_rules": False},
    }


@pytest.mark.parametrize(
    ("region", "account", "told"),
    [("eu-central-1", ACCOUNT, "correct --region"), ("", "444455556666", "correct AWS_PROFILE")],
)
def test_a_stage_that_is_elsewhere_is_left_as_it_is(root: Path, region: str, account: str, told: str) -> None:
    STEP.do(setup(root))
    with pytest.raises(Faults, match=told):
        STEP.there(setup(root, region=region, account=account))


def test_no_step_is_taken_in_another_account(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.checks.tools", list)
    STEP.do(setup(root))
    with pytest.raises(Faults, match="correct AWS_PROFILE"):
        run(setup(root, account="444455556666"), ["tokens", "senders"])


@pytest.mark.parametrize(
    "line", ["region = 'us-west-2'", 'region = "us-west-2"  # Oregon', 'region="us-west-2"']
)
def test_a_region_that_it_cannot_replace_is_no_region_that_it_has_written(root: Path, line: str) -> None:
    file = root / "infra-extra" / "stages" / "dev.toml"
    text = file.read_text(encoding="utf-8").replace('region = "us-west-2"', line)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Faults, match='write region = "eu-central-1" and account = '):
        STEP.do(setup(root, region="eu-central-1"))
    assert file.read_text(encoding="utf-8") == text
