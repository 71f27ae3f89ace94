"""GitHub's clock and ours are apart: JWTs are dated for its clock, and its tokens are kept by it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from chalicelib.conditions.issue import Draft
from chalicelib.github.auth import App
from chalicelib.github.client import GitHubClient
from chalicelib.github.issues import GitHubIssues
from tests.contract.github_rig import APP_ID, REPOSITORY, Rig
from tests.contract.tracker_rig import TIMEOUT, Hub, private_key


class OurClock:
    """Ours, from which GitHub's is `ahead`."""

    def __init__(self, hub: Hub, ahead: int) -> None:
        self._hub, self._ahead = hub, timedelta(seconds=ahead)

    def now(self) -> datetime:
        return self._hub.now() - self._ahead

    def sleep(self, seconds: float) -> None:
        """Stand still."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Rig() as rig:
        yield Hub(rig, rig.http)


@pytest.mark.parametrize("ahead", [-590, -290, -61, 0, 61, 290, 590])
def test_the_app_works_however_far_the_clocks_are_apart(hub: Hub, ahead: int) -> None:
    clock = OurClock(hub, ahead)
    app = App(APP_ID, private_key())
    tracker = GitHubIssues(GitHubClient(hub.http, app, hub.gate, clock, TIMEOUT))
    for hours in range(3):
        tracker.open(REPOSITORY, Draft(f"{hours}", "body", (), ()), clock.now() + timedelta(minutes=1))
        hub.pass_(3600 - 60)
        assert not tracker.ready(REPOSITORY), "its token ends in a minute, by GitHub's clock"
    assert len(hub.issues()) == 3
