"""The prompt: runs commands in this process, as `python -m chalicelib.cli` does."""

import json
import shlex
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import boto3
from typer.testing import CliRunner

from chalicelib.cli.__main__ import app


@dataclass(frozen=True)
class Answered:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, f"no JSON, but: {self.err}"
        return json.loads(self.out)

    @property
    def words(self) -> str:
        """Everything said, on one line."""
        return " ".join(self.out.split())


def run(command: str, *arguments: str, stdin: str | None = None, **environment: str) -> Answered:
    """Run a command; `arguments` stand behind it as they are."""
    # A process of its own would find no credentials that an earlier command, or another test, was given.
    with patch.object(boto3, "DEFAULT_SESSION", None):
        done = CliRunner().invoke(app, [*shlex.split(command), *arguments], input=stdin, env=environment)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Answered(done.exit_code, done.stdout, done.stderr)
