"""A real GitHub client that is not ours drives the stand-in and parses every answer with its own models."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from githubkit import AppAuthStrategy, AppInstallationAuthStrategy, GitHub
from githubkit.cache import MemCacheStrategy
from githubkit.exception import RequestFailed
from githubkit_schemas.v2022_11_28.models import BasicError, Issue, IssueComment, ValidationError

from tests.contract.github_rig import APP_ID, app_key, no_tls
from tests.local.github import GitHubServer

OWNER, NAME = "acme", "alerts"


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    server = GitHubServer(app_id=APP_ID, public_key_pem=app_key().public_pem, now=time.time)
    server.world.add_repository(f"{OWNER}/{NAME}", labels=["area:alerting"], collaborators=["mona"])
    server.world.add_repository(f"{OWNER}/archive")
    with server:
        yield server


@pytest.fixture
def app(github: GitHubServer) -> GitHub[AppAuthStrategy]:
    auth = AppAuthStrategy(APP_ID, app_key().private_pem)
    # A cache of its own: the default one is shared, and would offer the tokens of an earlier server.
    return GitHub(
        auth,
        base_url=github.url,
        cache_strategy=MemCacheStrategy(),
        http_cache=False,
        auto_retry=False,
        trust_env=False,
        ssl_verify=no_tls(),
    )


@pytest.fixture
def client(app: GitHub[AppAuthStrategy]) -> GitHub[AppInstallationAuthStrategy]:
    installation = app.rest("2022-11-28").apps.get_repo_installation(OWNER, NAME).parsed_data
    return app.with_auth(app.auth.as_installation(installation.id))


def many(response: Any) -> list[Any]:
    """The parsed list; mypy cannot name its type, since githubkit has methods called `list`."""
    return list(response.parsed_data)


def open_issue(client: GitHub[AppInstallationAuthStrategy], title: str = "Disk full") -> Issue:
    return client.rest("2022-11-28").issues.create(OWNER, NAME, title=title, body="/var is full").parsed_data


def test_the_app_finds_itself_and_its_installations(app: GitHub[AppAuthStrategy]) -> None:
    apps = app.rest("2022-11-28").apps
    itself = apps.get_authenticated().parsed_data
    assert itself is not None
    assert (itself.id, itself.slug) == (12345, "alerting")
    (installation,) = apps.list_installations().parsed_data
    assert installation == apps.get_repo_installation(OWNER, NAME).parsed_data
    assert installation == apps.get_installation(installation.id).parsed_data
    assert (installation.app_id, installation.app_slug) == (12345, "alerting")


def test_a_token_can_be_narrowed_to_repositories_and_permissions(app: GitHub[AppAuthStrategy]) -> None:
    apps = app.rest("2022-11-28").apps
    installation = apps.get_repo_installation(OWNER, NAME).parsed_data
    token = apps.create_installation_access_token(
        installation.id, repositories=[NAME], permissions={"issues": "read"}
    ).parsed_data
    assert token.token.startswith("ghs_")
    assert token.repositories
    assert [repository.full_name for repository in token.repositories] == ["acme/alerts"]
    assert token.permissions
    assert token.permissions.issues == "read"


def test_the_repository_and_the_rate_limit_can_be_read(client: GitHub[AppInstallationAuthStrategy]) -> None:
    repository = client.rest("2022-11-28").repos.get(OWNER, NAME).parsed_data
    assert (repository.full_name, repository.archived) == ("acme/alerts", False)
    before = client.rest("2022-11-28").rate_limit.get().parsed_data.resources.core
    assert (before.limit, before.remaining) == (5000, 4999)


def test_an_issue_lives_from_opening_to_reopening(client: GitHub[AppInstallationAuthStrategy]) -> None:
    issues = client.rest("2022-11-28").issues
    created = issues.create(
        OWNER, NAME, title="Disk full", body="/var is full", labels=["area:alerting"], assignees=["mona"]
    )
    opened = created.parsed_data
    assert created.status_code == 201
    assert created.headers["Location"] == opened.url
    assert (opened.number, opened.state, opened.title, opened.body) == (
        1,
        "open",
        "Disk full",
        "/var is full",
    )
    assert opened.user
    assert (opened.user.login, opened.user.type) == ("alerting[bot]", "Bot")
    assert opened.performed_via_github_app
    assert opened.assignees
    assert opened.assignees[0].login == "mona"

    closed = issues.update(
        OWNER, NAME, 1, state="closed", state_reason="not_planned", body="gone"
    ).parsed_data
    assert (closed.state, closed.state_reason, closed.body) == ("closed", "not_planned", "gone")
    assert closed.closed_at
    assert closed.closed_by
    assert closed.closed_by.login == "alerting[bot]"

    answer = issues.update(OWNER, NAME, 1, state="open")
    reopened = answer.parsed_data
    assert (reopened.state, reopened.state_reason) == ("open", "reopened")
    assert (reopened.closed_at, reopened.closed_by) == (None, None)
    assert issues.get(OWNER, NAME, 1).json() == answer.json()


def test_an_issue_that_a_person_closed_says_who(
    github: GitHubServer, client: GitHub[AppInstallationAuthStrategy]
) -> None:
    open_issue(client)
    github.person("mona").close("acme/alerts", 1, "not_planned")
    shown = client.rest("2022-11-28").issues.get(OWNER, NAME, 1).parsed_data
    assert shown.closed_by
    assert (shown.closed_by.login, shown.closed_by.type) == ("mona", "User")


def test_a_list_is_paged_through_link_headers(client: GitHub[AppInstallationAuthStrategy]) -> None:
    for number in range(1, 8):
        open_issue(client, f"Disk {number} full")
    issues = client.rest("2022-11-28").issues
    pages: Iterator[Issue] = client.rest.paginate(
        issues.list_for_repo, owner=OWNER, repo=NAME, per_page=3, direction="asc"
    )
    assert [issue.number for issue in pages] == [1, 2, 3, 4, 5, 6, 7]
    middle = issues.list_for_repo(OWNER, NAME, per_page=3, page=2)
    assert [issue.number for issue in many(middle)] == [4, 3, 2]
    assert set(middle.raw_response.links) == {"prev", "next", "last", "first"}


def test_link_headers_lead_on_by_themselves(client: GitHub[AppInstallationAuthStrategy]) -> None:
    for number in range(1, 6):
        open_issue(client, f"Disk {number} full")
    response = client.rest("2022-11-28").issues.list_for_repo(OWNER, NAME, per_page=2, state="all")
    seen = [issue.number for issue in many(response)]
    while following := response.raw_response.links.get("next"):
        response = client.request("GET", following["url"], response_model=list[Issue])
        seen += [issue.number for issue in many(response)]
    assert seen == [5, 4, 3, 2, 1]


def test_comments_are_counted_and_listed_oldest_first(client: GitHub[AppInstallationAuthStrategy]) -> None:
    open_issue(client)
    issues = client.rest("2022-11-28").issues
    first: IssueComment = issues.create_comment(OWNER, NAME, 1, body="one").parsed_data
    issues.create_comment(OWNER, NAME, 1, body="two")
    assert first.user
    assert first.user.login == "alerting[bot]"
    assert [comment.body for comment in many(issues.list_comments(OWNER, NAME, 1))] == ["one", "two"]
    assert issues.get(OWNER, NAME, 1).parsed_data.comments == 2


def test_labels_are_added_removed_and_created(client: GitHub[AppInstallationAuthStrategy]) -> None:
    open_issue(client)
    issues = client.rest("2022-11-28").issues
    created = issues.create_label(OWNER, NAME, name="Pri:P1", color="D73A4A", description="Wakes people")
    assert (created.parsed_data.name, created.parsed_data.color) == ("Pri:P1", "d73a4a")
    assert issues.get_label(OWNER, NAME, "Pri:P1").parsed_data == created.parsed_data

    added = many(issues.add_labels(OWNER, NAME, 1, labels=["pri:p1", "new"]))
    assert [label.name for label in added] == ["Pri:P1", "new"]
    left = many(issues.remove_label(OWNER, NAME, 1, "Pri:P1"))
    assert [label.name for label in left] == ["new"]
    assert [label.name for label in many(issues.list_labels_on_issue(OWNER, NAME, 1))] == ["new"]
    in_repository = many(issues.list_labels_for_repo(OWNER, NAME))
    assert [label.name for label in in_repository] == ["Pri:P1", "area:alerting", "new"]


def test_a_label_that_exists_is_a_validation_error(client: GitHub[AppInstallationAuthStrategy]) -> None:
    with pytest.raises(RequestFailed) as failed:
        client.rest("2022-11-28").issues.create_label(OWNER, NAME, name="Area:Alerting")
    problem: ValidationError = failed.value.response.parsed_data
    assert failed.value.response.status_code == 422
    assert problem.errors
    assert (problem.errors[0].code, problem.errors[0].field) == ("already_exists", "name")


def test_a_missing_issue_is_404(client: GitHub[AppInstallationAuthStrategy]) -> None:
    with pytest.raises(RequestFailed) as failed:
        client.rest("2022-11-28").issues.get(OWNER, NAME, 99)
    problem: BasicError = failed.value.response.parsed_data
    assert (failed.value.response.status_code, problem.message) == (404, "Not Found")


def test_a_deleted_issue_is_410(github: GitHubServer, client: GitHub[AppInstallationAuthStrategy]) -> None:
    open_issue(client)
    github.person("mona").delete("acme/alerts", 1)
    with pytest.raises(RequestFailed) as failed:
        client.rest("2022-11-28").issues.update(OWNER, NAME, 1, title="again")
    problem: BasicError = failed.value.response.parsed_data
    assert (failed.value.response.status_code, problem.message) == (410, "This issue was deleted")
    assert open_issue(client).number == 2


def test_a_title_too_long_is_a_validation_error(client: GitHub[AppInstallationAuthStrategy]) -> None:
    open_issue(client, "x" * 256)
    with pytest.raises(RequestFailed) as failed:
        open_issue(client, "x" * 257)
    problem: ValidationError = failed.value.response.parsed_data
    assert problem.message == "Validation Failed"
    assert problem.errors
    assert problem.errors[0].message == "title is too long (maximum is 256 characters)"


def test_a_transferred_issue_is_found_by_following_the_redirect(
    github: GitHubServer, client: GitHub[AppInstallationAuthStrategy]
) -> None:
    open_issue(client)
    github.person("mona").transfer("acme/alerts", 1, "acme/archive")
    response = client.rest("2022-11-28").issues.get(OWNER, NAME, 1)
    assert [earlier.status_code for earlier in response.raw_response.history] == [301]
    moved = response.parsed_data
    assert moved.repository_url.endswith("/repos/acme/archive")
    assert moved.title == "Disk full"


def test_sub_issues_are_added_listed_and_removed(client: GitHub[AppInstallationAuthStrategy]) -> None:
    parent, issues = open_issue(client, "Storm"), client.rest("2022-11-28").issues
    early = open_issue(client)
    late = issues.create(OWNER, NAME, title="Late", parent_issue_id=parent.id, type="Bug").parsed_data
    assert late.type
    assert (late.parent_issue_url, late.type.name) == (parent.url, "Bug")
    added = issues.add_sub_issue(OWNER, NAME, parent.number, sub_issue_id=early.id)
    assert (added.status_code, added.parsed_data.number) == (201, parent.number)
    assert [each.number for each in many(issues.list_sub_issues(OWNER, NAME, parent.number))] == [3, 2]
    left = issues.remove_sub_issue(OWNER, NAME, parent.number, sub_issue_id=late.id).parsed_data
    assert left.sub_issues_summary
    assert (left.sub_issues_summary.total, left.sub_issues_summary.completed) == (1, 0)
