"""What `doctor` says about the issue types, fields and projects that the routing table names."""

import pytest

from chalicelib.cli.doctor import organizations
from chalicelib.cli.doctor.finding import Finding
from chalicelib.conditions.policy import Policy
from chalicelib.routing import load
from tests.contract.github_rig import REPOSITORY
from tests.contract.tracker_rig import Hub
from tests.local.github.model import IssueField
from tests.twins.stage import holding

PLAIN = f'[default]\nrepository = "{REPOSITORY}"\n'
ROUTING = f"""{PLAIN}
type = "Bug"
fields = {{Severity = {{P0 = "Sev 1", P1 = "Sev 2"}}, Service = "{{team}}"}}
project = 12

[team.infra]
labels = ["infra"]
"""


@pytest.fixture
def hub(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """GitHub, with all that the table names."""
    monkeypatch.setattr(organizations, "CLOCK", hub)
    monkeypatch.setattr(organizations, "connect", hub.connect)
    hub.rig.repository.issue_fields = {
        71: IssueField(71, "severity", "single_select", ("Sev 1", "Sev 2")),
        72: IssueField(72, "Service"),
    }
    hub.github.world.projects["acme", 12] = []
    hub.rig.installation.permissions |= {"issue_fields": "read", "organization_projects": "write"}
    return hub


def found(monkeypatch: pytest.MonkeyPatch, routing: str = ROUTING) -> list[Finding]:
    monkeypatch.setattr(organizations, "policy", lambda _: Policy(load(routing)))
    return list(organizations.organizations(holding({})))


def test_where_all_is_there_it_says_so_in_one_line(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    (only,) = found(monkeypatch)
    assert (only.name, only.ok) == (organizations.NAME, True)


def test_a_table_that_names_none_asks_nobody(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(hub.github.journal.requests)
    assert found(monkeypatch, PLAIN) == []
    assert len(hub.github.journal.requests) == before


def test_each_thing_that_the_organization_lacks_is_named_once(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.rig.repository.issue_types = ("Task",)
    hub.rig.repository.issue_fields = {71: IssueField(71, "Severity", "single_select", ("Sev 1",))}
    hub.github.world.projects.clear()
    assert [(each.name, each.told.partition(":")[0]) for each in found(monkeypatch)] == [
        (REPOSITORY, "it has no issue type Bug"),
        ("acme", "the issue field Severity has no option Sev 2"),
        ("acme", "there is no issue field Service"),
        ("acme", "issues cannot be added to its project 12"),
    ]
    assert all("or correct chalicelib/routing.toml" in each.fix for each in found(monkeypatch))


def test_each_permission_that_the_app_lacks_is_named(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.rig.installation.permissions = {"issues": "write", "metadata": "read"}
    fields, project = found(monkeypatch)
    assert "organization permission `Issue fields: read`" in fields.fix
    assert "organization permission `Projects: read and write`" in project.fix


def test_a_repository_without_types_has_none_of_them(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.github.faults.add("status", path="*/issue-types", status=404)
    assert [each.told for each in found(monkeypatch)] == [
        "it has no issue type Bug: issues are opened without it"
    ]
