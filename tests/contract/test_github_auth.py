"""The stand-in lets in whom GitHub lets in, and refuses the others in GitHub's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.github_rig import APP_ID, ISSUES, REPOSITORY, Rig
from tests.local.github import AppKey

INSTALLATION = f"/repos/{REPOSITORY}/installation"


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as started:
        yield started


def claims_from_now(rig: Rig, **offsets: int) -> dict[str, Any]:
    return {name: int(rig.clock()) + offset for name, offset in offsets.items()}


@pytest.mark.parametrize("issuer", [APP_ID, "Iv23liStandIn"])
def test_the_apps_jwt_names_it_by_app_id_or_client_id(rig: Rig, issuer: str) -> None:
    assert rig.http.get(INSTALLATION, headers=rig.jwt(iss=issuer)).status_code == 200


def test_a_jwt_may_expire_ten_minutes_ahead_and_no_later(rig: Rig) -> None:
    assert rig.http.get(INSTALLATION, headers=rig.jwt(**claims_from_now(rig, exp=600))).status_code == 200
    refused = rig.http.get(INSTALLATION, headers=rig.jwt(**claims_from_now(rig, exp=601)))
    assert refused.status_code == 401
    assert refused.json()["message"] == "'Expiration time' claim ('exp') is too far in the future"


def test_an_expired_jwt_is_refused(rig: Rig) -> None:
    header = rig.jwt()
    rig.clock.turn(540)
    refused = rig.http.get(INSTALLATION, headers=header)
    assert refused.status_code == 401
    assert refused.json()["message"].startswith("'Expiration time' claim ('exp') must be a numeric value")


def test_a_jwt_issued_in_the_future_is_refused(rig: Rig) -> None:
    refused = rig.http.get(INSTALLATION, headers=rig.jwt(**claims_from_now(rig, iat=5)))
    assert refused.status_code == 401
    assert refused.json()["message"].startswith("'Issued at' claim ('iat') must be an Integer")


def test_a_jwt_signed_by_another_key_cannot_be_decoded(rig: Rig) -> None:
    foreign = AppKey.generate().jwt(APP_ID, rig.clock())
    refused = rig.http.get(INSTALLATION, headers={"Authorization": f"Bearer {foreign}"})
    assert (refused.status_code, refused.json()["message"]) == (401, "A JSON web token could not be decoded")


def test_an_installation_token_does_not_open_the_apps_endpoints(rig: Rig) -> None:
    assert rig.http.get("/app").status_code == 401


def test_a_jwt_of_an_unknown_app_is_404(rig: Rig) -> None:
    assert rig.http.get(INSTALLATION, headers=rig.jwt(iss="999")).json()["message"] == "Integration not found"


def test_tokens_are_opaque_and_vary_in_length(rig: Rig) -> None:
    tokens = {rig.token() for _ in range(12)}
    assert len(tokens) == 12
    assert len({len(token) for token in tokens}) > 1
    assert all(token.startswith("ghs_12345_") and token.count(".") == 2 for token in tokens)


def test_a_token_lives_an_hour(rig: Rig) -> None:
    rig.clock.turn(3599)
    assert rig.http.get(ISSUES).status_code == 200
    rig.clock.turn(1)
    refused = rig.http.get(ISSUES)
    assert (refused.status_code, refused.json()["message"]) == (401, "Bad credentials")


@pytest.mark.parametrize("authorization", ["Bearer ghs_wrong", "Basic ghs_wrong"])
def test_a_wrong_token_is_refused(rig: Rig, authorization: str) -> None:
    refused = rig.http.get(ISSUES, headers={"Authorization": authorization})
    assert (refused.status_code, refused.json()["message"]) == (401, "Bad credentials")


def test_no_credential_is_401(rig: Rig) -> None:
    refused = rig.http.get(ISSUES, headers={"Authorization": ""})
    assert (refused.status_code, refused.json()["message"]) == (401, "Requires authentication")


def test_another_installations_repository_is_not_found(rig: Rig) -> None:
    rig.github.world.add_repository("umbrella/alerts")
    assert rig.http.get("/repos/umbrella/alerts/issues").status_code == 404


def test_a_narrowed_token_opens_only_what_it_names(rig: Rig) -> None:
    rig.github.world.add_repository("acme/other")
    token = rig.mint(repositories=["other"], permissions={"issues": "read"}).json()["token"]
    rig.http.headers["Authorization"] = f"Bearer {token}"
    assert rig.http.get(ISSUES).status_code == 404
    assert rig.http.get("/repos/acme/other/issues").status_code == 200
    refused = rig.http.post("/repos/acme/other/issues", json={"title": "Disk full"})
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "issues=write"


def test_a_repository_may_be_named_by_its_id_or_in_any_case(rig: Rig) -> None:
    other = rig.github.world.add_repository("acme/other")
    for wanted in ({"repository_ids": [other.id]}, {"repositories": ["Other"]}):
        answer = rig.mint(**wanted).json()
        assert [each["id"] for each in answer["repositories"]] == [other.id]


def narrow(rig: Rig, name: str) -> None:
    token = rig.mint(repositories=[name]).json()["token"]
    rig.http.headers["Authorization"] = f"Bearer {token}"


def test_of_a_public_repository_that_it_does_not_name_it_only_reads(rig: Rig) -> None:
    rig.github.world.add_repository("acme/other").private = False
    narrow(rig, "alerts")
    assert rig.http.get("/repos/acme/other/issues").status_code == 200
    refused = rig.http.post("/repos/acme/other/issues", json={"title": "Disk full"})
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")


@pytest.mark.parametrize(("private", "status"), [(True, 404), (False, 301)])
def test_it_shows_where_an_issue_went_only_if_it_can_read_it_there(
    rig: Rig, *, private: bool, status: int
) -> None:
    rig.github.world.add_repository("acme/other").private = private
    rig.open()
    rig.github.person("mona").transfer(REPOSITORY, 1, "acme/other")
    assert rig.http.get(f"{ISSUES}/1").status_code == 301
    narrow(rig, "alerts")
    assert rig.http.get(f"{ISSUES}/1").status_code == status


@pytest.mark.parametrize("wanted", [{"repositories": ["nowhere"]}, {"permissions": {"contents": "write"}}])
def test_a_token_cannot_exceed_its_installation(rig: Rig, wanted: dict[str, Any]) -> None:
    assert rig.mint(**wanted).status_code == 422


def test_a_repository_without_the_app_has_no_installation(rig: Rig) -> None:
    rig.github.world.add_repository("acme/bare", installed=False)
    assert rig.http.get("/repos/acme/bare/installation", headers=rig.jwt()).status_code == 404


def test_a_suspended_installation_gets_no_token_and_its_tokens_stop(rig: Rig) -> None:
    rig.github.person("mona").suspend(REPOSITORY)
    for refused in (rig.mint(), rig.http.get(ISSUES)):
        assert (refused.status_code, refused.json()["message"]) == (
            403,
            "This installation has been suspended",
        )
    assert rig.http.get(INSTALLATION, headers=rig.jwt()).json()["suspended_at"] == "2027-01-15T08:00:00Z"


def test_a_request_without_a_user_agent_is_forbidden(rig: Rig) -> None:
    request = rig.http.build_request("GET", ISSUES)
    del request.headers["User-Agent"]
    assert rig.http.send(request).status_code == 403


@pytest.mark.parametrize(("version", "status"), [("2022-11-28", 200), ("2026-03-10", 200), ("v3", 400)])
def test_only_published_api_versions_are_served(rig: Rig, version: str, status: int) -> None:
    assert rig.http.get(ISSUES, headers={"X-GitHub-Api-Version": version}).status_code == status


def test_the_date_of_an_answer_is_the_clock_that_jwts_are_checked_by(rig: Rig) -> None:
    assert rig.http.get(ISSUES).headers["Date"] == "Fri, 15 Jan 2027 08:00:00 GMT"
