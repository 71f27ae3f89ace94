"""A checkout of before, with settings in tfvars, backend, config.json and policies, loses none of them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import ConfigurationError
from ops import chalice_stage, earlier, rewrite, terraform
from ops.deployment import Deployment, Faults
from tests.deploy.tools import absent

ROOT = Path(__file__).parents[2]
TFVARS = """
stage  = "dev"
region = "eu-west-1" # ours
operations_emails = [
  "on-call@example.org", # nights
  "ops@example.org",
]
requests_per_second = 20
customer_key        = true
"""
BACKEND = """
# The bucket that bootstrap/ makes; bucket names are unique in the whole world.
bucket       = "ours-alerting"
key          = "alerting/dev.tfstate"
region       = "us-east-1"
encrypt      = true
use_lockfile = true
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of today in which the files of before were edited, and kept by git."""
    if not shutil.which("terraform"):
        absent("terraform is not on the PATH")
    shutil.copytree(ROOT / ".chalice", tmp_path / ".chalice", ignore=shutil.ignore_patterns("deploy*"))
    for name in ("stages", "policies"):
        shutil.copytree(ROOT / "infra-extra" / name, tmp_path / "infra-extra" / name)
    shutil.copy(ROOT / "infra-extra" / "variables.tf", tmp_path / "infra-extra")
    (tmp_path / "infra-extra" / "dev.tfvars").write_text(TFVARS, encoding="utf-8")
    (tmp_path / "infra-extra" / "backend-dev.hcl").write_text(BACKEND, encoding="utf-8")
    for policy in (tmp_path / ".chalice").glob("policy-dev-*.json"):
        policy.write_text(policy.read_text("utf-8").replace("us-west-2", "eu-west-1"), encoding="utf-8")
    monkeypatch.setenv("YES", "1")
    return tmp_path


def edit(root: Path, name: str, **changed: Any) -> None:
    """Set values of the stage dev in config.json, or of a policy's statements by their Sid."""
    file = root / ".chalice" / name
    document = json.loads(file.read_text(encoding="utf-8"))
    if name == "config.json":
        document["stages"]["dev"] |= changed
    else:
        document["Statement"] = list((chalice_stage.by_sid(document) | changed).values())
    file.write_text(json.dumps(document), encoding="utf-8")


def converted(root: Path) -> Deployment:
    rewrite.all_files("dev", root)
    assert earlier.files("dev", root) == []
    stage = Deployment.read("dev", root)
    assert list(chalice_stage.differences(stage)) == []
    return stage


def test_until_then_nothing_is_done_with_it(root: Path) -> None:
    with pytest.raises(ConfigurationError, match="`make stage-dev` moves what it says to stages/dev"):
        Deployment.read("dev", root)


def test_every_variable_setting_and_limit_is_kept(root: Path) -> None:
    edit(
        root,
        "config.json",
        environment_variables={"ALERTING_STAGE": "dev", "LEASE_SECONDS": "90", "GITHUB_ENABLED": "false"},
        lambda_functions={
            "api_handler": {"iam_policy_file": "policy-dev-api_handler.json", "reserved_concurrency": 20},
            "collector": {"iam_policy_file": "policy-dev-collector.json", "lambda_memory_size": 1024},
            "reconcile": {"iam_policy_file": "policy-dev-reconcile.json"},
        },
    )
    stage = converted(root)
    assert terraform.backend(stage) == {
        "bucket": "ours-alerting",
        "key": "alerting/dev.tfstate",
        "region": "us-east-1",
        "encrypt": True,
        "use_lockfile": True,
    }
    made = terraform.variables(stage)
    assert (made["region"], made["requests_per_second"], made["customer_key"]) == ("eu-west-1", 20, True)
    assert made["operations_emails"] == ["on-call@example.org", "ops@example.org"]
    assert "direct_rules" not in made  # it did not say so, and rules keep publishing
    assert stage.file.settings == {"LEASE_SECONDS": "90", "GITHUB_ENABLED": "false"}
    assert stage.file.functions.api_handler.reserved_concurrency == 20
    assert stage.file.functions.collector.memory == 1024


def test_what_a_policy_allows_in_addition_is_kept(root: Path) -> None:
    key = {
        "Sid": "UseKey",
        "Effect": "Allow",
        "Action": ["kms:Decrypt"],
        "Resource": "arn:aws:kms:eu-west-1:1:key/k",
    }
    chat = "arn:aws:sns:eu-west-1:999999999999:chat"
    mirror = {"Sid": "PublishToMirror", "Effect": "Allow", "Action": ["sns:Publish"], "Resource": chat}
    edit(root, "policy-dev-collector.json", UseKey=key, PublishToMirror=mirror)
    stage = converted(root)
    assert stage.file.functions.collector.statements == [mirror, key]
    assert stage.file.functions.reconcile.statements == []
    statements = chalice_stage.by_sid(chalice_stage.policy(stage, "collector"))
    assert (statements["UseKey"], statements["PublishToMirror"]) == (key, mirror)


def test_policies_of_before_gain_what_the_functions_need_and_the_webhook_loses_the_apps_key(
    root: Path,
) -> None:
    tokens = [
        f"arn:aws:secretsmanager:eu-west-1:*:secret:alerting-dev-{name}-secrets-??????"
        for name in ("webhook", "alerting-app")
    ]
    edit(
        root,
        "policy-dev-api_handler.json",
        ReadTokensOfSenders={
            "Sid": "ReadTokensOfSenders",
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue"],
            "Resource": tokens,
        },
    )
    file = root / ".chalice" / "policy-dev-reconcile.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["Statement"] = document["Statement"][:2]
    file.write_text(json.dumps(document), encoding="utf-8")
    stage = converted(root)
    assert all(getattr(stage.file.functions, name).statements == [] for name in ("api_handler", "reconcile"))
    assert tokens[1] not in json.dumps(chalice_stage.policy(stage, "api_handler"))


def test_where_git_kept_one_file_the_others_are_as_they_ship(root: Path) -> None:
    (root / "infra-extra" / "dev.tfvars").unlink()
    stage = converted(root)
    assert (stage.region, stage.bucket, stage.direct_rules) == ("us-west-2", "ours-alerting", False)


def test_a_stage_of_ones_own_becomes_one_file_too(root: Path) -> None:
    for earlier_file in earlier.files("dev", root):
        text = earlier_file.read_text(encoding="utf-8").replace("dev", "next")
        earlier_file.with_name(earlier_file.name.replace("dev", "next")).write_text(text, encoding="utf-8")
    rewrite.all_files("next", root)
    assert Deployment.read("next", root).region == "eu-west-1"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"environment_variables": {"GITHUB_ENABLE": "false"}}, "settings.GITHUB_ENABLE: unknown key"),
        ({"environment_variables": {"LEASE_SECONDS": "long"}}, "settings.LEASE_SECONDS='long'"),
        ({"tags": {"owner": "us"}}, "config.json: tags.owner of dev is 'us', but would be None"),
        (
            {"lambda_functions": {"collector": {"layers": ["arn"]}}},
            "lambda_functions.collector.layers of dev",
        ),
    ],
)
def test_what_a_file_has_no_place_for_is_refused_and_nothing_is_written(
    root: Path, changed: dict[str, Any], said: str
) -> None:
    edit(root, "config.json", **changed)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(Faults, match="cannot be converted to one file") as told:
        rewrite.all_files("dev", root)
    assert said in str(told.value)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("dev.tfvars", "canary = true", "dev.tfvars: canary is True, but would be False"),
        ("dev.tfvars", "colector_timeout_seconds = 90", "terraform.colector_timeout_seconds: unknown key"),
        (
            "backend-dev.hcl",
            'kms_key_id = "k"',
            "backend-dev.hcl: kms_key_id is not supported in a stage's file",
        ),
    ],
)
def test_a_variable_that_would_be_lost_is_refused(root: Path, file: str, line: str, said: str) -> None:
    with (root / "infra-extra" / file).open("a", encoding="utf-8") as written:
        written.write(f"{line}\n")
    with pytest.raises(Faults) as told:
        rewrite.all_files("dev", root)
    assert said in str(told.value)


def test_it_says_what_it_does_and_does_it_only_for_who_agrees(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("YES")
    edit(root, "config.json", environment_variables={"ALERTING_STAGE": "dev", "LEASE_SECONDS": "90"})
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(Faults, match="nobody typed yes"):
        rewrite.all_files("dev", root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    said = capsys.readouterr().out
    assert 'LEASE_SECONDS = "90"' in said
    assert "infra-extra/dev.tfvars will be deleted" in said
