"""The stand-in keeps GitHub's rate limits by its own reckoning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.github_rig import ISSUES, NOON, Rig


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as started:
        started.github.limits.points_per_minute = None
        yield started


def test_every_answer_tells_where_the_caller_stands(rig: Rig) -> None:
    first, refused = rig.http.get(ISSUES), rig.http.get(f"{ISSUES}/99")
    assert refused.status_code == 404
    assert [first.headers["X-RateLimit-Remaining"], refused.headers["X-RateLimit-Remaining"]] == [
        "4999",
        "4998",
    ]
    assert refused.headers["X-RateLimit-Limit"] == "5000"
    assert refused.headers["X-RateLimit-Reset"] == str(int(NOON) + 3600)
    assert first.headers["X-GitHub-Request-Id"] != refused.headers["X-GitHub-Request-Id"]


def test_the_primary_limit_holds_until_its_reset(rig: Rig) -> None:
    rig.github.limits.requests_per_hour = 2
    assert [rig.http.get(ISSUES).status_code for _ in range(3)] == [200, 200, 403]
    refused = rig.http.get(ISSUES)
    assert refused.json()["message"].startswith("API rate limit exceeded for installation ID")
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert rig.http.get("/rate_limit").json()["resources"]["core"]["remaining"] == 0
    rig.clock.turn(int(refused.headers["X-RateLimit-Reset"]) - rig.clock())
    rig.sign_in()
    assert rig.http.get(ISSUES).status_code == 200
    assert rig.github.limits.refusals["primary"] == 2


def test_what_the_caller_has_seen_is_answered_by_304_outside_the_primary_limit(rig: Rig) -> None:
    tag = rig.open(body="text").headers["ETag"]
    same = rig.http.get(f"{ISSUES}/1", headers={"If-None-Match": tag})
    assert (same.status_code, same.content, same.headers["X-RateLimit-Remaining"]) == (304, b"", "4999")
    assert rig.http.get(f"{ISSUES}/1", headers={"If-None-Match": f"W/{tag}"}).status_code == 304
    read = rig.http.get(f"{ISSUES}/1", headers={"If-None-Match": '"another"'})
    assert (read.status_code, read.headers["ETag"], read.headers["X-RateLimit-Remaining"]) == (
        200,
        tag,
        "4998",
    )
    rig.sign_in()
    assert rig.http.get(f"{ISSUES}/1", headers={"If-None-Match": tag}).status_code == 200
    changed = rig.http.patch(f"{ISSUES}/1", json={"body": "other"}, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.headers["ETag"] != tag) == (200, True)


def test_eighty_creations_pass_in_any_minute(rig: Rig) -> None:
    rig.open()
    rig.clock.turn(30)
    assert {rig.comment().status_code for _ in range(79)} == {201}
    refused = rig.open()
    assert refused.status_code == 403
    assert "secondary rate limit" in refused.json()["message"]
    assert refused.headers["Retry-After"] == "30"
    assert int(refused.headers["X-RateLimit-Remaining"]) > 0

    rig.clock.turn(30)
    assert [rig.open().status_code for _ in range(2)] == [201, 403]
    assert rig.github.limits.busiest(60) == 80
    assert rig.github.limits.refusals["creations_per_minute"] == 2


def test_five_hundred_creations_pass_in_any_hour(rig: Rig) -> None:
    for _ in range(10):
        assert {rig.open().status_code for _ in range(50)} == {201}
        rig.clock.turn(61)
    refused = rig.open()
    assert refused.status_code == 403
    assert refused.headers["Retry-After"] == str(3600 - 610)
    rig.clock.turn(3600 - 610)
    rig.sign_in()
    assert rig.open().status_code == 201
    assert rig.github.limits.busiest(3600) == 500


def test_a_refused_creation_neither_counts_nor_creates(rig: Rig) -> None:
    rig.github.limits.creations_per_minute = 1
    assert [rig.open().status_code for _ in range(3)] == [201, 403, 403]
    rig.clock.turn(60)
    assert rig.open().json()["number"] == 2


def test_an_invalid_creation_does_not_count(rig: Rig) -> None:
    rig.github.limits.creations_per_minute = 1
    assert [rig.open("").status_code, rig.open().status_code] == [422, 201]


def test_changes_are_no_creations(rig: Rig) -> None:
    rig.github.limits.creations_per_minute = 1
    rig.open()
    assert rig.http.patch(f"{ISSUES}/1", json={"state": "closed"}).status_code == 200
    assert rig.http.post(f"{ISSUES}/1/labels", json={"labels": ["x"]}).status_code == 200


def test_a_secondary_limit_may_not_say_how_long_to_wait(rig: Rig) -> None:
    rig.github.limits.creations_per_minute, rig.github.limits.tell_retry_after = 1, False
    rig.open()
    assert "Retry-After" not in rig.open().headers


def test_the_creation_limits_can_be_off(rig: Rig) -> None:
    rig.github.limits.creations_per_minute = rig.github.limits.creations_per_hour = None
    assert {rig.open().status_code for _ in range(90)} == {201}


def test_a_minute_has_points_for_reading_and_five_times_fewer_for_writing(rig: Rig) -> None:
    rig.github.limits.points_per_minute = 12
    assert [rig.open().status_code, rig.open().status_code] == [201, 201]
    assert [rig.http.get(ISSUES).status_code for _ in range(3)] == [200, 200, 403]
    rig.clock.turn(60)
    assert rig.http.get(ISSUES).status_code == 200
    assert rig.github.limits.refusals["points"] == 1
