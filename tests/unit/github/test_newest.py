"""What is kept of GitHub's newest answers: only what a read can name, and no more than has room."""

import pytest

from chalicelib.conditions.issue import IssueRef
from chalicelib.github import requests
from chalicelib.github.newest import MOST, NewestAnswers
from chalicelib.github.protocol import Request, Response

ISSUES = "/repos/acme/alerts/issues"
TAG = {"etag": '"tag"'}


def reading(number: int) -> Request:
    return requests.issue("GET", IssueRef("acme/alerts", number))


def named(newest: NewestAnswers, number: int, token: str = "token") -> bool:
    return newest.conditional(reading(number), token).etag == TAG["etag"]


@pytest.fixture
def newest() -> NewestAnswers:
    kept = NewestAnswers()
    kept.whole(reading(1), Response(200, TAG, b"{}"), "token")
    return kept


@pytest.mark.parametrize(
    ("request_", "headers", "kept"),
    [
        (reading(2), TAG, True),
        (reading(2), {}, False),
        (Request("PATCH", f"{ISSUES}/2", "acme/alerts"), TAG, True),
        (Request("POST", ISSUES, "acme/alerts"), TAG | {"location": f"https://api.x{ISSUES}/2"}, True),
        (Request("POST", ISSUES, "acme/alerts"), TAG, False),
        (Request("POST", f"{ISSUES}/2/comments", "acme/alerts"), TAG | {"location": "/comments/2"}, False),
        (Request("GET", f"{ISSUES}?state=all", "acme/alerts"), TAG, False),
        (Request("DELETE", f"{ISSUES}/2/labels/a", "acme/alerts"), TAG, False),
    ],
    ids=["read", "untagged", "edit", "opening", "placeless", "comment", "list", "label"],
)
def test_what_shows_one_issue_is_kept(
    newest: NewestAnswers, request_: Request, headers: dict[str, str], kept: bool
) -> None:
    newest.whole(request_, Response(200, headers, b"{}"), "token")
    assert named(newest, 2) is kept
    assert named(newest, 1)


def test_only_reads_name_it_and_only_with_the_same_token(newest: NewestAnswers) -> None:
    assert named(newest, 1)
    assert not named(newest, 1, "another")
    edit = Request("PATCH", f"{ISSUES}/1", "acme/alerts")
    assert newest.conditional(edit, "token") == edit


def test_an_answer_that_still_holds_is_given_whole(newest: NewestAnswers) -> None:
    newest.whole(reading(1), Response(200, TAG, b'{"number": 1}'), "token")
    again = newest.whole(newest.conditional(reading(1), "token"), Response(304, TAG), "token")
    assert (again.status, again.json()) == (200, {"number": 1})


def test_what_an_earlier_token_of_the_repository_was_shown_is_forgotten(newest: NewestAnswers) -> None:
    newest.whole(Request("GET", "/repos/acme/b/issues/3", "acme/b"), Response(200, TAG, b"{}"), "token")
    newest.whole(reading(2), Response(200, TAG, b"{}"), "later")
    assert (named(newest, 1), named(newest, 2, "later")) == (False, True)
    assert newest.conditional(Request("GET", "/repos/acme/b/issues/3", "acme/b"), "token").etag


def test_the_oldest_makes_room(newest: NewestAnswers) -> None:
    for number in range(2, MOST + 1):
        newest.whole(reading(number), Response(200, TAG, b"{}"), "token")
    newest.whole(reading(1), Response(200, TAG, b"{}"), "token")
    newest.whole(reading(MOST + 1), Response(200, TAG, b"{}"), "token")
    assert [number for number in range(1, MOST + 2) if not named(newest, number)] == [2]
