"""The project as the demo runs it: with a team of its own in the routing."""

import shutil
from pathlib import Path

from tests.local.demo.cast import ROUTING
from tests.local.stack import ROOT


def project(folder: Path) -> Path:
    """Copy what the functions and `chalice local` read into a folder, and add the team."""
    shutil.copytree(ROOT / "chalicelib", folder / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", folder)
    (folder / ".chalice").mkdir()
    shutil.copy(ROOT / ".chalice" / "config.json", folder / ".chalice")
    with (folder / "chalicelib" / "routing.toml").open("a", encoding="utf-8") as routing:
        routing.write(ROUTING)
    return folder
