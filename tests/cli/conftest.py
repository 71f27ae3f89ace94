"""The local stack, with its functions running, for the commands that ask a stage."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from chalicelib.cli import letters
from tests.cli.stack import Prompt
from tests.local.stack import LocalStack

SETTINGS = {
    "WRITE_SPACING_SECONDS": "0",
    "WRITES_PER_MINUTE": "5000",
    "WRITES_PER_HOUR": "5000",
    "BOARD_INTERVAL_MINUTES": "0",  # or a board may come before an alert's issue, and take its number
}


@pytest.fixture(autouse=True)
def _the_stand_in_needs_no_long_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "POLL_SECONDS", 0)


@pytest.fixture
def empty_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account of AWS in which nothing is yet."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    with mock_aws():
        yield


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    repositories = ("example-org/alerts", "example-org/ci-infra")
    with LocalStack(repositories=repositories, reconcile_every=1, settings=SETTINGS) as stack:
        stack.github.limits.points_per_minute = None  # the tests ask far more often than a person does
        yield Prompt(stack)
