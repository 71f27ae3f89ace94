"""A plugin of pytest that breaks the code: `pytest -p tests.simulation.broken --broken NAME PATH`."""

from contextlib import ExitStack

import pytest

BROKEN = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the name of a breakage."""
    parser.addoption("--broken")


def pytest_configure(config: pytest.Config) -> None:
    """Break the code before tests are collected; the process ends with them."""
    from tests.simulation.mutants import MUTANTS  # noqa: PLC0415 - pytest rewrites what is imported from now on

    BROKEN.enter_context(MUTANTS[config.getoption("--broken")]())
