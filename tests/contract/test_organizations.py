"""Issue types, issue fields and projects: what an organization has is used, and the rest costs no issue."""

from dataclasses import replace

import pytest

from chalicelib.conditions.issue import Draft, IssueRef, Seen
from chalicelib.errors import Invalid, Refused
from chalicelib.github import organizations
from tests.contract.github_rig import REPOSITORY
from tests.contract.tracker_rig import LABELS, Hub, before, opened, read
from tests.local.github.model import Issue, IssueField

FIELDS = "/orgs/{organization}/issue-fields"
ISSUES = "/repos/{repo}/issues"
WANTED = (("Severity", "P1"), ("points", 3))
DRAFT = Draft("Disk full", "body", LABELS, ("mona",), type="Bug", fields=WANTED)


@pytest.fixture
def hub(hub: Hub) -> Hub:
    """An organization with two fields and a project, and an App that may use them."""
    severity = IssueField(71, "Severity", "single_select", ("P0", "P1"))
    hub.rig.repository.issue_fields = {71: severity, 72: IssueField(72, "Points", "number")}
    hub.github.world.projects["acme", 12] = []
    hub.rig.installation.permissions |= {"issue_fields": "read", "organization_projects": "write"}
    return hub


def opens(hub: Hub, draft: Draft = DRAFT) -> Seen:
    return hub.tracker.open(REPOSITORY, draft, before(hub))


def issue(hub: Hub) -> Issue:
    return hub.issues()[-1]


def asked(hub: Hub, route: str, method: str = "POST") -> int:
    return hub.github.journal.counts()[method, route]


def test_type_and_fields_are_part_of_the_opening(hub: Hub) -> None:
    seen = opens(hub)
    assert (issue(hub).type, issue(hub).field_values) == ("Bug", {71: "P1", 72: 3})
    assert (seen.type, set(seen.fields), seen.left_out) == ("Bug", {"Severity", "Points"}, ())
    assert asked(hub, ISSUES) == 1
    assert read(hub, seen.ref).type == "Bug"


def test_the_ids_of_fields_are_looked_up_once_an_hour(hub: Hub) -> None:
    for _ in range(3):
        opens(hub)
    assert asked(hub, FIELDS, "GET") == 1
    hub.pass_(organizations.KEPT.total_seconds())
    opens(hub)
    assert asked(hub, FIELDS, "GET") == 2


def test_an_issue_without_fields_looks_up_nothing(hub: Hub) -> None:
    opened(hub)
    opens(hub, replace(DRAFT, fields=()))
    assert asked(hub, FIELDS, "GET") == 0


def test_what_the_organization_lacks_is_left_out_and_named(hub: Hub) -> None:
    wanted = (("Severity", "P1"), ("Effort", "High"))
    seen = opens(hub, replace(DRAFT, type="Outage", fields=wanted))
    assert (issue(hub).type, issue(hub).field_values) == (None, {71: "P1"})
    assert seen.left_out == ("type Outage", "field Effort")
    assert (seen.labels, asked(hub, ISSUES)) == (LABELS, 2)


def test_an_option_that_the_field_lacks_costs_the_fields_and_nothing_else(hub: Hub) -> None:
    seen = opens(hub, replace(DRAFT, fields=(("Severity", "P7"), ("Points", 3))))
    assert (issue(hub).type, issue(hub).field_values, seen.labels) == ("Bug", {}, LABELS)
    assert seen.left_out == ("field Severity", "field Points")


def test_an_organization_without_fields_drops_them_in_silence(hub: Hub) -> None:
    opens(hub)
    hub.rig.repository.issue_fields = {}
    seen = opens(hub)
    assert (seen.type, seen.left_out, asked(hub, ISSUES)) == ("Bug", ("field Severity", "field points"), 2)


def test_an_app_that_may_not_read_fields_opens_issues_without_them(hub: Hub) -> None:
    del hub.rig.installation.permissions["issue_fields"]
    mint = "/app/installations/{installation_id}/access_tokens"
    before_us = asked(hub, mint)
    for _ in range(3):
        assert opens(hub).left_out == ("field Severity", "field points")
    assert (asked(hub, ISSUES), issue(hub).type) == (3, "Bug")
    assert asked(hub, mint) - before_us == 2, "one for issues, one that was refused"
    hub.rig.installation.permissions["issue_fields"] = "read"
    hub.pass_(organizations.AFTER_FAILURE.total_seconds())
    assert opens(hub).left_out == ()


def test_a_silent_look_up_keeps_no_issue_from_being_opened(hub: Hub) -> None:
    hub.github.faults.add("status", path="/orgs/*", status=502, times=1)
    assert opens(hub).left_out == ("field Severity", "field points")


def test_an_issue_is_in_its_project_once_however_often_it_is_added(hub: Hub) -> None:
    ref = opened(hub).ref
    for _ in range(2):
        hub.tracker.organizations.add_to_project(ref, 12, before(hub))
    assert hub.github.world.projects["acme", 12] == [issue(hub)]


@pytest.mark.parametrize("project", [12, 13], ids=["not permitted", "not there"])
def test_what_keeps_an_issue_out_of_a_project_is_a_refusal(hub: Hub, project: int) -> None:
    ref = opened(hub).ref
    if project == 12:
        del hub.rig.installation.permissions["organization_projects"]
    with pytest.raises(Refused) as refused:
        hub.tracker.organizations.add_to_project(ref, project, before(hub))
    assert isinstance(refused.value, Invalid) is (project == 12)
    assert read(hub, ref).open


def test_no_token_for_an_organization_writes_issues(hub: Hub) -> None:
    hub.github.authority.revoke_all()
    ref = opens(hub).ref
    hub.tracker.organizations.add_to_project(ref, 12, before(hub))
    (issues,) = [each for each in hub.github.authority.tokens if each.permissions["issues"] == "write"]
    assert issues.repository_ids == frozenset({hub.rig.repository.id})
    others = [each.permissions for each in hub.github.authority.tokens if each is not issues]
    assert others == [
        {"issues": "read", "metadata": "read", "issue_fields": "read"},
        {"issues": "read", "metadata": "read", "organization_projects": "write"},
    ]


def test_a_token_for_an_organization_is_renewed_as_any_other(hub: Hub) -> None:
    ref = opened(hub).ref
    for _ in range(2):
        hub.tracker.organizations.has_project(REPOSITORY, 12, before(hub))
        hub.pass_(3600)
    hub.github.authority.revoke_all()
    hub.tracker.organizations.add_to_project(IssueRef(REPOSITORY, ref.number), 12, before(hub))
    assert hub.github.world.projects["acme", 12] == [issue(hub)]
