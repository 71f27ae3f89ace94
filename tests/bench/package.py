"""The deployment package: what `chalice package` makes of this project for a stage."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAGE = "prod"
PARTS = ("app.py", "chalicelib", ".chalice", "requirements.txt")


def make(folder: Path) -> Path:
    """Make the package in a folder, from a copy without anything compiled; returns the zip."""
    project = folder / "project"
    project.mkdir(parents=True)
    for name in PARTS:
        source, ignored = ROOT / name, shutil.ignore_patterns("__pycache__", "deployments", "deployed")
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=ignored)
        else:
            shutil.copy(source, project)
    command = [sys.executable, "-c", "import sys, chalice.cli; sys.exit(chalice.cli.main())"]
    done = subprocess.run(
        [*command, "package", "--stage", STAGE, str(folder / "out")],
        cwd=project,
        env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"chalice could not package the project:\n{done.stdout}{done.stderr}")
    return folder / "out" / "deployment.zip"
