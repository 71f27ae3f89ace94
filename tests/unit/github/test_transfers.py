"""A request about an issue is sent on, as it is, to the repository that the issue is in now."""

from datetime import UTC, datetime

import pytest

from chalicelib.conditions.issue import Draft, IssueRef
from chalicelib.github import requests, transfers
from chalicelib.github.protocol import Request

REPOSITORY = "acme/alerts"
REF, NOW_AT = IssueRef(REPOSITORY, 7), IssueRef("acme/attic", 3)
SINCE = datetime(2026, 11, 23, tzinfo=UTC)
ON_ISSUE = [
    requests.issue("GET", REF),
    requests.issue("PATCH", REF, body={"state": "closed"}),
    requests.issue("POST", REF, "/comments", {"body": "still"}),
    requests.issue("POST", REF, "/labels", {"labels": ["a"]}),
    requests.remove_label(REF, "a/b issues/9"),
    requests.list_comments(REF, SINCE),
]
ON_NONE = [
    requests.open_issue(REPOSITORY, Draft("title", "body", (), ())),
    requests.list_open_issues(REPOSITORY, "area:alerting"),
    requests.react(REPOSITORY, 7, "eyes"),
    requests.permission(REPOSITORY, "mona"),
    requests.list_labels(REPOSITORY),
    Request("GET", "https://api.github.com/repositories/1/issues/7/comments?page=2", REPOSITORY),
    Request("GET", "/repos/acme/alerts/issues/7x", REPOSITORY),
]


@pytest.mark.parametrize("request_", ON_ISSUE)
def test_the_same_is_asked_where_the_issue_is_now(request_: Request) -> None:
    assert transfers.reading(request_) == requests.issue("GET", REF)
    followed = transfers.followed(request_, NOW_AT)
    assert followed is not None
    tail = request_.path.removeprefix("/repos/acme/alerts/issues/7")
    assert followed.path == f"/repos/acme/attic/issues/3{tail}"
    assert (followed.method, followed.body) == (request_.method, request_.body)
    assert followed.repository == "acme/attic", "whose token and whose budget it is"


@pytest.mark.parametrize("now_at", [REF, IssueRef("Acme/Alerts", 7)])
def test_what_is_where_it_was_is_not_asked_for_again(now_at: IssueRef) -> None:
    assert all(transfers.followed(request, now_at) is None for request in ON_ISSUE)


@pytest.mark.parametrize("request_", ON_NONE)
def test_a_request_about_no_single_issue_is_not_sent_on(request_: Request) -> None:
    assert transfers.reading(request_) is None
    assert transfers.followed(request_, NOW_AT) is None
