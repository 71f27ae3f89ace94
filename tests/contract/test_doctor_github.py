"""What `doctor` finds of a routed repository on GitHub."""

import pytest

from chalicelib.cli.doctor import repositories
from chalicelib.conditions.policy import Policy
from chalicelib.routing import load
from chalicelib.wiring.stage import Stage
from tests.contract.github_rig import REPOSITORY
from tests.contract.tracker_rig import Hub
from tests.twins.stage import holding

ROUTING = f"""
[default]
repository = "{REPOSITORY}"

[team.dev-infra]
assignees = ["mona", "nobody"]

[team.data]
assignees = ["Nobody"]
"""


@pytest.fixture
def stage(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage with that routing, whose App is the hub's."""
    monkeypatch.setattr(repositories, "CLOCK", hub)
    monkeypatch.setattr(repositories, "connect", hub.connect)
    monkeypatch.setattr(repositories, "policy", lambda _: Policy(load(ROUTING)))
    return holding({})


def test_a_suspended_app_is_found_with_what_to_do(hub: Hub, stage: Stage) -> None:
    hub.mona.suspend(REPOSITORY)
    (found,) = repositories.repositories(stage)
    assert found.fix == "Restore the App in the settings of acme, under GitHub Apps."


@pytest.mark.parametrize("name", ["acme/alarms", "umbrella/alerts"])
def test_a_repository_that_is_called_otherwise_now_is_to_be_named_so(
    hub: Hub, stage: Stage, name: str
) -> None:
    hub.github.world.move(hub.rig.repository, name.split("/", maxsplit=1)[0])
    hub.github.world.rename(hub.rig.repository, name.split("/")[1])
    found = list(repositories.repositories(stage))
    (renamed,) = [each for each in found if name in each.told]
    assert not renamed.ok
    assert f"{name} in chalicelib/routing.toml" in renamed.fix
    assert found[0].ok, "it is followed for the time being"


def test_whoever_cannot_be_assigned_is_named_before_an_alert_needs_them(stage: Stage) -> None:
    found = list(repositories.repositories(stage))
    assert [(each.name, each.ok) for each in found] == [(REPOSITORY, True), (REPOSITORY, False)]
    assert found[1].told.startswith("nobody cannot be assigned")
    assert "chalicelib/routing.toml" in found[1].fix
