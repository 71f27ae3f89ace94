"""Apart: the trouble of one thing, such as a repository or an incident, does not hold up the others."""

from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.errors import TooLate
from chalicelib.telemetry.telemetry import Telemetry


@contextmanager
def apart(telemetry: Telemetry, problem: str, **keys: str) -> Iterator[None]:
    """Log what fails, to be tried again at its next turn; raises TooLate, as nothing failed then."""
    try:
        yield
    except TooLate:
        raise
    except Exception as error:  # noqa: BLE001 - logged
        telemetry.problem(problem, error, **keys)
