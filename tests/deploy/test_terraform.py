"""Each Terraform configuration is valid, and does what its own tests say."""

import re
import shutil
from pathlib import Path

import pytest

from tests.deploy.tools import INFRA, initialized, terraform

CONFIGURATIONS = (".", "region", "bootstrap", "ci")


@pytest.fixture(scope="module", params=CONFIGURATIONS)
def configuration(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return initialized(request.param, tmp_path_factory.mktemp("terraform"))


def test_every_configuration_is_tested() -> None:
    assert {path.parent.relative_to(INFRA) for path in INFRA.rglob("versions.tf")} == {
        Path(name) for name in CONFIGURATIONS
    }


def test_a_provider_that_is_not_the_one_of_the_lock_is_refused(configuration: Path, tmp_path: Path) -> None:
    root = next(each for each in (configuration, configuration.parent) if (each / "topic").is_dir())
    copy = Path(shutil.copytree(root, tmp_path / "other", ignore=shutil.ignore_patterns(".terraform")))
    other = copy / configuration.relative_to(root)
    lock = other / ".terraform.lock.hcl"
    lock.write_text(re.sub(r'"(zh:|h1:[\w+/])[^"]{5}', r'"\g<1>00000', lock.read_text("utf-8")), "utf-8")
    done = terraform(other, "init", "-backend=false", "-input=false", "-lockfile=readonly", "-no-color")
    assert done.returncode == 1
    assert "checksums" in done.stderr


def test_it_is_valid(configuration: Path) -> None:
    done = terraform(configuration, "validate", "-no-color")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Warning" not in done.stdout


def test_its_own_tests_pass(configuration: Path) -> None:
    done = terraform(configuration, "test", "-no-color")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Success!" in done.stdout
    assert " 0 passed" not in done.stdout
