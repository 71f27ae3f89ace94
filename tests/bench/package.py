"""The deployment package: what `make package-prod` makes of this project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAGE = "prod"
PARTS = ("app.py", "chalicelib", ".chalice", "requirements.lock", "infra-extra")


def make(folder: Path) -> Path:
    """Make the package in a folder, from a copy without anything compiled; returns the zip."""
    project = folder / "project"
    project.mkdir(parents=True)
    for name in PARTS:
        source, ignored = (
            ROOT / name,
            shutil.ignore_patterns("__pycache__", "deployments", "deployed", ".terraform*"),
        )
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=ignored)
        else:
            shutil.copy(source, project)
    # The benchmarks run what they make.
    stage = project / "infra-extra" / "stages" / f"{STAGE}.toml"
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    stage.write_text(f'python = "{running}"\n{stage.read_text(encoding="utf-8")}', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ops", "package", STAGE],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project / "infra-extra")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"chalice could not package the project:\n{done.stdout}{done.stderr}")
    return Path(done.stdout.splitlines()[-1])
