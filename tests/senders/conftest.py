"""One local stack for all real senders, and a site of its own for each module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.stack import LocalStack
from tests.senders import program
from tests.senders.alertmanager import Alertmanager, peers
from tests.senders.site import REPOSITORY, Site, running

SETTINGS = {
    "WRITE_SPACING_SECONDS": "0",
    "WRITES_PER_MINUTE": "5000",
    "WRITES_PER_HOUR": "5000",
    "BOARD_INTERVAL_MINUTES": "0",
    "STALE_AFTER_HOURS": "0.003",
    "REOPEN_WINDOW_MINUTES": "30",  # as on AWS: one condition has one issue, however slow this machine is
}


@pytest.fixture(scope="session", autouse=True)
def _installed() -> None:
    if not program.installed():
        pytest.skip(program.HOW_TO_INSTALL)


@pytest.fixture(scope="session")
def stack(_installed: None) -> Iterator[LocalStack]:
    with LocalStack(http=True, repositories=(REPOSITORY,), reconcile_every=1, settings=SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def site(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One Prometheus and one Alertmanager."""

    def alone(folder: Path, api: str, token_file: Path) -> tuple[Alertmanager]:
        return (Alertmanager(folder / "alertmanager", api, token_file),)

    with running(stack, tmp_path_factory.mktemp("alone"), alone) as started:
        yield started


@pytest.fixture(scope="module")
def clustered(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One Prometheus that sends to both of a cluster."""
    with running(stack, tmp_path_factory.mktemp("cluster"), peers) as started:
        yield started


@pytest.fixture(scope="module")
def separated(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same, and the two of the cluster cannot reach each other."""

    def parted(folder: Path, api: str, token_file: Path) -> tuple[Alertmanager, Alertmanager]:
        return (
            Alertmanager(folder / "first", api, token_file),
            Alertmanager(folder / "second", api, token_file),
        )

    with running(stack, tmp_path_factory.mktemp("separated"), parted) as started:
        yield started
