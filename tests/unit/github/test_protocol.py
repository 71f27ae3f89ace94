"""What GitHub's answers mean, on good days and on bad ones."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.conditions.issue import Closer, Draft, IssueRef, Label
from chalicelib.errors import (
    CommentsClosed,
    GitHubError,
    Gone,
    Invalid,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Suspended,
    Unavailable,
)
from chalicelib.github import answers, protocol, refusals, requests
from chalicelib.github.answers import Us
from chalicelib.github.protocol import Request, Response

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
REPOSITORY = "acme/alerts"
REF = IssueRef(REPOSITORY, 7)
BOT = "alerting[bot]"
US = Us(12345, BOT)
READ = requests.issue("GET", REF)
WRITE = requests.issue("PATCH", REF, body={"state": "closed"})
COMMENT = requests.issue("POST", REF, "/comments", {"body": "still"})
SECONDARY = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation."
)
PAGE = b"<!DOCTYPE html><html><head><title>502</title></head></html>"


def answer(status: int, message: str = "", errors: Any = None, **headers: str) -> Response:
    body = {"message": message} | ({} if errors is None else {"errors": errors})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, {"x-github-request-id": "AB:CD"} | named, json.dumps(body).encode())


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def failure(request: Request, response: Response) -> GitHubError:
    with pytest.raises(GitHubError) as raised:
        refusals.check(request, response, NOW)
    return raised.value


def issue(**changes: Any) -> dict[str, Any]:
    return {
        "number": 7,
        "title": "Disk full",
        "state": "open",
        "html_url": "https://github.com/acme/alerts/issues/7",
        "repository_url": "https://api.github.com/repos/acme/alerts",
        "body": None,
        "labels": ["plain", {"name": "area:alerting"}, {"name": None}],
        "comments": 3,
        "user": {"login": BOT},
    } | changes


def read(**changes: Any) -> Any:
    return answers.read_issue(READ, Response(200, {}, json.dumps(issue(**changes)).encode()), US)


# Requests


def test_an_opening_sends_only_what_there_is() -> None:
    request = requests.open_issue(REPOSITORY, Draft("Disk full", "body", ("a",)))
    assert (request.method, request.path, request.owner) == ("POST", "/repos/acme/alerts/issues", "acme")
    assert request.body == {"title": "Disk full", "body": "body", "labels": ["a"]}


def test_a_label_in_a_path_or_query_is_quoted() -> None:
    assert (
        requests.remove_label(REF, "a/b ?#%").path == "/repos/acme/alerts/issues/7/labels/a%2Fb%20%3F%23%25"
    )
    assert "&labels=a%26b%2Cc" in requests.list_issues(REPOSITORY, BOT, "a&b,c", NOW).path
    assert "labels=Pri%3AP1&" in requests.list_open_issues(REPOSITORY, "Pri:P1").path


def test_a_login_and_a_label_are_one_segment_of_a_path_whatever_they_are() -> None:
    bot = "alerting[bot]"
    assert requests.permission(REPOSITORY, bot).path.endswith("/collaborators/alerting%5Bbot%5D/permission")
    assert requests.assignable(REPOSITORY, bot).path.endswith("/assignees/alerting%5Bbot%5D")
    assert requests.list_issues(REPOSITORY, bot, None, NOW).path.count("creator=alerting%5Bbot%5D&") == 1
    assert requests.remove_label(REF, "..").path.endswith("/issues/7/labels/%2E%2E")
    assert requests.dress_label(REPOSITORY, Label(".", "ededed", "")).path.endswith("/labels/%2E")
    assert requests.remove_label(REF, "v1.2").path.endswith("/labels/v1.2")


def test_a_list_of_changes_may_be_without_a_label_and_covers_every_state() -> None:
    path = requests.list_issues(REPOSITORY, BOT, None, NOW).path
    assert "state=all&creator=alerting%5Bbot%5D&" in path
    assert path.endswith("&since=2026-11-23T12:00:00Z&sort=created&direction=desc&per_page=100")


def test_since_is_told_in_utc() -> None:
    somewhere = NOW.astimezone(tz=datetime.strptime("+0530", "%z").tzinfo)
    assert "since=2026-11-23T12:00:00Z" in requests.list_comments(REF, somewhere).path


@pytest.mark.parametrize(
    ("request_", "reads"),
    [
        (READ, True),
        (WRITE, False),
        (COMMENT, False),
        (Request("POST", "/app/installations/1/access_tokens", REPOSITORY), True),
    ],
)
def test_only_reads_and_minting_change_nothing_that_matters(request_: Request, *, reads: bool) -> None:
    assert request_.reads is reads


# Headers


@pytest.mark.parametrize(
    "link",
    [
        '<https://api.github.com/x?page=2>; rel="next", <https://api.github.com/x?page=9>; rel="last"',
        '<https://api.github.com/x?page=1>; rel="prev", <https://api.github.com/x?page=2>; rel="next"',
        '<https://api.github.com/x?page=1>; rel="prev", <https://api.github.com/x?page=2>; rel=next',
    ],
)
def test_the_next_page_is_the_one_the_link_header_calls_next(link: str) -> None:
    assert Response(200, {"link": link}).next_page == "https://api.github.com/x?page=2"


def test_an_address_with_commas_is_one_address() -> None:
    assert Response(200, {"link": '</x?labels=a,b&page=2>; rel="next"'}).next_page == "/x?labels=a,b&page=2"


@pytest.mark.parametrize("link", ["", "junk", '<x>; rel="last"', 'rel="next"', '<x>, rel="next"'])
def test_without_a_next_page_there_is_none(link: str) -> None:
    assert Response(200, {"link": link}).next_page is None


@pytest.mark.parametrize("junk", ["", "-1", "1.5", "0, 0", "٣", "1e3", "9" * 5000, " 7", "nan"])
def test_a_junk_figure_is_no_figure(junk: str) -> None:
    response = Response(200, {"x-ratelimit-remaining": junk, "x-ratelimit-reset": junk})
    assert (response.remaining, response.reset) == (None, None)


def test_figures_are_read() -> None:
    response = Response(200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795435200"})
    assert (response.remaining, response.reset) == (0, 1795435200)


# Reading


def test_an_issue_is_read() -> None:
    seen = read()
    assert (seen.ref, seen.url) == (REF, "https://github.com/acme/alerts/issues/7")
    assert (seen.title, seen.body, seen.labels) == ("Disk full", "", ("plain", "area:alerting"))
    assert (seen.open, seen.closed_by, seen.by_us, seen.comments) == (True, None, True, 3)


def test_a_moved_issue_is_where_the_answer_says() -> None:
    moved = read(number=1, repository_url="https://api.github.com/repos/acme/attic")
    assert moved.ref == IssueRef("acme/attic", 1)


@pytest.mark.parametrize(
    ("closed_by", "closer"),
    [({"login": BOT}, Closer.US), ({"login": "mona"}, Closer.PERSON), (None, Closer.PERSON)],
)
def test_who_closed_is_read(closed_by: Any, closer: Closer) -> None:
    seen = read(state="closed", closed_at="2026-11-23T11:00:00Z", closed_by=closed_by)
    assert (seen.closed_at, seen.closed_by) == (NOW - timedelta(hours=1), closer)


def test_a_closed_issue_is_closed_even_without_its_time() -> None:
    assert not read(state="closed").open


def test_an_open_issue_has_no_closer_whatever_is_left_over() -> None:
    seen = read(closed_at="2026-11-23T11:00:00Z", closed_by={"login": "mona"})
    assert (seen.closed_at, seen.closed_by) == (None, None)


APP = {"id": 12345}
BOT_ID = {"id": 9, "login": "renamed[bot]", "type": "Bot"}


@pytest.mark.parametrize(
    ("user", "through", "ours"),
    [
        (BOT_ID, APP, True),
        ({"login": BOT, "type": "Bot"}, None, True),
        ({"login": BOT, "type": "Bot"}, {"id": 999}, False),
        ({"login": "mona", "type": "User"}, APP, False),
        (BOT_ID, None, False),
    ],
    ids=["renamed", "by login", "another app of that name", "a person through the app", "another bot"],
)
def test_what_came_through_our_app_is_ours_whatever_its_login(user: Any, through: Any, *, ours: bool) -> None:
    assert read(user=user, performed_via_github_app=through).by_us is ours
    comment = {"id": 1, "body": "x", "user": user, "performed_via_github_app": through}
    response = Response(200, {}, json.dumps([comment]).encode())
    assert answers.read_comments(READ, response, US) == (["x"] if ours else [])
    assert len(answers.read_spoken(READ, response, US)) == (0 if ours else 1)


@pytest.mark.parametrize(
    ("user", "through", "closed_by", "closer"),
    [
        (BOT_ID, APP, BOT_ID, Closer.US),
        (BOT_ID, APP, {"id": 8, "login": "mona", "type": "User"}, Closer.PERSON),
        ({"id": 9, "login": "other[bot]", "type": "Bot"}, None, BOT_ID, Closer.PERSON),
        (
            {"login": "renamed[bot]", "type": "Bot"},
            APP,
            {"login": "stale[bot]", "type": "Bot"},
            Closer.PERSON,
        ),
    ],
    ids=["renamed", "a person", "of another bot, by itself", "without ids"],
)
def test_whoever_opened_what_is_ours_closed_it_as_we(
    user: Any, through: Any, closed_by: Any, closer: Closer
) -> None:
    changes = {"user": user, "performed_via_github_app": through, "closed_by": closed_by}
    assert read(state="closed", **changes).closed_by is closer


@pytest.mark.parametrize("user", [{"login": "mona"}, None])
def test_what_another_wrote_is_not_ours(user: Any) -> None:
    assert read(user=user).by_us is False


def test_pull_requests_are_no_issues() -> None:
    listed = json.dumps([issue(), issue(number=8, pull_request={"url": "x"})]).encode()
    assert [each.ref.number for each in answers.read_issues(READ, Response(200, {}, listed), US)] == [7]


def test_only_our_own_comments_are_read() -> None:
    theirs = [{"body": "forged", "user": {"login": "mona"}}, {"body": "orphaned", "user": None}]
    ours = [{"body": "ours", "user": {"login": BOT}}, {"body": None, "user": {"login": BOT}}]
    content = json.dumps([*theirs, *ours]).encode()
    assert answers.read_comments(READ, Response(200, {}, content), US) == ["ours", ""]


def test_where_an_issue_is_is_read() -> None:
    assert answers.read_ref(READ, Response(200, {}, json.dumps(issue()).encode())) == REF


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"number": "x"}', PAGE, b"\xff\xfe", b"null"])
@pytest.mark.parametrize(
    "reader",
    [
        answers.read_issue,
        answers.read_issues,
        answers.read_comments,
        lambda request, response, us: answers.read_ref(request, response),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_no_answer(reader: Any, content: bytes) -> None:
    for request, kind in [(READ, Unavailable), (WRITE, OutcomeUnknown)]:
        with pytest.raises(GitHubError) as raised:
            reader(request, Response(200, {"x-github-request-id": "AB:CD"}, content), US)
        assert type(raised.value) is kind
        assert (raised.value.status, raised.value.request_id) == (200, "AB:CD")


# Failures


@pytest.mark.parametrize("status", [200, 201])
def test_a_success_in_json_passes(status: int) -> None:
    refusals.check(WRITE, Response(status, {}, b"{}"), NOW)
    refusals.check(WRITE, Response(status, {}, b"[]"), NOW)


@pytest.mark.parametrize("content", [b"", PAGE, b"\xff", b"[" * 100_000, b"null"])
def test_a_success_that_is_no_json_is_nobodys_word(content: bytes) -> None:
    assert type(failure(COMMENT, Response(200, {}, content))) is OutcomeUnknown
    assert type(failure(READ, Response(200, {}, content))) is Unavailable


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_a_server_error_leaves_a_write_unknown_and_a_read_undone(status: int) -> None:
    for content in (PAGE, b'{"message": "Server Error"}', b"[" * 100_000):
        assert type(failure(WRITE, Response(status, {}, content))) is OutcomeUnknown
        assert type(failure(READ, Response(status, {}, content))) is Unavailable


def test_no_answer_leaves_a_write_unknown_and_a_read_undone() -> None:
    assert type(protocol.unanswered(WRITE, "ReadTimeout")) is OutcomeUnknown
    assert type(protocol.unanswered(READ, "ReadTimeout")) is Unavailable
    assert str(protocol.unanswered(READ, "ReadTimeout")) == "GET /repos/acme/alerts/issues/7: ReadTimeout"


@pytest.mark.parametrize("status", [301, 304, 400, 401, 403, 404, 409, 451])
def test_other_refusals_are_refusals(status: int) -> None:
    refused = failure(WRITE, answer(status, "No"))
    assert type(refused) is Refused
    assert (refused.status, refused.request_id) == (status, "AB:CD")
    assert str(refused) == f"PATCH /repos/acme/alerts/issues/7: {status} No"


@pytest.mark.parametrize("status", [403, 422, 429, 502])
def test_whatever_it_means_an_error_has_githubs_own_words_masked(status: int) -> None:
    told = failure(WRITE, answer(status, "Repository was archived so is read-only. ghs_" + "a" * 36))
    assert told.words == "Repository was archived so is read-only. (masked)"
    assert protocol.unanswered(WRITE, "ReadTimeout").words == ""


@pytest.mark.parametrize("content", [PAGE, b"", b"[]", b'"no"', b"3", b"\xff"])
def test_a_refusal_in_no_json_object_is_still_one(content: bytes) -> None:
    assert str(failure(WRITE, Response(403, {}, content))) == "PATCH /repos/acme/alerts/issues/7: 403 "


def test_an_error_names_the_path_without_its_query_and_a_bounded_message() -> None:
    refused = failure(requests.list_open_issues(REPOSITORY, "x"), answer(404, "a" * 1000))
    assert str(refused) == "GET /repos/acme/alerts/issues: 404 " + "a" * 300


def test_the_errors_that_github_lists_reach_the_log_without_what_may_be_an_alerts_text() -> None:
    errors = [
        {"resource": "Issue", "field": "assignees", "code": "invalid", "value": "nobody"},
        {"resource": "Issue", "field": "title", "code": "custom", "message": "too long", "value": "secret"},
        {"resource": "Issue", "field": "body", "code": "custom", "message": "ghs_" + 30 * "x"},
    ]
    told = str(failure(WRITE, answer(422, "Validation Failed", errors)))
    assert (
        "422 Validation Failed (assignees invalid 'nobody'; title custom too long; body custom (masked))"
        in told
    )
    many = [{"field": "title", "message": 500 * "x"}] * 50
    assert len(str(failure(WRITE, answer(422, "Validation Failed", many)))) < 400


def test_what_a_422_names_is_read() -> None:
    errors = [
        {"resource": "Issue", "field": "assignee", "code": "invalid", "value": ["nobody", None, "noone"]},
        {"resource": "Label", "field": "name", "code": "invalid", "value": "long"},
        {"field": "body", "code": "custom", "value": {"a": 1}},
    ]
    error = failure(WRITE, answer(422, "Validation Failed", errors))
    assert isinstance(error, Invalid)
    assert [(fault.field, fault.values) for fault in error.faults] == [
        ("assignees", ("nobody", "noone")),
        ("labels", ("long",)),
        ("body", ()),
    ]


@pytest.mark.parametrize(
    "message",
    ["This installation has been suspended", "Sorry. This installation owned by acme is suspended."],
)
def test_a_suspended_app_is_named_with_what_to_do(message: str) -> None:
    error = failure(WRITE, answer(403, message))
    assert type(error) is Suspended
    assert "an owner of acme can restore the App" in str(error)


def test_an_answer_without_content_is_a_success_only_where_it_says_so() -> None:
    refusals.check(READ, Response(204), NOW)
    with pytest.raises(Unavailable):
        refusals.check(READ, Response(200), NOW)


def test_a_deleted_issue_is_gone() -> None:
    assert type(failure(WRITE, answer(410, "This issue was deleted"))) is Gone


@pytest.mark.parametrize(
    "message",
    [
        "Unable to create comment because issue is locked.",
        "Commenting is disabled on issues with more than 2500 comments",
    ],
)
def test_a_comment_that_the_issue_does_not_take_is_told_apart(message: str) -> None:
    assert type(failure(COMMENT, answer(403, message))) is CommentsClosed
    assert type(failure(WRITE, answer(403, message))) is Refused
    assert type(failure(COMMENT, answer(404, message))) is Refused


def test_a_comment_on_an_archived_repository_is_only_refused() -> None:
    assert type(failure(COMMENT, answer(403, "Repository was archived so is read-only."))) is Refused


def invalid(errors: Any) -> frozenset[str]:
    error = failure(WRITE, answer(422, "Validation Failed", errors))
    assert isinstance(error, Invalid)
    assert error.status == 422
    return frozenset(fault.field for fault in error.faults if fault.field)


@pytest.mark.parametrize(
    ("errors", "fields"),
    [
        ([{"resource": "Issue", "field": "assignees", "code": "invalid"}], {"assignees"}),
        ([{"field": "title", "code": "missing"}, {"field": "body", "code": "custom"}], {"title", "body"}),
        ([{"resource": "Label", "field": "name", "code": "invalid"}], {"labels"}),
        ([{"resource": "Repository", "field": "label", "code": "unauthorized"}], {"labels"}),
        (["spammed", None, {"code": "custom"}, {"field": None}], set()),
        ("junk", set()),
        (None, set()),
    ],
)
def test_invalid_fields_are_those_of_the_request(errors: Any, fields: set[str]) -> None:
    assert invalid(errors) == fields


# Rate limits


def limited(response: Response) -> RateLimited:
    error = failure(WRITE, response)
    assert isinstance(error, RateLimited)
    assert (error.status, error.request_id) == (response.status, "AB:CD")
    return error


@pytest.mark.parametrize("status", [403, 429])
def test_retry_after_comes_first(status: int) -> None:
    reset = str(int(NOW.timestamp()) + 900)
    told = answer(status, SECONDARY, retry_after="17", x_ratelimit_remaining="0", x_ratelimit_reset=reset)
    assert limited(told).retry_at == NOW + timedelta(seconds=17)


@pytest.mark.parametrize("status", [403, 429])
def test_then_the_reset_of_a_primary_limit_and_a_second_more(status: int) -> None:
    reset = str(int(NOW.timestamp()) + 900)
    told = answer(status, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset=reset)
    assert limited(told).retry_at == NOW + timedelta(seconds=901)


@pytest.mark.parametrize(
    ("behind", "waits"), [(30, 901), (290, 901), (-290, 901), (4000, 301 + 600), (None, 901)]
)
def test_a_reset_counts_by_the_clock_that_names_it(behind: int | None, waits: int) -> None:
    """GitHub's clock may be some minutes off; no more than ten are believed."""
    theirs = NOW - timedelta(seconds=behind or 0)
    reset = str(int(theirs.timestamp()) + (900 if behind != 4000 else 4300))
    headers = {} if behind is None else {"date": format_datetime(theirs, usegmt=True)}
    told = answer(403, "No", x_ratelimit_remaining="0", x_ratelimit_reset=reset, **headers)
    assert limited(told).retry_at == NOW + timedelta(seconds=waits)


@pytest.mark.parametrize(
    "response",
    [
        answer(403, SECONDARY, x_ratelimit_remaining="4999", x_ratelimit_reset="1795435200"),
        answer(403, "You have exceeded a SECONDARY RATE LIMIT."),
        answer(403, "API rate limit exceeded for installation ID 1."),
        answer(403, "No", x_ratelimit_remaining="0"),
        answer(403, "You have triggered an abuse detection mechanism. Please wait a few minutes."),
        answer(429, "No"),
        answer(403, "No", retry_after=""),
        answer(403, "No", retry_after="soon"),
        answer(403, "No", retry_after="-5"),
        answer(403, "No", retry_after="Mon, 99 Nov 2026 12:00:00 GMT"),
        answer(403, "No", retry_after="Mon, 23 Nov 99999999999999999999 12:00:00 GMT"),
    ],
)
def test_then_a_limit_that_does_not_say_until_when(response: Response) -> None:
    assert limited(response).retry_at is None


@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_told_in_html_is_a_limit_where_its_status_or_headers_say_so(status: int) -> None:
    headers = {"retry-after": "5", "x-github-request-id": "AB:CD"}
    assert limited(Response(status, headers, PAGE)).retry_at == NOW + timedelta(seconds=5)


@pytest.mark.parametrize("date", ["Mon, 23 Nov 2026 12:05:00 GMT", "Mon, 23 Nov 2026 12:05:00 -0000"])
def test_retry_after_may_be_a_date(date: str) -> None:
    assert limited(answer(429, retry_after=date)).retry_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("ahead", [-290, -30, 0, 45, 600])
def test_a_retry_after_counts_by_the_clock_that_names_it(ahead: int) -> None:
    theirs = NOW + timedelta(seconds=ahead)
    date, until = http_date(theirs), http_date(theirs + timedelta(minutes=5))
    assert limited(answer(429, date=date, retry_after=until)).retry_at == NOW + timedelta(minutes=5)
    assert limited(answer(429, date=date, retry_after="300")).retry_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("date", ["", "soon", "Mon, 23 Nov 2026", "Mon, 99 Nov 2026 12:00:00 GMT"])
def test_what_is_not_a_date_says_nothing_of_githubs_clock(date: str) -> None:
    reset = str(int(NOW.timestamp()) + 900)
    told = answer(403, "No", date=date, x_ratelimit_remaining="0", x_ratelimit_reset=reset)
    assert limited(told).retry_at == NOW + timedelta(seconds=901)


@pytest.mark.parametrize("junk", ["999999999999999", "Tue, 23 Nov 2038 12:00:00 GMT"])
def test_no_retry_after_waits_longer_than_a_day(junk: str) -> None:
    assert limited(answer(429, retry_after=junk)).retry_at == NOW + timedelta(days=1)


def test_a_retry_after_of_long_ago_is_over() -> None:
    long_ago = answer(429, date=http_date(NOW), retry_after="Mon, 01 Jan 0001 00:00:00 GMT")
    assert limited(long_ago).retry_at == NOW


def test_a_reset_is_never_more_than_two_hours_ahead() -> None:
    """The limit is by the hour; the clocks may be apart."""
    far = answer(403, "No", x_ratelimit_remaining="0", x_ratelimit_reset="9" * 15)
    assert limited(far).retry_at == NOW + timedelta(hours=2)


def test_a_403_with_calls_left_and_no_word_of_limits_is_a_refusal() -> None:
    told = answer(403, "Resource not accessible by integration", x_ratelimit_remaining="12")
    assert type(failure(WRITE, told)) is Refused


def test_a_rate_limited_comment_is_limited_not_closed() -> None:
    assert type(failure(COMMENT, answer(403, "The issue is locked; secondary rate limit"))) is RateLimited


@given(
    status=st.integers(100, 599),
    content=st.binary(max_size=200) | st.sampled_from([b"{}", b'{"message": 3, "errors": {}}']),
    headers=st.dictionaries(
        st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "link", "date"]),
        st.text(max_size=40) | st.integers().map(str) | st.just("0"),
    ),
    request_=st.sampled_from([READ, WRITE, COMMENT]),
)
def test_every_answer_is_a_success_or_a_classified_failure(
    status: int, content: bytes, headers: dict[str, str], request_: Request
) -> None:
    response = Response(status, headers, content)
    error = outcome(request_, response)
    assert (error is None) == (status == 204 or (status < 300 and response.json() is not None))
    retry_at = error.retry_at if isinstance(error, RateLimited) else None
    assert retry_at is None or retry_at <= NOW + timedelta(days=1)


def outcome(request: Request, response: Response) -> GitHubError | None:
    try:
        refusals.check(request, response, NOW)
    except GitHubError as error:
        return error
    return None


@pytest.mark.parametrize("content", [b"<html>", b'{"permission": 7}', b"[3]"])
def test_labels_and_permissions_that_cannot_be_read_are_no_answer(content: bytes) -> None:
    """Nobody may write, and no label is missing, because of a page of a proxy."""
    for read in (answers.read_labels, answers.may_write):
        with pytest.raises(Unavailable):
            read(READ, Response(200, {}, content))
