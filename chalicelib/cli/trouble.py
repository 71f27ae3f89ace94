"""Why a command cannot work, in one sentence that says what to do."""

import traceback
from importlib import import_module
from pathlib import Path

from chalicelib.errors import AlertingError

TROUBLE = 2
"""The exit code if the command could not be carried out, as for `diff` and `grep`."""

LIBRARY_OF_AWS = "botocore"
PROGRAM = Path(__file__).parents[2]


class Trouble(AlertingError):
    """The command cannot be carried out; the text says why, and what to do."""


def sentence(error: BaseException) -> str:
    """Say what happened and what to do; some of our own errors were caused by one from AWS."""
    cause = error.__cause__ if isinstance(error, AlertingError) else error
    if cause and _of_aws(cause):
        # Loaded here, since a command that asks AWS nothing must not wait for its library.
        return str(import_module("chalicelib.cli.aws_trouble").sentence(cause))
    if isinstance(cause, OSError):
        return f"{cause.filename or 'A file'}: {cause.strerror or cause}. Name a file that can be read."
    if isinstance(error, AlertingError):
        text = str(error)
        return text if text.endswith((".", "`", "!", "?")) else f"{text}."
    return _fault(error)


def _of_aws(error: BaseException) -> bool:
    return any(each.__module__.partition(".")[0] == LIBRARY_OF_AWS for each in type(error).__mro__)


def _fault(error: BaseException) -> str:
    """Name the error in the program itself, and where it is; a foreign error's message may be private."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _ours(frame.filename)]
    last = frames[-1:] or traceback.extract_tb(error.__traceback__)[-1:]
    place = "".join(f" at {Path(frame.filename).name}:{frame.lineno}" for frame in last)
    return (
        f"This is a fault of the command itself: {type(error).__name__}{place}. "
        "Report it with the command you ran."
    )


def _ours(file: str) -> bool:
    return Path(file).is_relative_to(PROGRAM / "chalicelib")
