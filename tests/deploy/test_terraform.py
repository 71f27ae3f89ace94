"""Each Terraform configuration is valid, and does what its own tests say."""

from pathlib import Path

import pytest

from tests.deploy.tools import INFRA, initialized, terraform

CONFIGURATIONS = (".", "region", "bootstrap")


@pytest.fixture(scope="module", params=CONFIGURATIONS)
def configuration(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return initialized(request.param, tmp_path_factory.mktemp("terraform"))


def test_every_configuration_is_tested() -> None:
    assert {path.parent.relative_to(INFRA) for path in INFRA.rglob("versions.tf")} == {
        Path(name) for name in CONFIGURATIONS
    }


def test_it_is_valid(configuration: Path) -> None:
    done = terraform(configuration, "validate", "-no-color")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Warning" not in done.stdout


def test_its_own_tests_pass(configuration: Path) -> None:
    done = terraform(configuration, "test", "-no-color")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Success!" in done.stdout
    assert " 0 passed" not in done.stdout
