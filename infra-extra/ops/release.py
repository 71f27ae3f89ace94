"""A release's package, deployed without building one: it is checked, and only the rules in it are yours.

The rules are the TOML files in `chalicelib/`, such as `routing.toml`, and the templates of incidents; each
checkout has its own.
"""

import hashlib
import re
import shutil
import zipfile
from pathlib import Path

from ops import package
from ops.deployment import Deployment, Faults

CODE = ("app.py", "chalicelib/")
RULES = ("chalicelib/*.toml", "chalicelib/incidents/*.md")
COMPILED = re.compile(r"\.cpython-3(\d+)-(\w+)-linux-gnu\.so$", re.MULTILINE)


def take(stage: Deployment, released: Path) -> Path:
    """Create the project that Chalice deploys a released package from, and return what it will upload.

    Raises Faults if the package is incomplete, or not for this stage.
    """
    _require_whole(released)
    _require_fitting(stage, released)
    project = package.folder(stage)
    shutil.rmtree(project.parent, ignore_errors=True)
    with zipfile.ZipFile(released) as files:
        files.extractall(project, [name for name in files.namelist() if _is_source(name)])
    for old in _rules(project):
        old.unlink()
    rules = {file.relative_to(stage.root).as_posix(): file.read_bytes() for file in _rules(stage.root)}
    for name, content in rules.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_bytes(content)
    # Chalice has nothing to install, and names the archive in the way that it will look for it.
    (project / "requirements.txt").touch()
    archive = package.archive(stage)
    contents = {name: content for name, content in _contents(released).items() if not _is_rules(name)}
    package.write(archive, contents | rules)
    return Path(shutil.copy(archive, project.parent / "deployment.zip"))


def _require_whole(released: Path) -> None:
    digest = Path(f"{released}.sha256")
    missing = [
        f"{file} does not exist: download it from the release"
        for file in (released, digest)
        if not file.is_file()
    ]
    if missing:
        raise Faults("The package was not deployed:", missing)
    if hashlib.sha256(released.read_bytes()).hexdigest() != digest.read_text(encoding="utf-8").split()[0]:
        raise Faults(
            "The package was not deployed:", [f"{released} is not the file that {digest.name} describes"]
        )


def _require_fitting(stage: Deployment, released: Path) -> None:
    ours = stage.file.python.removeprefix("3."), package.MACHINES[stage.file.architecture]
    others = set(COMPILED.findall("\n".join(zipfile.ZipFile(released).namelist()))) - {ours}
    if others:
        theirs = " and ".join(f"Python 3.{minor} on {machine}" for minor, machine in sorted(others))
        fault = f"{released.name} is for {theirs}, but {stage.prefix} needs Python 3.{ours[0]} on {ours[1]}"
        raise Faults("The package was not deployed:", [fault])


def _contents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as files:
        return {name: files.read(name) for name in files.namelist()}


def _is_source(name: str) -> bool:
    return name.startswith(CODE) and not name.endswith(".pyc")


def _rules(root: Path) -> list[Path]:
    return [file for pattern in RULES for file in root.glob(pattern)]


def _is_rules(name: str) -> bool:
    return any(Path(name).match(pattern) for pattern in RULES)
