"""The socket: what is sent where, with which credential, and how every ending is reported."""

import json
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from chalicelib.conditions.issue import Draft, IssueRef
from chalicelib.errors import (
    CommentsClosed,
    GitHubError,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Refused,
    TooLate,
    Unavailable,
)
from chalicelib.github import requests
from chalicelib.github.client import GitHubClient
from chalicelib.github.issues import GitHubIssues
from chalicelib.github.lists import MOST_PAGES
from chalicelib.github.protocol import Request, Response
from tests.twins.clock import START, ManualClock
from tests.unit.github.test_auth import TOKEN, app, shows

BASE = "https://api.github.com"
REPOSITORY = "acme/alerts"
REF = IssueRef(REPOSITORY, 7)
READ = requests.issue("GET", REF)
WRITE = requests.issue("PATCH", REF, body={"state": "closed"})
OPEN = requests.open_issue(REPOSITORY, Draft("Disk full", "body", (), ()))
COMMENT = requests.issue("POST", REF, "/comments", {"body": "still"})
TIMEOUT = timedelta(seconds=10)
LATER = START + timedelta(minutes=1)
ISSUE = {
    "number": 7,
    "title": "Disk full",
    "state": "open",
    "html_url": "https://github.com/acme/alerts/issues/7",
    "repository_url": f"{BASE}/repos/acme/alerts",
}

Answer = Callable[[httpx.Request], httpx.Response]


class Reports:
    """What was reported to the budget; its turns are `turns` seconds ahead, or refused if that is None."""

    def __init__(self) -> None:
        self.turns: float | None = 0.0
        self.taken = 0
        self.told: list[str] = []
        self.retry_at: datetime | None = None
        self.remaining: int | None = None

    def turn(self, owner: str) -> float | None:
        self.taken += 1
        return None if self.turns is None else START.timestamp() + self.turns

    def answered(self, owner: str, response: Response) -> None:
        self.told.append(f"{owner} answered")
        self.remaining = response.remaining

    def limited(self, owner: str, retry_at: datetime | None) -> None:
        self.told.append(f"{owner} limited")
        self.retry_at = retry_at

    def failed(self, owner: str) -> None:
        self.told.append(f"{owner} failed")


class GitHub:
    """Mints tokens itself; everything else is answered in turn from `answers`, the last again and again."""

    def __init__(self, *answers: Answer, base: str = BASE) -> None:
        self.clock, self.reports = ManualClock(), Reports()
        self.answers = list(answers)
        self.sent: list[httpx.Request] = []
        self.minted, self.mints = 0, True
        self.jwts: list[str] = []
        http = httpx.Client(base_url=base, transport=httpx.MockTransport(self.handle), trust_env=False)
        self.client = GitHubClient(http, app(), self.reports, self.clock, TIMEOUT)
        self.client.us(REPOSITORY)
        self.reports.told.clear()

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/installation"):
            return self.app_answer(request, {"id": 77, "app_slug": "alerting"})
        if not self.mints:
            raise httpx.ReadTimeout("no token")
        if request.url.path.endswith("/access_tokens"):
            self.minted += 1
            expires = (self.clock.now() + timedelta(hours=1)).isoformat()
            return self.app_answer(request, {"token": f"{TOKEN}{self.minted}", "expires_at": expires})
        self.sent.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(request)

    def app_answer(self, request: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        self.jwts.append(request.headers["authorization"].removeprefix("Bearer "))
        return httpx.Response(200, json=body)

    def send(self, request: Request = READ, before: datetime = LATER) -> Response:
        return self.client.send(request, before)

    def failure(self, request: Request = READ) -> GitHubError:
        with pytest.raises(GitHubError) as raised:
            self.send(request)
        assert not shows(raised.value, ["ghs_", *self.jwts])
        return raised.value


def says(status: int, body: Any = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(status, json={} if body is None else body, headers=named)


def page(status: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(status, html="<html>Bad Gateway</html>", headers=named)


def breaks(kind: type[httpx.HTTPError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise kind(f"while sending {dict(request.headers)}")

    return answer


def test_a_request_carries_what_the_api_asks_for() -> None:
    github = GitHub(says(200, ISSUE))
    github.send(WRITE)
    sent = github.sent[0]
    assert (sent.method, str(sent.url)) == ("PATCH", f"{BASE}/repos/acme/alerts/issues/7")
    assert json.loads(sent.content) == {"state": "closed"}
    assert sent.headers["authorization"] == f"Bearer {TOKEN}1"
    assert sent.headers["accept"] == "application/vnd.github+json"
    assert sent.headers["x-github-api-version"] == "2022-11-28"
    assert sent.headers["user-agent"] == "alerting"
    assert set(sent.extensions["timeout"].values()) == {10.0}


def test_an_answer_is_reported_with_its_headers() -> None:
    github = GitHub(says(200, ISSUE, x_ratelimit_remaining="12"))
    assert github.send().json() == ISSUE
    assert (github.reports.told, github.reports.remaining) == (["acme answered"], 12)


# Endings


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
@pytest.mark.parametrize("request_", [READ, WRITE])
def test_without_a_connection_nothing_happened(kind: type[httpx.HTTPError], request_: Request) -> None:
    github = GitHub(breaks(kind))
    error = failure_alone(github, request_)
    assert type(error) is Unavailable
    assert github.reports.told == ["acme failed"]


@pytest.mark.parametrize(
    "kind",
    [
        httpx.ReadTimeout,
        httpx.WriteTimeout,
        httpx.ReadError,
        httpx.WriteError,
        httpx.RemoteProtocolError,
        httpx.DecodingError,
        httpx.ProxyError,
    ],
)
def test_once_connected_a_write_without_an_answer_is_unknown(kind: type[httpx.HTTPError]) -> None:
    for request, expected in [(WRITE, OutcomeUnknown), (COMMENT, OutcomeUnknown), (READ, Unavailable)]:
        github = GitHub(breaks(kind))
        assert type(failure_alone(github, request)) is expected
        assert github.reports.told == ["acme failed"]
        assert len(github.sent) == 1, "never sent twice"


def failure_alone(github: GitHub, request: Request) -> GitHubError:
    """The failure without its cause, which is the test's own and shows the headers."""
    with pytest.raises(GitHubError) as raised:
        github.send(request)
    assert "ghs_" not in f"{raised.value} {raised.value!r} {raised.value.args}"
    return raised.value


@pytest.mark.parametrize(
    ("request_", "answer", "kind", "told"),
    [
        (WRITE, page(502), OutcomeUnknown, "acme failed"),
        (READ, page(502), Unavailable, "acme failed"),
        (COMMENT, page(200), OutcomeUnknown, "acme failed"),
        (READ, page(200), Unavailable, "acme failed"),
        (COMMENT, says(403, {"message": "issue is locked."}), CommentsClosed, "acme answered"),
        (OPEN, says(404, {"message": "Not Found"}), Refused, "acme answered"),
        (WRITE, says(304), Refused, "acme answered"),
        (WRITE, says(301), Refused, "acme answered"),
        (WRITE, page(429), RateLimited, "acme limited"),
    ],
)
def test_every_ending_is_classified_and_reported_once(
    request_: Request, answer: Answer, kind: type[GitHubError], told: str
) -> None:
    github = GitHub(answer)
    assert type(github.failure(request_)) is kind
    assert github.reports.told == [told]
    assert len(github.sent) == 1


MOVED = {**ISSUE, "number": 3, "repository_url": f"{BASE}/repos/acme/attic"}


@pytest.mark.parametrize("request_", [READ, WRITE, COMMENT])
def test_an_issue_that_is_not_found_is_looked_for_in_the_whole_installation(request_: Request) -> None:
    github = GitHub(says(404, {"message": "Not Found"}), says(200, MOVED), says(200, MOVED))
    assert github.send(request_).status == 200
    tail = request_.path.removeprefix(READ.path)
    assert [(each.method, each.url.path) for each in github.sent] == [
        (request_.method, f"/repos/acme/alerts/issues/7{tail}"),
        ("GET", "/repos/acme/alerts/issues/7"),
        (request_.method, f"/repos/acme/attic/issues/3{tail}"),
    ]
    assert [each.content for each in github.sent][::2] == [github.sent[0].content] * 2
    assert len({each.headers["authorization"] for each in github.sent}) == 3


NOT_ACCESSIBLE = {"message": "Resource not accessible by integration"}


@pytest.mark.parametrize(
    "answer", [says(404, {"message": "Not Found"}), says(403, NOT_ACCESSIBLE), says(200, ISSUE)]
)
def test_one_that_is_not_elsewhere_is_refused_as_it_was(answer: Answer) -> None:
    github = GitHub(says(404, {"message": "Not Found"}), answer)
    assert github.failure(WRITE).status == 404
    assert [each.method for each in github.sent] == ["PATCH", "GET"]


def test_one_that_was_deleted_elsewhere_is_gone() -> None:
    github = GitHub(says(404, {"message": "Not Found"}), says(410, {"message": "This issue was deleted"}))
    assert type(github.failure(WRITE)) is Gone


def test_a_token_that_no_longer_shows_where_issues_are_says_nothing_of_them() -> None:
    github = GitHub(
        says(404, {"message": "Not Found"}),
        says(401, {"message": "Bad credentials"}),
        says(404, {"message": "Not Found"}),
        says(200, MOVED),
    )
    assert github.failure(READ).status == 401
    assert github.send(READ).status == 200, "at the next try, with another token"
    tokens = [each.headers["authorization"] for each in github.sent]
    assert len(tokens) == len(set(tokens)) == 5


@pytest.mark.parametrize("answer", [page(502), page(200), says(200, {"number": 3})])
def test_where_that_is_not_answered_nothing_is_concluded(answer: Answer) -> None:
    github = GitHub(says(404, {"message": "Not Found"}), answer)
    assert type(github.failure(READ)) is Unavailable


def test_a_limit_is_reported_with_its_time() -> None:
    github = GitHub(says(403, {"message": "secondary rate limit"}, retry_after="30"))
    error = github.failure(WRITE)
    assert isinstance(error, RateLimited)
    assert error.retry_at == github.reports.retry_at == START + timedelta(seconds=30)


def test_a_limit_without_a_time_is_reported_without_one() -> None:
    message = "You have exceeded a secondary rate limit."
    github = GitHub(says(403, {"message": message}, x_ratelimit_remaining="4999"))
    assert type(github.failure(WRITE)) is RateLimited
    assert (github.reports.told, github.reports.retry_at) == (["acme limited"], None)


def test_the_headers_of_a_refusal_are_not_believed() -> None:
    """GitHub counts calls with bad credentials by their address, which is not ours alone."""
    github = GitHub(says(401, {"message": "Bad credentials"}, x_ratelimit_remaining="0"))
    github.failure()
    assert github.reports.remaining is None


# Credentials


def test_a_token_that_is_no_longer_taken_is_minted_anew_once() -> None:
    github = GitHub(says(401, {"message": "Bad credentials"}), says(200, ISSUE))
    assert github.send(WRITE).status == 200
    assert [each.headers["authorization"][-1] for each in github.sent] == ["1", "2"]


def test_a_new_token_that_is_not_taken_either_is_a_refusal() -> None:
    github = GitHub(says(401, {"message": "Bad credentials"}))
    assert github.failure(WRITE).status == 401
    assert (len(github.sent), github.minted) == (2, 2)


def test_an_expired_token_is_minted_anew_before_it_is_used() -> None:
    github = GitHub(says(200, ISSUE))
    github.clock.pass_(hours=1)
    github.send(before=github.clock.now() + TIMEOUT)
    assert github.sent[0].headers["authorization"] == f"Bearer {TOKEN}2"


def test_an_app_whose_jwt_is_refused_asks_once() -> None:
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(401, json={"message": "A JSON web token could not be decoded"})

    http = httpx.Client(base_url=BASE, transport=httpx.MockTransport(handle), trust_env=False)
    client = GitHubClient(http, app(), Reports(), ManualClock(), TIMEOUT)
    with pytest.raises(Refused, match="could not be decoded"):
        client.send(READ, LATER)
    assert asked == ["/repos/acme/alerts/installation"]


def test_a_jwt_stands_in_no_error_of_minting() -> None:
    jwts: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        jwts.append(request.headers["authorization"].removeprefix("Bearer "))
        return httpx.Response(200, json={"id": None, "echo": jwts[-1]})

    http = httpx.Client(base_url=BASE, transport=httpx.MockTransport(handle), trust_env=False)
    client = GitHubClient(http, app(), Reports(), ManualClock(), TIMEOUT)
    with pytest.raises(Unavailable) as raised:
        client.us(REPOSITORY)
    assert jwts
    assert not shows(raised.value, jwts)


# Turns


def test_a_write_waits_for_its_turn_at_the_moment_of_sending_and_a_read_does_not() -> None:
    github = GitHub(says(200, ISSUE))
    github.reports.turns = 7.0
    github.send(READ)
    assert github.clock.now() == START
    github.send(WRITE)
    assert github.clock.now() == START + timedelta(seconds=7)


def test_a_write_sent_anew_or_onwards_waits_for_a_turn_of_its_own() -> None:
    moved = says(301, location="/repositories/5/issues/1")
    stale = says(401, {"message": "Bad credentials"})
    github = GitHub(moved, stale, says(200, ISSUE))
    github.send(WRITE)
    assert (len(github.sent), github.reports.taken) == (3, 3)


def test_an_opening_without_what_github_refuses_waits_for_a_turn_of_its_own() -> None:
    fields = [{"resource": "Issue", "field": "assignees", "code": "invalid"}]
    github = GitHub(says(422, {"message": "Validation Failed", "errors": fields}), says(201, ISSUE))
    GitHubIssues(github.client).open(REPOSITORY, Draft("Disk full", "text", ("a",), ("nobody",)), LATER)
    assert (len(github.sent), github.reports.taken) == (2, 2)


def test_a_turn_that_would_end_too_late_is_not_taken() -> None:
    github = GitHub(says(200, ISSUE))
    github.reports.turns = 55.0
    with pytest.raises(TooLate):
        github.send(WRITE)
    assert (github.sent, github.reports.told) == ([], [])


def test_without_a_turn_nothing_is_sent_and_github_is_not_to_blame() -> None:
    github = GitHub(says(200, ISSUE))
    github.reports.turns = None
    with pytest.raises(TooLate, match="could not be booked"):
        github.send(WRITE)
    assert (github.sent, github.reports.told) == ([], [])


# Redirects


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "location",
    [f"{BASE}/repositories/5/issues/1", f"{BASE}:443/repositories/5/issues/1", "/repositories/5/issues/1"],
)
def test_a_moved_issue_is_followed_with_the_same_method_body_and_token(status: int, location: str) -> None:
    github = GitHub(says(status, location=location), says(200, ISSUE))
    github.send(WRITE)
    first, second = github.sent
    assert str(second.url) == f"{BASE}/repositories/5/issues/1"
    assert (
        (second.method, second.content) == (first.method, first.content) == ("PATCH", b'{"state":"closed"}')
    )
    assert second.headers["authorization"] == first.headers["authorization"]
    assert github.reports.told == ["acme answered"]


def test_a_redirect_is_followed_below_the_path_of_an_enterprise_server() -> None:
    github = GitHub(
        says(301, location="https://ghe.example.org/api/v3/repositories/5/issues/1"),
        says(200, ISSUE),
        base="https://ghe.example.org/api/v3",
    )
    github.send()
    assert [each.url.path for each in github.sent] == [
        "/api/v3/repos/acme/alerts/issues/7",
        "/api/v3/repositories/5/issues/1",
    ]


ELSEWHERE = [
    "https://evil.example/x",
    "http://api.github.com/x",
    "https://api.github.com:8443/x",
    "https://api.github.com@evil.example/x",
    "https://api.github.com.evil.example/x",
    "//evil.example/x",
]
JUNK = [
    "\\\\evil.example\\x",
    "https:evil.example",
    "http://[",
    "https://api.github.com:99999999/x",
    "javascript:alert(1)",
    "data:,x",
    "https://\x00/",
]


@pytest.mark.parametrize("request_", [READ, WRITE, COMMENT])
@pytest.mark.parametrize("location", ELSEWHERE)
def test_a_redirect_never_takes_the_credential_elsewhere(location: str, request_: Request) -> None:
    github = GitHub(says(301, location=location), says(200, ISSUE))
    assert type(github.failure(request_)) is Refused
    assert len(github.sent) == 1
    assert github.reports.told == ["acme answered"]


@pytest.mark.parametrize("location", JUNK)
def test_a_redirect_to_junk_stays_on_the_host_or_is_a_classified_failure(location: str) -> None:
    github = GitHub(says(301, location=location), says(404))
    github.failure(WRITE)
    assert {(each.url.scheme, each.url.netloc) for each in github.sent} == {("https", b"api.github.com")}


@pytest.mark.parametrize("link", ["https://evil.example/x", "http://api.github.com/x", "http://["])
def test_a_next_page_never_takes_the_credential_to_another_host(link: str) -> None:
    github = GitHub(says(200, [], link=f'<{link}>; rel="next"'))
    with pytest.raises(Refused, match="not GitHub's"):
        list(GitHubIssues(github.client).open_ones(REPOSITORY, "area:alerting", LATER))
    assert [each.url.host for each in github.sent] == ["api.github.com"]


def test_a_redirect_in_circles_ends() -> None:
    github = GitHub(says(301, location=f"{BASE}/repos/acme/alerts/issues/7"))
    assert "redirected too often" in str(github.failure(WRITE))
    assert len(github.sent) == 3


def test_a_redirect_of_the_app_itself_never_takes_its_jwt_elsewhere() -> None:
    hosts: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(307, headers={"location": "https://evil.example/x"})

    http = httpx.Client(base_url=BASE, transport=httpx.MockTransport(handle), trust_env=False)
    client = GitHubClient(http, app(), Reports(), ManualClock(), TIMEOUT)
    with pytest.raises(Refused):
        client.us(REPOSITORY)
    assert hosts == ["api.github.com"]


# The lease


def test_a_call_that_could_outlast_the_lease_is_not_sent() -> None:
    github = GitHub(says(200, ISSUE))
    github.send(before=START + TIMEOUT)
    with pytest.raises(TooLate):
        github.send(WRITE, before=START + TIMEOUT - timedelta(microseconds=1))
    assert len(github.sent) == 1


def test_what_went_before_counts_against_the_lease() -> None:
    """A slow minting, a slow 401 and a slow redirect use it up as the call itself does."""

    def slow(answer: Answer) -> Answer:
        def answered(request: httpx.Request) -> httpx.Response:
            github.clock.pass_(seconds=9)
            return answer(request)

        return answered

    moved = says(301, location=f"{BASE}/repositories/5/issues/1")
    for first in (moved, says(401, {"message": "Bad credentials"})):
        github = GitHub(slow(first), says(200, ISSUE))
        with pytest.raises(TooLate):
            github.send(WRITE, before=START + timedelta(seconds=18))
        assert len(github.sent) == 1
        github = GitHub(slow(first), says(200, ISSUE))
        github.send(WRITE, before=START + timedelta(seconds=19))
        assert len(github.sent) == 2


def test_a_call_not_sent_is_no_news_for_the_budget() -> None:
    github = GitHub(says(200, ISSUE))
    with pytest.raises(TooLate):
        github.send(WRITE, before=START)
    assert github.reports.told == []


# Lists and openings


def test_a_list_that_does_not_end_is_no_list() -> None:
    """Half a list proves nothing: what is looked for may be in the other half."""
    github = GitHub(says(200, [ISSUE], link=f'<{BASE}/x?page=2>; rel="next"'))
    with pytest.raises(Unavailable):
        list(GitHubIssues(github.client).open_ones(REPOSITORY, "x", LATER))
    assert len(github.sent) == MOST_PAGES


def test_a_list_stops_when_the_lease_does() -> None:
    github = GitHub(says(200, [ISSUE], link=f'<{BASE}/x?page=2>; rel="next"'))
    pages = GitHubIssues(github.client).open_ones(REPOSITORY, "x", LATER)
    next(pages)
    github.clock.pass_(seconds=51)
    with pytest.raises(TooLate):
        next(pages)


def opening(*answers: Answer) -> tuple[GitHub, Callable[[], Any]]:
    github = GitHub(*answers)
    issues = GitHubIssues(github.client)
    return github, lambda: issues.open(REPOSITORY, Draft("Disk full", "body", ("Pri:P1",), ("mona",)), LATER)


def invalid(*fields: str) -> Answer:
    errors = [{"resource": "Issue", "field": field, "code": "invalid"} for field in fields]
    return says(422, {"message": "Validation Failed", "errors": errors})


@pytest.mark.parametrize(
    ("refusals", "kept"),
    [
        ([invalid("assignees")], {"title", "body", "labels"}),
        ([invalid("labels")], {"title", "body", "assignees"}),
        ([invalid("labels", "assignees")], {"title", "body"}),
        ([invalid("labels"), invalid("assignees")], {"title", "body"}),
        ([invalid("label")], {"title", "body", "assignees"}),
    ],
)
def test_an_issue_opens_without_what_github_does_not_accept(refusals: list[Answer], kept: set[str]) -> None:
    github, open_it = opening(*refusals, says(201, ISSUE))
    assert open_it().ref == REF
    assert set(json.loads(github.sent[-1].content)) == kept
    assert len(github.sent) == len(refusals) + 1


@pytest.mark.parametrize("fields", [(), ("title",), ("title", "labels")])
def test_an_issue_that_is_itself_not_accepted_is_refused(fields: tuple[str, ...]) -> None:
    github, open_it = opening(invalid(*fields))
    with pytest.raises(Refused):
        open_it()
    assert len(github.sent) == 1


def test_a_field_refused_although_it_was_left_out_ends_it() -> None:
    github, open_it = opening(invalid("labels"))
    with pytest.raises(Refused):
        open_it()
    assert len(github.sent) == 2


def test_an_opening_answered_with_garbage_is_unknown() -> None:
    for answer in (says(201, {"number": 7}), page(200), says(200, [])):
        _, open_it = opening(answer)
        with pytest.raises(OutcomeUnknown):
            open_it()


def test_a_login_that_is_not_known_keeps_a_call_from_being_sent() -> None:
    """If it were requested after the call, its failure would hide that the call took effect."""
    github, open_it = opening(says(201, ISSUE))
    github.clock.pass_(hours=1)
    github.mints = False
    with pytest.raises(Unavailable):
        open_it()
    assert github.sent == []


def test_tracebacks_tell_no_credential() -> None:
    github = GitHub(says(404, {"message": "Not Found"}))
    try:
        github.send(WRITE)
    except Refused as error:
        told = "".join(traceback.format_exception(error))
    assert "404 Not Found" in told
    assert "ghs_" not in told
