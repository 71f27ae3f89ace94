"""The Terraform add-on fits what it serves: Chalice's stages, the table as the code asks it, a person."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from chalicelib.settings import AwsArn
from ops import terraform
from ops.deployment import Deployment
from tests.local.aws import DLQ_RETENTION_SECONDS, INDEXES
from tests.local.patience import finished

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra-extra"
CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))
STAGES = {"dev": "us-west-2", "prod": "us-east-1"}
FOLDERS = (".", "region", "bootstrap", "ci")


def read(name: str) -> str:
    return (INFRA / name).read_text(encoding="utf-8")


def blocks(kind: str) -> dict[str, str]:
    texts = (read(f"{folder}/{kind}s.tf") for folder in FOLDERS)
    found = (re.findall(rf'^{kind} "(\w+)" \{{\n(.*?)^\}}', text, re.MULTILINE | re.DOTALL) for text in texts)
    return {
        f"{folder}/{name}": body for folder, each in zip(FOLDERS, found, strict=True) for name, body in each
    }


VARIABLES, OUTPUTS = blocks("variable"), blocks("output")


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_provider_is_locked_for_every_platform(folder: str) -> None:
    lock = read(f"{folder}/.terraform.lock.hcl")
    (constraint,) = re.findall(r'source +=.*\n +version += "(.+)"', read(f"{folder}/versions.tf"))
    (version,) = re.findall(r'^  version     = "(.+)"', lock, re.MULTILINE)
    (locked,) = re.findall(r'^  constraints = "(.+)"', lock, re.MULTILINE)
    # Terraform writes the patch version too.
    assert SpecifierSet(locked) == SpecifierSet(constraint)
    assert Version(version) in SpecifierSet(constraint)
    # The registry's checksums: of the packages for fourteen platforms, and of its manifest.
    assert len(re.findall(r'"zh:[0-9a-f]{64}"', lock)) == 15
    assert re.findall(r'"h1:[^"]+"', lock)
    assert lock == read(".terraform.lock.hcl")


def test_the_lock_files_are_in_git() -> None:
    assert "lock.hcl" not in (ROOT / ".gitignore").read_text(encoding="utf-8")


def in_an_account(name: str, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    monkeypatch.setattr(Deployment, "place", AwsArn("aws", STAGES[name], "123456789012", ""))
    return Deployment.read(name)


def test_the_states_of_two_stages_are_apart_locked_and_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    dev, prod = (terraform.backend(in_an_account(stage, monkeypatch)) for stage in STAGES)
    assert (dev["bucket"], dev["region"]) == ("alerting-dev-123456789012-state", "us-west-2")
    assert (prod["bucket"], prod["region"]) == ("alerting-prod-123456789012-state", "us-east-1")
    assert dev["key"] != prod["key"]
    assert dev["use_lockfile"] == prod["use_lockfile"] == dev["encrypt"] == prod["encrypt"] is True


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_variable_has_a_type_a_description_and_its_range(variable: str) -> None:
    body = VARIABLES[variable]
    assert re.search(r"^  type +=", body, re.MULTILINE)
    assert re.search(r'^  description = "[A-Z].*\."$', body, re.MULTILINE)
    assert "validation {" in body or "= bool" in body


@pytest.mark.parametrize("output", OUTPUTS)
def test_every_output_has_a_description(output: str) -> None:
    assert re.search(r'^  description = "[A-Z].*\."$', OUTPUTS[output], re.MULTILINE)


def test_every_validation_has_a_test_that_expects_it() -> None:
    for folder in FOLDERS:
        tests = "\n".join(
            path.read_text(encoding="utf-8") for path in (INFRA / folder / "tests").glob("*.tftest.hcl")
        )
        for name, body in VARIABLES.items():
            if name.startswith(f"{folder}/"):
                expected = tests.count(f"expect_failures = [var.{name.partition('/')[2]}]")
                assert expected >= body.count("validation {")


def test_states_of_before_are_renamed_in_both_roots() -> None:
    assert re.findall(r"from = (\S+)", read("moved.tf")) == [
        *("aws_sns_topic.alerts", "aws_sns_topic_policy.alerts", "aws_sns_topic_subscription.queue"),
        *(
            "aws_sns_topic.operations",
            "aws_sns_topic_policy.operations",
            "aws_sns_topic_subscription.operations",
        ),
    ]
    assert read("region/moved.tf") == read("moved.tf")


def test_the_table_has_the_indexes_that_the_code_is_tested_with() -> None:
    made = re.findall(r'(\w+) += \{ hash = "(\w+)", range = "(\w+)" \}', read("table.tf"))
    assert {name: (partition, order) for name, partition, order in made} == INDEXES


def test_dead_letters_are_kept_as_long_as_on_the_local_stack() -> None:
    assert f"message_retention_seconds = {DLQ_RETENTION_SECONDS // 86400} * 86400" in read("queues.tf")


@pytest.mark.parametrize("stage", STAGES)
def test_the_queue_hides_a_message_six_times_as_long_as_the_collector_may_take(stage: str) -> None:
    factor = re.search(
        r"visibility_timeout_seconds = var\.collector_timeout_seconds \* (\d+)", read("queues.tf")
    )
    assert factor
    told = terraform.variables(Deployment.read(stage))["collector_timeout_seconds"]
    assert told == CONFIG["lambda_functions"]["collector"]["lambda_timeout"]
    assert int(factor[1]) >= 6


def test_the_files_are_formatted_as_terraform_does() -> None:
    if not shutil.which("terraform"):
        if os.environ.get("CI"):
            pytest.fail("terraform is not on the PATH", pytrace=False)
        pytest.skip("terraform is not on the PATH")
    command = ["terraform", "fmt", "-check", "-recursive", "-list=true", str(INFRA)]
    done = finished(command)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
