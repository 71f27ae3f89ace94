"""Chalice's command line for the Python version that a stage runs on, as `python -m ops.pinned 3.13 ...`.

Chalice itself has no setting for it: it uses the Python that runs it, for the functions' runtime and for the
wheels that it chooses (`chalice.config.Config.lambda_python_version`). It also fails to delete what no longer
exists, so that a deletion that stopped midway could never be finished.
"""

import sys
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError
from chalice.awsclient import ResourceDoesNotExistError, TypedAWSClient
from chalice.cli import main
from chalice.config import Config

DELETIONS = ("delete_function", "delete_rest_api", "delete_role", "delete_rule", "remove_lambda_event_source")
GONE = ("NoSuchEntity", "ResourceNotFoundException")


def deletes(call: Callable[..., None]) -> Callable[..., None]:
    """Let a call of Chalice's AWS client delete what no longer exists."""

    @wraps(call)
    def deleted(*arguments: Any, **named: Any) -> None:
        try:
            call(*arguments, **named)
        except ResourceDoesNotExistError:
            return
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise

    return deleted


def run(python: str) -> int:
    """Run Chalice for a Python version, with the remaining arguments; returns or exits with its exit code."""
    calls: dict[str, Any] = {name: deletes(getattr(TypedAWSClient, name)) for name in DELETIONS}
    warnings.filterwarnings("ignore", message="You are currently running python")
    with (
        patch.object(Config, "lambda_python_version", f"python{python}"),
        patch.multiple(TypedAWSClient, **calls),
    ):
        return main()


if __name__ == "__main__":
    sys.exit(run(sys.argv.pop(1)))
