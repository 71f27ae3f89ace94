"""What the stand-in shows and refuses of parents, sub-issues, types and fields of issues, as GitHub does.

docs.github.com/en/rest/issues/sub-issues
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.github_rig import ISSUES, REPOSITORY, Rig
from tests.local.github.model import IssueField

NOT_ADDED = "An error occurred while adding the sub-issue to the parent issue. "


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as started:
        started.github.limits.creations_per_minute = started.github.limits.points_per_minute = None
        yield started


def opened(rig: Rig, title: str = "Disk full", **more: Any) -> dict[str, Any]:
    answer = rig.open(title, **more)
    assert answer.status_code == 201, answer.text
    issue: dict[str, Any] = answer.json()
    return issue


def add(rig: Rig, parent: dict[str, Any], child: dict[str, Any], **more: Any) -> httpx.Response:
    sent = {"sub_issue_id": child["id"], **more}
    return rig.http.post(f"{ISSUES}/{parent['number']}/sub_issues", json=sent)


def remove(rig: Rig, parent: dict[str, Any], child: dict[str, Any]) -> httpx.Response:
    path, sent = f"{ISSUES}/{parent['number']}/sub_issue", {"sub_issue_id": child["id"]}
    return rig.http.request("DELETE", path, json=sent)


def children(rig: Rig, parent: dict[str, Any], **query: int) -> list[int]:
    listed = rig.http.get(f"{ISSUES}/{parent['number']}/sub_issues", params=query)
    assert listed.status_code == 200
    return [issue["number"] for issue in listed.json()]


def shown(rig: Rig, issue: dict[str, Any]) -> dict[str, Any]:
    now: dict[str, Any] = rig.http.get(f"{ISSUES}/{issue['number']}").json()
    return now


def test_an_issue_may_be_opened_as_a_sub_issue(rig: Rig) -> None:
    parent = opened(rig, "Storm")
    child = opened(rig, parent_issue_id=parent["id"])
    assert child["parent_issue_url"] == parent["url"]
    assert children(rig, parent) == [child["number"]]
    assert (parent["parent_issue_url"], parent["sub_issues_summary"]["total"]) == (None, 0)


def test_a_parent_shows_how_many_are_closed(rig: Rig) -> None:
    parent = opened(rig, "Storm")
    for _ in range(3):
        opened(rig, parent_issue_id=parent["id"])
    rig.github.person("mona").close(REPOSITORY, 2, "not_planned")
    assert shown(rig, parent)["sub_issues_summary"] == {"total": 3, "completed": 1, "percent_completed": 33}
    assert shown(rig, parent)["state"] == "open"


def test_an_open_issue_is_added_and_taken_away_again(rig: Rig) -> None:
    parent, child = opened(rig, "Storm"), opened(rig)
    added = add(rig, parent, child)
    assert (added.status_code, added.json()["number"]) == (201, parent["number"])
    assert shown(rig, child)["parent_issue_url"] == parent["url"]
    removed = remove(rig, parent, child)
    assert (removed.status_code, removed.json()["sub_issues_summary"]["total"]) == (200, 0)
    assert shown(rig, child)["parent_issue_url"] is None
    assert remove(rig, parent, child).status_code == 404


def test_both_have_changed_and_both_timelines_say_so(rig: Rig) -> None:
    parent, child = opened(rig, "Storm"), opened(rig)
    rig.clock.turn(60)
    add(rig, parent, child)
    for issue, kind in ((parent, "sub_issue_added"), (child, "parent_issue_added")):
        assert shown(rig, issue)["updated_at"] > issue["updated_at"]
        last = rig.github.world.issue(REPOSITORY, issue["number"]).timeline[-1]
        assert (last.kind, last.actor) == (kind, "alerting[bot]")


def test_an_issue_has_one_parent_unless_it_is_to_be_replaced(rig: Rig) -> None:
    one, other = opened(rig, "Storm"), opened(rig, "Incident")
    child = opened(rig, parent_issue_id=one["id"])
    refused = add(rig, other, child)
    assert (refused.status_code, refused.json()["message"]) == (
        422,
        f"{NOT_ADDED}Sub issue may only have one parent",
    )
    twice = add(rig, one, child).json()["message"]
    assert twice == (
        f"{NOT_ADDED}Issue may not contain duplicate sub-issues and Sub issue may only have one parent"
    )
    assert add(rig, other, child, replace_parent=True).status_code == 201
    assert (children(rig, one), children(rig, other)) == ([], [child["number"]])


def test_no_issue_is_above_itself(rig: Rig) -> None:
    top, middle, bottom = (opened(rig, title) for title in ("Incident", "Storm", "Disk full"))
    assert add(rig, top, middle).status_code == add(rig, middle, bottom).status_code == 201
    for parent, child in ((top, top), (middle, top), (bottom, top)):
        refused = add(rig, parent, child, replace_parent=True)
        assert (refused.status_code, refused.json()["message"][: len(NOT_ADDED)]) == (422, NOT_ADDED)
    assert (children(rig, top), children(rig, middle)) == ([middle["number"]], [bottom["number"]])


def test_families_are_eight_levels_deep_at_most(rig: Rig) -> None:
    parents = [opened(rig, "1")]
    for level in range(2, 9):
        parents.append(opened(rig, str(level), parent_issue_id=parents[-1]["id"]))
    assert rig.open("9", parent_issue_id=parents[-1]["id"]).status_code == 422
    other = opened(rig, "above")
    assert add(rig, other, parents[0]).status_code == 422
    assert add(rig, parents[0], other).status_code == 201


def test_a_parent_has_100_sub_issues_at_most_and_closed_ones_count(rig: Rig) -> None:
    parent = opened(rig, "Storm")
    for _ in range(100):
        opened(rig, parent_issue_id=parent["id"])
    for number in range(2, 102):
        rig.github.person("mona").close(REPOSITORY, number)
    full = f"{NOT_ADDED}Parent cannot have more than 100 sub-issues"
    late = opened(rig, "Late")
    for refused in (rig.open(parent_issue_id=parent["id"]), add(rig, parent, late)):
        assert (refused.status_code, refused.json()["message"]) == (422, full)
    assert len(children(rig, parent, per_page=100)) == 100
    assert children(rig, parent, per_page=40, page=3) == list(range(82, 102))
    assert remove(rig, parent, {"id": shown(rig, {"number": 2})["id"]}).status_code == 200
    assert add(rig, parent, late).status_code == 201


def test_an_id_is_not_a_number(rig: Rig) -> None:
    parent, child = opened(rig, "Storm"), opened(rig)
    wrong = add(rig, parent, {"id": child["number"]})
    assert (wrong.status_code, wrong.json()["message"]) == (404, "The provided sub-issue does not exist")
    refused = rig.open(parent_issue_id=parent["number"])
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["field"], error["code"]) == (422, "parent_issue_id", "invalid")
    assert add(rig, parent, {"id": str(child["id"])}).status_code == 422
    assert rig.open(parent_issue_id=None).status_code == 422
    assert rig.http.post(f"{ISSUES}/1/sub_issues", json={}).status_code == 422
    assert add(rig, parent, child, replace_parent="yes").status_code == 422
    assert rig.listed() == [2, 1]


def test_a_sub_issue_may_be_of_another_repository_of_the_same_owner(rig: Rig) -> None:
    rig.github.world.add_repository("acme/other")
    rig.github.world.add_repository("umbrella/private", installed=False)
    mona, parent = rig.github.person("mona"), opened(rig, "Storm")
    near, far = mona.open("acme/other", "near"), mona.open("umbrella/private", "far")
    assert add(rig, parent, {"id": near.id}).status_code == 201
    assert add(rig, parent, {"id": far.id}).status_code == 404


def test_the_deleted_leave_their_family_and_the_transferred_stay_in_it(rig: Rig) -> None:
    rig.github.world.add_repository("acme/other")
    mona, parent = rig.github.person("mona"), opened(rig, "Storm")
    for _ in range(3):
        opened(rig, parent_issue_id=parent["id"])
    mona.delete(REPOSITORY, 2)
    assert children(rig, parent) == [3, 4]
    moved = mona.transfer(REPOSITORY, 3, "acme/other")
    listed = rig.http.get(f"{ISSUES}/1/sub_issues").json()
    assert [issue["id"] for issue in listed] == [moved.id, shown(rig, {"number": 4})["id"]]
    mona.transfer(REPOSITORY, 1, "acme/other")
    assert shown(rig, {"number": 4})["parent_issue_url"].endswith("/repos/acme/other/issues/2")
    mona.delete("acme/other", 2)
    assert shown(rig, {"number": 4})["parent_issue_url"] is None


def test_people_move_sub_issues_as_they_please(rig: Rig) -> None:
    mona, one, other = rig.github.person("mona"), opened(rig, "Storm"), opened(rig, "Mine")
    child = opened(rig, parent_issue_id=one["id"])
    mona.attach(REPOSITORY, other["number"], child["number"])
    assert (children(rig, one), children(rig, other)) == ([], [child["number"]])
    mona.detach(REPOSITORY, other["number"], child["number"])
    assert children(rig, other) == []


def test_adding_counts_as_a_creation(rig: Rig) -> None:
    """GitHub warns about it there, as it does where issues and comments are created."""
    parent, child = opened(rig, "Storm"), opened(rig)
    rig.github.limits.creations_per_minute = 2
    refused = add(rig, parent, child)
    assert (refused.status_code, "secondary rate limit" in refused.json()["message"]) == (403, True)
    assert children(rig, parent) == []


def test_an_issue_has_a_type_of_its_organization(rig: Rig) -> None:
    issue = opened(rig, type="Bug")
    assert issue["type"]["name"] == "Bug"
    assert opened(rig)["type"] is None
    changed = rig.http.patch(f"{ISSUES}/1", json={"type": "Task"}).json()
    assert changed["type"]["name"] == "Task"
    refused = rig.open(type="Outage")
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["field"], error["code"]) == (422, "type", "invalid")
    assert rig.open(type=1).status_code == 422


def test_an_issue_has_values_for_the_fields_of_its_organization(rig: Rig) -> None:
    fields = (
        IssueField(1, "Service"),
        IssueField(2, "Severity", "single_select", ("SEV1", "SEV2")),
        IssueField(3, "Affected", "number"),
        IssueField(4, "Due", "date"),
    )
    rig.repository.issue_fields = {field.id: field for field in fields}
    values = {1: "checkout", 2: "SEV2", 3: 12, 4: "2027-01-15"}
    sent = [{"field_id": number, "value": value} for number, value in values.items()]
    found = {
        each["issue_field_id"]: each["value"]
        for each in opened(rig, issue_field_values=sent)["issue_field_values"]
    }
    assert found == values
    wrong = ((1, 5), (2, "SEV3"), (3, "many"), (4, "soon"), (9, "x"))
    for number, value in wrong:
        refused = rig.open(issue_field_values=[{"field_id": number, "value": value}])
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "issue_field_values")
    assert rig.open(issue_field_values=[{"field_id": 1}]).status_code == 422


def test_where_there_are_no_fields_their_values_are_dropped_in_silence(rig: Rig) -> None:
    assert opened(rig, issue_field_values=[{"field_id": 1, "value": "x"}])["issue_field_values"] == []


def test_who_may_not_push_sets_neither_parent_nor_type(rig: Rig) -> None:
    parent = opened(rig, "Storm")
    rig.installation.may_push = False
    issue = opened(rig, parent_issue_id=parent["id"], type="Bug")
    assert (issue["parent_issue_url"], issue["type"]) == (None, None)
