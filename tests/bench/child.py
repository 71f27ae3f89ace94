"""Programs in a fresh interpreter, with the deployed code and Lambda's boto3 and nothing else of ours."""

import importlib
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).with_name("programs")
LAMBDAS_OWN = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
"""What Lambda's Python has besides the standard library."""


class ProgramFailed(Exception):
    """A program of the benchmark ended with an error."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Lambda's Python for a package that was unpacked into `code`."""

    code: Path
    work: Path

    def run(self, program: str, environment: Mapping[str, str], *arguments: str) -> Any:
        """Run a program to its end, and return what it prints last, as JSON; raises ProgramFailed.

        It sees no environment of ours, and compiles what the package does not bring compiled, as on Lambda,
        whose code cannot be written to.
        """
        command = [sys.executable, "-I", "-S", "-B", str(PROGRAMS / program), str(self.code), *self._path()]
        done = subprocess.run(
            [*command, "--", *arguments], env=dict(environment), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ProgramFailed(f"{program} ended with {done.returncode}: {done.stderr}")
        lines = done.stdout.splitlines()
        if failed := [line for line in lines if '"level":"ERROR"' in line]:
            raise ProgramFailed(f"{program} measured something that failed: {failed[0]}")
        return json.loads(lines[-1])

    def _path(self) -> list[str]:
        return [str(self.boto3())]

    def boto3(self) -> Path:
        """Make a folder with what Lambda's Python has, unless it exists already."""
        folder = self.work / "lambda-runtime"
        folder.mkdir(parents=True, exist_ok=True)
        for name in LAMBDAS_OWN:
            file = Path(str(importlib.import_module(name).__file__))
            source = file.parent if file.name == "__init__.py" else file
            if not (folder / source.name).exists():
                (folder / source.name).symlink_to(source)
        return folder
