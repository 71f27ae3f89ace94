"""The deployment package: small, and nothing in it but what the functions need."""

import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.cloud import Cloud
from tests.deploy.world import Checkout

MOST_BYTES = 12_000_000
OURS = {"app.py", "chalicelib", "requirements.txt"}
NOT_FOR_LAMBDA = {
    *("tests", "ops", "infra-extra", ".chalice", "docs"),
    *("pytest", "_pytest", "moto", "mypy", "ruff", "hypothesis", "selenium", "werkzeug", "typer", "rich"),
    *("boto3", "botocore", "pip", "setuptools"),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `chalice package` makes, as `chalice deploy` would upload it."""
    folder = tmp_path_factory.mktemp("package")
    checkout = Checkout.make(folder / "checkout", Cloud("http://127.0.0.1:1", "us-west-2"))
    chalice = str(Path(sys.executable).with_name("chalice"))
    done = checkout.run(chalice, "package", "--stage", "prod", str(folder / "out"))
    assert done.returncode == 0, done.stderr
    return folder / "out" / "deployment.zip"


def names(package: Path) -> set[str]:
    return {name for name in zipfile.ZipFile(package).namelist() if not name.endswith("/")}


def test_it_is_under_twelve_megabytes(package: Path) -> None:
    assert package.stat().st_size < MOST_BYTES


def test_it_holds_all_of_our_code_and_the_routing(package: Path) -> None:
    root = Path(__file__).parents[2]
    files = [path for path in (root / "chalicelib").rglob("*") if path.suffix in {".py", ".toml"}]
    assert {"app.py", *(str(path.relative_to(root)) for path in files)} <= names(package)


def test_it_holds_no_test_no_stand_in_and_no_development_dependency(package: Path) -> None:
    top = {name.split("/")[0] for name in names(package)}
    assert top & NOT_FOR_LAMBDA == set()
    assert {each.removesuffix(".py") for each in top} & NOT_FOR_LAMBDA == set()
    assert [name for name in names(package) if "__pycache__" in name] == []


def test_it_holds_what_the_requirements_pin_and_what_that_needs_and_no_other_library(package: Path) -> None:
    found = {name.split(".dist-info")[0] for name in names(package) if ".dist-info/" in name}
    lines = (package.parents[1] / "checkout" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert {canonicalize_name(each.rpartition("-")[0]) for each in found} == needed(pinned)
    for requirement in pinned:
        (version,) = (each.version for each in requirement.specifier)
        assert f"{requirement.name.replace('-', '_')}-{version}".lower() in {each.lower() for each in found}


def needed(requirements: list[Requirement]) -> set[str]:
    """Name what the requirements need, and what that needs, on this Python."""
    names: set[str] = set()
    for requirement in requirements:
        asked = [Requirement(text) for text in metadata.requires(requirement.name) or []]
        applies = [each for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})]
        names |= {canonicalize_name(requirement.name), *needed(applies)}
    return names
