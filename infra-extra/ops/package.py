"""The deployment package: what `requirements.lock` pins and what the functions run, the same bytes each time.

Chalice packages all of `chalicelib` as it is, dates a wheel's files by the time it unpacks them, and checks
no hash when it looks for a wheel a second time. So it works on a copy that has only what belongs in the
package, pip is limited to what the lock lists, and the archive is written again in order. Chalice uploads an
archive that it finds for these files. (Another zlib or another Python makes other bytes.)
"""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from chalicelib.version import COMMIT
from chalicelib.wiring import checkout
from ops import chalice_stage
from ops.compiled import compiled
from ops.deployment import Deployment, Faults

NOT_PACKAGED = shutil.ignore_patterns("cli", "checkout.py", "__pycache__")
NOT_COPIED = shutil.ignore_patterns("deployed", "deployments", "venv")
PAGES = (".js", ".css")
"""The web pages with which Powertools documents an API: half a megabyte that nobody is served."""

LONG_AGO = (1980, 1, 1, 0, 0, 0)
READABLE = 0o100644 << 16
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)


def build(stage: Deployment) -> Path:
    """Build the package of a stage and the project that Chalice deploys it from.

    Raises Faults if a library is missing.
    """
    project = folder(stage)
    shutil.rmtree(project.parent, ignore_errors=True)
    shutil.copytree(stage.root / "chalicelib", project / "chalicelib", ignore=NOT_PACKAGED)
    if commit := checkout.commit(stage.root):
        (project / "chalicelib" / COMMIT.name).write_text(commit, encoding="utf-8")
    shutil.copy(stage.root / "app.py", project)
    shutil.copy(stage.root / "requirements.lock", project / "requirements.txt")
    made = archive(stage)
    with zipfile.ZipFile(made) as files:
        contents = {name: files.read(name) for name in files.namelist() if not name.endswith(PAGES)}
    if stage.file.python == RUNNING:
        contents |= compiled(project, stage.environment, contents)
    else:
        print(
            f"Built by Python {RUNNING} for {stage.file.python}, so nothing is compiled: starts take longer."
        )
    write(made, contents)
    _require_all(made, project / "requirements.txt")
    return Path(shutil.copy(made, project.parent / "deployment.zip"))


def archive(stage: Deployment) -> Path:
    """Let Chalice make the archive of a stage's project, under the name that it will look for."""
    project = folder(stage)
    shutil.copytree(stage.root / ".chalice", project / ".chalice", ignore=NOT_COPIED)
    chalice_stage.write(stage, project / ".chalice")
    stage.memory.parent.mkdir(exist_ok=True)
    (project / ".chalice" / "deployed").symlink_to(stage.memory.parent)
    run(stage, "package", str(project.parent / "template"))
    (made,) = (project / ".chalice" / "deployments").glob("*.zip")
    return made


def run(stage: Deployment, verb: str, *arguments: str) -> None:
    """Let Chalice run on the project that the package was made from."""
    chalice(stage, folder(stage), verb, *arguments, **_pip(stage))


def chalice(
    stage: Deployment, project: Path, verb: str, *arguments: str, python: str = "", **variables: str
) -> None:
    """Let Chalice run on a project for one version of Python, the stage's unless another is named.

    It runs in the stage's environment, with these variables added.
    """
    program = [sys.executable, "-m", "ops.pinned", python or stage.file.python]
    command = [*program, "--project-dir", str(project), verb, "--stage", stage.name, *arguments]
    ours = {"PYTHONPATH": str(Path(__file__).parents[1])}
    subprocess.run(command, env=stage.environment | ours | variables, check=True)


def folder(stage: Deployment) -> Path:
    """Where the project is that a stage's package is made from."""
    return stage.root / "build" / "package" / stage.name / "project"


def _pip(stage: Deployment) -> dict[str, str]:
    """Limit pip to wheels for Lambda whose hashes are in the lock, whatever machine this is.

    All Lambda runtimes run manylinux2014. Chalice's second search, which checks no hashes, finds nothing.
    """
    machine = MACHINES[stage.file.architecture]
    return {
        "PIP_REQUIRE_HASHES": "1",
        "PIP_ONLY_BINARY": ":all:",
        "PIP_IMPLEMENTATION": "cp",
        "PIP_PYTHON_VERSION": stage.file.python,
        "PIP_PLATFORM": f"manylinux2014_{machine} manylinux_2_17_{machine}",
        # Otherwise loading app.py would compile files in the copy, and Chalice would make another package.
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def write(archive: Path, contents: Mapping[str, bytes]) -> None:
    """Write an archive in the order of its names, every file with the same time and permissions."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as written:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, READABLE, 3
            written.writestr(entry, contents[name])


def _require_all(archive: Path, lock: Path) -> None:
    """Raise Faults if a library is not in the package: Chalice only prints that it could not get one."""
    there = {name.split("/")[0].lower() for name in zipfile.ZipFile(archive).namelist()}
    pinned = PIN.findall(lock.read_text(encoding="utf-8"))
    missing = [
        f"{name} {version} is missing: requirements.lock has no wheel of it for Lambda with this Python"
        for name, version in pinned
        if f"{name.replace('-', '_')}-{version}.dist-info".lower() not in there
    ]
    if missing:
        raise Faults(f"{archive.name} is incomplete:", missing)
