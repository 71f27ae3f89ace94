"""A version says which code it is of: as a package, as a checkout, and to whoever compares the two."""

import subprocess
import tomllib
from pathlib import Path

import pytest

from chalicelib import __version__, version
from chalicelib.wiring import checkout

ROOT = Path(__file__).parents[2]
WHO = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *WHO, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "app.py").write_text("1", encoding="utf-8")
    git(tmp_path, "add", "app.py")
    git(tmp_path, "commit", "--quiet", "--message=code")
    return tmp_path


def test_the_project_says_the_same_version_as_the_code() -> None:
    """The bill of materials takes it from there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__


def test_a_checkout_is_of_the_commit_that_last_changed_its_code(project: Path) -> None:
    code = git(project, "rev-parse", "--short=12", "HEAD")
    (project / "README.md").write_text("words", encoding="utf-8")
    git(project, "add", "README.md")
    git(project, "commit", "--quiet", "--message=words")
    assert checkout.commit(project) == code


@pytest.mark.parametrize("name", ["app.py", "chalicelib/new.py"])
def test_a_checkout_with_changed_or_added_code_is_not_quite_of_its_commit(project: Path, name: str) -> None:
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("2", encoding="utf-8")
    assert checkout.commit(project) == f"{git(project, 'rev-parse', '--short=12', 'HEAD')}.dirty"


def test_a_folder_that_is_not_in_git_is_of_no_known_commit(tmp_path: Path) -> None:
    assert checkout.commit(tmp_path) is None


def test_a_package_names_the_commit_that_it_was_built_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "COMMIT", tmp_path / "commit.txt")
    assert version.running() == __version__
    version.COMMIT.write_text("1a2b3c4d5e6f", encoding="utf-8")
    assert version.running() == f"{__version__}+1a2b3c4d5e6f"


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("1.0.0", "1.0.0", False),
        ("1.0.0", "1.0.1", True),
        ("1.0.0+a", "1.0.0+a", False),
        ("1.0.0+a", "1.0.0+b", True),
        ("1.0.0+a", "1.0.0+a.dirty", True),
        ("1.0.0+a", "1.0.0", False),
        ("1.0.0+a", "1.0.1", True),
    ],
)
def test_versions_differ_where_that_is_certain(one: str, other: str, differ: bool) -> None:
    assert version.differ(one, other) is differ
    assert version.differ(other, one) is differ
