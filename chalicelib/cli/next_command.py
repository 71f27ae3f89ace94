"""The next command, as it is printed: ready to paste in the project's folder."""

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # printing a command must not load AWS's library
    from chalicelib.wiring.stage import Stage

DEFAULT = "local"
PROGRAM = ".venv/bin/python -m chalicelib.cli"


def command(*words: str) -> str:
    """Write a command that needs no stage."""
    return shlex.join([*PROGRAM.split(), *words])


def at(stage: str, *words: str) -> str:
    """Write a command for a stage by name; its file has the region, and the local stage is the default."""
    return command(*words, *([] if stage == DEFAULT else ["--stage", stage]))


def on(stage: "Stage", *words: str) -> str:
    """Write a command for the stage that was asked; the local one is the default."""
    return command(*words, *([] if stage.local else ["--stage", stage.name, "--region", stage.region]))
