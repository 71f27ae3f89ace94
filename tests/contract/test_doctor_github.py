"""What `doctor` finds of a routed repository on GitHub."""

from types import SimpleNamespace
from typing import cast

import pytest

from chalicelib.cli.doctor.github import repositories
from chalicelib.cli.stage import Stage
from chalicelib.github.auth import App
from chalicelib.github.client import Budget, GitHubClient
from chalicelib.routing import load
from tests.contract.github_rig import APP_ID, REPOSITORY
from tests.contract.tracker_rig import TIMEOUT, Hub, private_key

ROUTING = f"""
[default]
repository = "{REPOSITORY}"

[team.dev-infra]
assignees = ["mona", "nobody"]

[team.data]
assignees = ["Nobody"]
"""


def stage(hub: Hub) -> Stage:
    def github(budget: Budget) -> GitHubClient:
        return GitHubClient(hub.http, App(APP_ID, private_key()), budget, hub, TIMEOUT)

    policy = SimpleNamespace(routing=load(ROUTING))
    return cast(Stage, SimpleNamespace(github=github, policy=policy))


def test_a_suspended_app_is_found_with_what_to_do(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.cli.doctor.github.CLOCK", hub)
    hub.mona.suspend(REPOSITORY)
    (found,) = repositories(stage(hub))
    assert found.fix == "Restore the App in the settings of acme, under GitHub Apps."


def test_whoever_cannot_be_assigned_is_named_before_an_alert_needs_them(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.cli.doctor.github.CLOCK", hub)
    found = list(repositories(stage(hub)))
    assert [(each.name, each.ok) for each in found] == [(REPOSITORY, True), (REPOSITORY, False)]
    assert found[1].told.startswith("nobody cannot be assigned")
    assert "chalicelib/routing.toml" in found[1].fix
