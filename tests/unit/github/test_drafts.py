"""An issue that GitHub would not make a sub-issue is opened on its own, rather than not at all."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.conditions.issue import Draft, IssueRef
from chalicelib.errors import FieldFault, Gone, Invalid, Refused, RepositoryMissing
from chalicelib.github import drafts, requests
from chalicelib.github.answers import Us
from chalicelib.github.issues import GitHubIssues
from chalicelib.github.protocol import Request, Response
from tests.unit.rows import BEGAN

REPOSITORY = "org/infra"
DRAFT = Draft("Title", "Body", ("red",), ("mona",), parent=3_000_000_007)
LABELS = FieldFault("labels", "invalid")
PARENT = FieldFault("parent_issue_id", "invalid")


class GitHub:
    """A client that answers one request after the other."""

    def __init__(self, *said: Refused | dict[str, Any]) -> None:
        self.said, self.sent = list(said), list[Request]()

    def ready(self, repository: str) -> bool:
        return True

    def us(self, repository: str) -> Us:
        return Us(1, "alerting[bot]")

    us_now = us

    def send(self, request: Request, before: datetime) -> Response:
        self.sent.append(request)
        answer = self.said.pop(0)
        if isinstance(answer, Refused):
            raise answer
        issue = {
            "number": 3,
            "title": "Title",
            "state": "open",
            "html_url": "https://github.com/org/infra/issues/3",
        }
        where = {"repository_url": "https://api.github.com/repos/org/infra"}
        return Response(201, content=json.dumps(issue | where | answer).encode())


def test_the_opening_itself_names_the_parent() -> None:
    assert requests.open_issue(REPOSITORY, DRAFT).body == {
        "title": "Title",
        "body": "Body",
        "labels": ["red"],
        "assignees": ["mona"],
        "parent_issue_id": 3_000_000_007,
    }
    assert "parent_issue_id" not in (requests.open_issue(REPOSITORY, replace(DRAFT, parent=0)).body or {})


def test_an_issue_that_is_there_becomes_a_sub_issue_by_its_id() -> None:
    request = requests.add_sub_issue(IssueRef(REPOSITORY, 12), 3_000_000_013)
    assert (request.method, request.path) == ("POST", "/repos/org/infra/issues/12/sub_issues")
    assert request.body == {"sub_issue_id": 3_000_000_013}


@pytest.mark.parametrize("faults", [(), (PARENT,), (FieldFault("", "custom"),), (PARENT, LABELS)])
def test_the_parent_is_left_out_first_where_github_may_mean_it(faults: tuple[FieldFault, ...]) -> None:
    assert drafts.lesser(DRAFT, faults, whole=False) == replace(DRAFT, parent=0)


def test_the_parent_stays_where_github_names_something_else() -> None:
    assert drafts.lesser(DRAFT, (LABELS,), whole=False) == replace(DRAFT, labels=())


@pytest.mark.parametrize(
    "refused",
    [
        Invalid("full", ()),
        Refused("no", status=403),
        Refused("out of sight", status=404),
        Gone("deleted", status=410),
    ],
)
def test_one_refusal_of_a_parent_costs_one_more_write(refused: Refused) -> None:
    github = GitHub(refused, {"id": 9, "labels": ["red"], "assignees": [{"login": "mona"}]})
    seen = GitHubIssues(github).open(REPOSITORY, DRAFT, BEGAN)
    assert ["parent_issue_id" in (request.body or {}) for request in github.sent] == [True, False]
    assert (seen.id, seen.has_parent, seen.left_out) == (9, False, ("parent",))


@pytest.mark.parametrize(
    ("draft", "refused"),
    [(replace(DRAFT, parent=0), Refused("no", status=404)), (DRAFT, RepositoryMissing("no", status=404))],
)
def test_what_has_nothing_to_do_with_a_parent_is_refused_once(draft: Draft, refused: Refused) -> None:
    github = GitHub(refused)
    with pytest.raises(Refused):
        GitHubIssues(github).open(REPOSITORY, draft, BEGAN)
    assert len(github.sent) == 1


def test_an_answer_says_that_an_issue_has_a_parent() -> None:
    github = GitHub({"parent_issue_url": "https://api.github.com/repos/org/infra/issues/12", "id": 9})
    seen = GitHubIssues(github).open(REPOSITORY, replace(DRAFT, labels=(), assignees=()), BEGAN)
    assert (seen.has_parent, seen.left_out) == (True, ())
    assert (seen.remembered()["id"], seen.remembered()["has_parent"]) == (9, True)
