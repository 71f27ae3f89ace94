"""The stand-in fails on command, in each of the ways that GitHub and the network have."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tests.contract.github_rig import ISSUES, Rig, no_tls
from tests.local.patience import HTTP_SECONDS, wait_until

ANY_ISSUES = "/repos/*/issues"


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as started:
        yield started


def test_a_fault_strikes_as_often_as_told_and_where_it_was_told(rig: Rig) -> None:
    rig.github.faults.add("status", method="POST", path=ANY_ISSUES, times=2, status=503)
    assert rig.http.get(ISSUES).status_code == 200
    assert [rig.open().status_code for _ in range(3)] == [503, 503, 201]
    assert rig.listed() == [1]


def test_a_server_error_may_hide_a_write_that_took_effect(rig: Rig) -> None:
    rig.github.faults.add("status", method="POST", times=1, after_write=True)
    assert rig.open().status_code == 502
    assert rig.listed() == [1]


def test_a_connection_dropped_before_the_write_leaves_nothing(rig: Rig) -> None:
    rig.github.faults.add("drop", method="POST", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        rig.open()
    assert rig.listed() == []


def test_a_connection_dropped_after_the_write_leaves_the_issue(rig: Rig) -> None:
    rig.github.faults.add("drop", method="POST", times=1, after_write=True)
    with pytest.raises(httpx.RemoteProtocolError):
        rig.open()
    assert rig.listed() == [1]
    dropped = rig.github.journal.requests[-2]
    assert (dropped.route, dropped.status) == ("/repos/{repo}/issues", None)


@pytest.mark.parametrize(("after_write", "left"), [(False, []), (True, [1])])
def test_a_hanging_request_outlasts_its_caller(rig: Rig, *, after_write: bool, left: list[int]) -> None:
    fault = rig.github.faults.add(
        "hang", method="POST", times=1, seconds=HTTP_SECONDS, after_write=after_write
    )
    with pytest.raises(httpx.ReadTimeout):
        rig.http.post(ISSUES, json={"title": "Disk full"}, timeout=0.3)
    wait_until(lambda: fault.hits == 1 and rig.listed() == left, "the request to arrive", lambda: fault.hits)


def test_a_hanging_request_is_closed_in_the_end(rig: Rig) -> None:
    rig.github.faults.add("hang", seconds=0.05, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        rig.http.get(ISSUES)


@pytest.mark.parametrize("retry_after", [None, 17])
def test_a_secondary_limit_comes_with_or_without_retry_after(rig: Rig, retry_after: int | None) -> None:
    rig.github.faults.add("secondary_limit", method="POST", retry_after=retry_after, times=1)
    refused = rig.open()
    assert refused.status_code == 403
    assert "secondary rate limit" in refused.json()["message"]
    assert refused.headers.get("Retry-After") == (None if retry_after is None else str(retry_after))
    assert int(refused.headers["X-RateLimit-Remaining"]) > 0
    assert rig.open().status_code == 201


def test_a_secondary_limit_may_be_429(rig: Rig) -> None:
    rig.github.faults.add("secondary_limit", status=429)
    assert rig.http.get(ISSUES).status_code == 429


def test_the_primary_limit_can_be_used_up_until_its_reset(rig: Rig) -> None:
    rig.github.faults.add("primary_limit", lasting=120)
    refused = rig.http.get(ISSUES)
    assert (refused.status_code, refused.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert refused.headers["X-RateLimit-Reset"] == str(int(rig.clock()) + 120)
    rig.clock.turn(119)
    assert rig.http.get(ISSUES).status_code == 403
    rig.clock.turn(1)
    assert rig.http.get(ISSUES).headers["X-RateLimit-Remaining"] == "4999"


def test_an_outage_is_for_everybody_and_ends(rig: Rig) -> None:
    rig.github.faults.outage(lasting=600)
    assert [rig.http.get(ISSUES).status_code, rig.mint().status_code] == [502, 502]
    rig.clock.turn(600)
    assert rig.http.get(ISSUES).status_code == 200


def test_a_cleared_fault_is_over(rig: Rig) -> None:
    outage = rig.github.faults.outage()
    rig.github.faults.add("status", method="POST", status=500)
    rig.github.faults.clear(outage)
    assert [rig.http.get(ISSUES).status_code, rig.open().status_code] == [200, 500]
    rig.github.faults.clear()
    assert rig.open().status_code == 201


def test_a_stopped_server_refuses_connections_and_comes_back_as_it_was(rig: Rig) -> None:
    rig.open()
    rig.github.stop()
    with pytest.raises(httpx.ConnectError):
        rig.http.get(ISSUES)
    rig.github.start()
    assert rig.listed() == [1]


def test_a_lagging_list_does_not_show_the_newest_changes(rig: Rig) -> None:
    rig.open("old")
    rig.clock.turn(60)
    rig.github.faults.listing_lag = 30
    rig.open("new")
    assert rig.listed() == [1]
    assert rig.http.get(f"{ISSUES}/2").status_code == 200
    rig.clock.turn(29)
    assert rig.listed() == [1]
    rig.clock.turn(1)
    assert rig.listed() == [2, 1]


def test_clearing_all_faults_ends_the_lag_of_lists_too(rig: Rig) -> None:
    rig.github.faults.listing_lag = 30
    rig.open()
    rig.github.faults.clear()
    assert rig.listed() == [1]


def test_latency_delays_answers_and_changes_nothing_else(rig: Rig) -> None:
    rig.github.latency = 0.05
    rig.github.faults.add("latency", path=ANY_ISSUES, seconds=0.05)
    assert rig.open().status_code == 201
    with pytest.raises(httpx.ReadTimeout):
        rig.http.get(ISSUES, timeout=0.01)


def test_slow_requests_wait_side_by_side(rig: Rig) -> None:
    with requests_under_way(rig, 40):
        assert rig.http.get(ISSUES).status_code == 200
    assert rig.github.journal.peak == 41


def test_more_requests_at_once_than_github_bears_are_refused(rig: Rig) -> None:
    rig.github.most_concurrent = 3
    with requests_under_way(rig, 3):
        refused = rig.http.get(ISSUES)
    assert refused.status_code == 403
    assert refused.json()["message"].startswith("You have exceeded a secondary rate limit.")


@contextmanager
def requests_under_way(rig: Rig, number: int) -> Iterator[None]:
    """That many requests that get no answer until the server stops."""
    rig.github.faults.add("hang", times=number, seconds=HTTP_SECONDS)
    with ThreadPoolExecutor(number) as callers:
        waiting = [callers.submit(rig.http.get, ISSUES) for _ in range(number)]
        wait_until(
            lambda: rig.github.journal.under_way >= number,
            f"{number} requests under way",
            lambda: rig.github.journal.under_way,
        )
        yield
        rig.github.stop()
    assert all(isinstance(each.exception(), httpx.RemoteProtocolError) for each in waiting)


def test_another_process_can_do_all_of_this_over_http(rig: Rig) -> None:
    address = f"{rig.github.url}/_control"
    control = httpx.Client(base_url=address, timeout=HTTP_SECONDS, trust_env=False, verify=no_tls())
    with control:
        control.post("/repositories", json={"full_name": "acme/more", "labels": ["a"]}).raise_for_status()
        control.post(
            "/faults", json={"effect": "status", "status": 500, "method": "PATCH"}
        ).raise_for_status()
        control.patch("/settings", json={"creations_per_minute": 2, "listing_lag": 0}).raise_for_status()
        rig.open()
        act = {"action": "close", "arguments": ["acme/alerts", 1], "options": {"reason": "not_planned"}}
        control.post("/people/mona", json=act).raise_for_status()

        assert rig.http.patch(f"{ISSUES}/1", json={"title": "x"}).status_code == 500
        assert [rig.open().status_code for _ in range(2)] == [201, 403]
        assert [fault["hits"] for fault in control.get("/faults").json()] == [1]
        counts = control.get("/counts").json()
        assert (counts["creations"], counts["refusals"]) == (2, {"creations_per_minute": 1})
        assert counts["requests"]["POST /repos/{repo}/issues"] == 3
        first = control.get("/issues", params={"repository": "acme/alerts"}).json()[0]
        assert [(event["kind"], event["actor"]) for event in first["timeline"]] == [
            ("opened", "alerting[bot]"),
            ("closed", "mona"),
        ]
        assert control.get("/requests").json()[-1]["status"] == 403
        assert control.delete("/faults").json() is None
        assert rig.http.patch(f"{ISSUES}/1", json={"title": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "people/mona", {"action": "_world"}, 400),
        ("POST", "people/mona", {"action": "close", "arguments": ["acme/alerts", 9]}, 400),
        ("PATCH", "settings", {"no_such": 1}, 400),
        ("POST", "faults", {"effect": "explode"}, 400),
        ("POST", "nowhere", {}, 404),
    ],
)
def test_a_control_request_that_makes_no_sense_says_so(
    rig: Rig, method: str, path: str, body: dict[str, object], status: int
) -> None:
    answer = rig.http.request(method, f"/_control/{path}", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]
