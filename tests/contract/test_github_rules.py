"""What the stand-in accepts, shows and refuses of issues, labels and comments, as GitHub does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.github_rig import ISSUES, REPOSITORY, Rig

LABELS = f"/repos/{REPOSITORY}/labels"


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as started:
        yield started


@pytest.mark.parametrize(
    ("sent", "resource", "field", "code"),
    [
        ({"title": ""}, "Issue", "title", "missing_field"),
        ({"title": "x" * 257}, "Issue", "title", "custom"),
        ({"title": "x", "body": "😀" * 65_537}, "Issue", "body", "custom"),
        ({"title": "x", "labels": ["y" * 51]}, "Label", "name", "invalid"),
        ({"title": "x", "assignees": ["stranger"]}, "Issue", "assignees", "invalid"),
    ],
)
def test_an_invalid_issue_is_not_opened(
    rig: Rig, sent: dict[str, Any], resource: str, field: str, code: str
) -> None:
    refused = rig.http.post(ISSUES, json=sent)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["resource"], error["field"], error["code"]) == (resource, field, code)
    assert rig.listed() == []


def test_the_longest_of_everything_is_accepted(rig: Rig) -> None:
    opened = rig.open("😀" * 256, body="😀" * 65_536, labels=["y" * 50])
    assert opened.status_code == 201
    assert rig.comment(body="😀" * 65_536).status_code == 201


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, 'Invalid request.\n\n"title" wasn\'t supplied.'),
        ({"title": None}, "Invalid request.\n\nFor 'properties/title', nil is not a string."),
        (
            {"title": "x", "labels": "y"},
            "Invalid request.\n\nFor 'properties/labels', \"y\" is not an array.",
        ),
        ({"title": "x", "labels": None}, "Invalid request.\n\nFor 'properties/labels', nil is not an array."),
    ],
)
def test_a_request_of_the_wrong_shape_says_what_is_wrong(
    rig: Rig, sent: dict[str, Any], message: str
) -> None:
    refused = rig.http.post(ISSUES, json=sent)
    assert (refused.status_code, refused.json()["message"]) == (422, message)


def test_malformed_json_is_400(rig: Rig) -> None:
    refused = rig.http.post(ISSUES, content=b'{"title": ')
    assert (refused.status_code, refused.json()["message"]) == (400, "Problems parsing JSON")


def test_an_unknown_repository_or_path_is_404(rig: Rig) -> None:
    assert rig.http.get("/repos/acme/nowhere/issues").status_code == 404
    assert rig.http.get("/search/issues").status_code == 404
    assert rig.http.put(ISSUES).status_code == 404


@pytest.mark.parametrize(("field", "value"), [("state", "shut"), ("state_reason", "bored")])
def test_an_unknown_state_or_reason_is_refused(rig: Rig, field: str, value: str) -> None:
    rig.open()
    refused = rig.http.patch(f"{ISSUES}/1", json={field: value})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


def test_a_change_replaces_labels_and_assignees_and_leaves_the_rest(rig: Rig) -> None:
    rig.open(body="as it was", labels=["a", "b"], assignees=["mona"])
    changed = rig.http.patch(f"{ISSUES}/1", json={"labels": ["B", {"name": "c"}], "assignees": []}).json()
    assert [label["name"] for label in changed["labels"]] == ["b", "c"]
    assert (changed["assignees"], changed["title"], changed["body"]) == ([], "Disk full", "as it was")


def test_a_reason_is_ignored_unless_the_state_changes(rig: Rig) -> None:
    rig.open()
    rig.github.person("mona").close(REPOSITORY, 1)
    rig.clock.turn(60)
    closed = rig.http.patch(f"{ISSUES}/1", json={"state": "closed", "state_reason": "not_planned"}).json()
    assert (closed["state_reason"], closed["closed_at"]) == ("completed", "2027-01-15T08:00:00Z")
    assert closed["closed_by"]["login"] == "mona"


def test_lists_filter_and_sort(rig: Rig) -> None:
    rig.open("one", labels=["a", "b"], assignees=["mona"])
    rig.clock.turn(60)
    rig.open("two", labels=["a"])
    rig.clock.turn(60)
    rig.github.person("mona").open(REPOSITORY, "three")
    rig.clock.turn(60)
    rig.comment(1)
    rig.github.person("mona").close(REPOSITORY, 2)

    assert rig.listed() == [3, 1]
    assert rig.listed(state="closed") == [2]
    assert rig.listed(state="all", direction="asc") == [1, 2, 3]
    assert rig.listed(state="all", labels="a") == [2, 1]
    assert rig.listed(state="all", labels="A,b") == [1]
    assert rig.listed(state="all", creator="alerting[bot]") == [2, 1]
    assert rig.listed(state="all", assignee="mona") == [1]
    assert rig.listed(state="all", assignee="none") == [3, 2]
    assert rig.listed(state="all", sort="comments") == [1, 3, 2]
    assert rig.listed(state="all", sort="updated") == [2, 1, 3]
    assert rig.listed(state="all", since="2027-01-15T08:02:00Z") == [3, 2, 1]
    assert rig.listed(state="all", since="2027-01-15T08:02:01Z") == [2, 1]
    assert rig.listed(state="all", per_page=2, page=2) == [1]
    assert rig.http.get(ISSUES, params={"state": "ajar"}).status_code == 422


def test_a_list_of_issues_holds_no_pull_requests(rig: Rig) -> None:
    rig.open()
    assert "pull_request" not in rig.http.get(ISSUES).json()[0]


def test_deleted_and_transferred_issues_are_not_listed(rig: Rig) -> None:
    rig.github.world.add_repository("acme/other")
    rig.open()
    rig.open()
    rig.github.person("mona").delete(REPOSITORY, 1)
    rig.github.person("mona").transfer(REPOSITORY, 2, "acme/other")
    assert rig.listed(state="all") == []


def test_a_transferred_issue_redirects_every_method_to_its_lasting_address(rig: Rig) -> None:
    other = rig.github.world.add_repository("acme/other")
    rig.open()
    rig.github.person("mona").transfer(REPOSITORY, 1, "acme/other")
    to = f"{rig.github.url}/repositories/{other.id}/issues/1"
    answer = rig.http.patch(f"{ISSUES}/1", json={"state": "closed"})
    assert (answer.status_code, answer.headers["Location"]) == (301, to)
    assert rig.comment().headers["Location"] == f"{to}/comments"
    assert rig.http.patch(to, json={"state": "closed"}).json()["state"] == "closed"
    assert rig.http.post(f"{to}/comments", json={"body": "here"}).status_code == 201


def test_an_issue_transferred_out_of_reach_is_404(rig: Rig) -> None:
    rig.github.world.add_repository("umbrella/private")
    rig.open()
    rig.github.person("mona").transfer(REPOSITORY, 1, "umbrella/private")
    assert rig.http.get(f"{ISSUES}/1").status_code == 404


def test_a_renamed_repository_redirects(rig: Rig) -> None:
    rig.open()
    rig.github.person("mona").rename(REPOSITORY, "signals")
    answer = rig.http.get(ISSUES, params={"state": "all"})
    assert answer.status_code == 301
    followed = rig.http.get(answer.headers["Location"])
    assert followed.json()[0]["repository_url"] == f"{rig.github.url}/repos/acme/signals"


def test_a_locked_issue_takes_no_comments_but_changes(rig: Rig) -> None:
    rig.open()
    rig.github.person("mona").lock(REPOSITORY, 1, "too heated")
    refused = rig.comment()
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "Unable to create comment because issue is locked.",
    )
    shown = rig.http.patch(f"{ISSUES}/1", json={"state": "closed"}).json()
    assert (shown["state"], shown["locked"], shown["active_lock_reason"]) == ("closed", True, "too heated")


def test_an_archived_repository_can_be_read_but_not_written(rig: Rig) -> None:
    rig.open()
    rig.github.person("mona").archive(REPOSITORY)
    for refused in (rig.open(), rig.comment(), rig.http.patch(f"{ISSUES}/1", json={"state": "closed"})):
        assert refused.status_code == 403
        assert refused.json()["message"] == "Repository was archived so is read-only."
    assert rig.listed() == [1]


def test_disabled_issues_are_gone(rig: Rig) -> None:
    rig.open()
    rig.github.person("mona").set_issues(REPOSITORY, enabled=False)
    for refused in (rig.open(), rig.http.get(ISSUES), rig.http.get(f"{ISSUES}/1")):
        assert (refused.status_code, refused.json()["message"]) == (410, "Issues are disabled for this repo")


def test_an_issue_takes_so_many_comments_and_no_more(rig: Rig) -> None:
    assert rig.github.world.comment_cap == 2500
    rig.github.world.comment_cap = 2
    rig.open()
    assert [rig.comment().status_code for _ in range(3)] == [201, 201, 403]
    assert rig.comment().json()["message"] == "Commenting is disabled on issues with more than 2 comments"
    assert rig.http.patch(f"{ISSUES}/1", json={"body": "still mine"}).status_code == 200


def test_unknown_labels_are_created_unless_that_is_not_allowed(rig: Rig) -> None:
    rig.open(labels=["new"])
    assert rig.http.get(f"{LABELS}/new").json()["color"] == "ededed"
    rig.installation.may_create_labels = False
    refused = rig.open(labels=["newer"])
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "unauthorized"
    assert rig.open(labels=["new"]).status_code == 201


@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        ({"name": "x" * 51}, "name", "custom"),
        ({"name": "taken"}, "name", "already_exists"),
        ({"name": "x", "color": "#ff0000"}, "color", "invalid"),
        ({"name": "x", "description": "y" * 101}, "description", "custom"),
    ],
)
def test_an_invalid_label_is_not_created(rig: Rig, sent: dict[str, str], field: str, code: str) -> None:
    rig.http.post(LABELS, json={"name": "Taken"})
    refused = rig.http.post(LABELS, json=sent)
    assert refused.status_code == 422
    assert (refused.json()["errors"][0]["field"], refused.json()["errors"][0]["code"]) == (field, code)


def test_a_label_that_is_not_on_the_issue_cannot_be_removed(rig: Rig) -> None:
    rig.open()
    refused = rig.http.delete(f"{ISSUES}/1/labels/none")
    assert (refused.status_code, refused.json()["message"]) == (404, "Label does not exist")


def test_the_timeline_tells_who_did_what_and_when(rig: Rig) -> None:
    mona = rig.github.person("mona")
    rig.open(labels=["a"])
    rig.clock.turn(10)
    mona.edit(REPOSITORY, 1, title="Disk nearly full", body="see above")
    mona.comment(REPOSITORY, 1, "on it")
    mona.label(REPOSITORY, 1, "b")
    mona.unlabel(REPOSITORY, 1, "a")
    mona.close(REPOSITORY, 1)
    mona.reopen(REPOSITORY, 1)
    timeline = rig.github.world.issue(REPOSITORY, 1).timeline
    start = timeline[0].at
    assert [(event.kind, event.actor, event.at - start, event.detail) for event in timeline] == [
        ("opened", "alerting[bot]", 0, None),
        ("labeled", "alerting[bot]", 0, "a"),
        ("renamed", "mona", 10, "Disk nearly full"),
        ("body_edited", "mona", 10, None),
        ("commented", "mona", 10, None),
        ("labeled", "mona", 10, "b"),
        ("unlabeled", "mona", 10, "a"),
        ("closed", "mona", 10, "completed"),
        ("reopened", "mona", 10, None),
    ]


def test_the_journal_counts_requests_by_route(rig: Rig) -> None:
    rig.open()
    rig.comment()
    rig.comment()
    counts = rig.github.journal.counts()
    assert counts["POST", "/repos/{repo}/issues"] == 1
    assert counts["POST", "/repos/{repo}/issues/{number}/comments"] == 2
    assert rig.github.journal.requests[-1].caller == f"installation ID {rig.installation.id}"
