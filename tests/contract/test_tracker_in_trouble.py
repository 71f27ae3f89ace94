"""What the tracker makes of bad days: no network, no answer, limits, and credentials that are not taken."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.conditions.issue import IssueRef
from chalicelib.errors import (
    GitHubError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from chalicelib.github.auth import App
from chalicelib.rate_limit.rules import Granted
from tests.contract.github_rig import APP_ID, ISSUES, REPOSITORY
from tests.contract.tracker_rig import (
    READ,
    Hub,
    before,
    changed,
    comments,
    edit,
    open_ones,
    opened,
    private_key,
    read,
)
from tests.local.patience import HTTP_SECONDS, wait_until
from tests.unit.github.test_auth import rsa_key, shows

# The network


@pytest.mark.parametrize("fault", [{"effect": "drop"}, {"effect": "status", "status": 502}])
def test_a_write_that_took_effect_without_an_answer_is_unknown(hub: Hub, fault: dict[str, Any]) -> None:
    hub.github.faults.add(**fault, method="POST", path=ISSUES, times=1, after_write=True)
    with pytest.raises(OutcomeUnknown):
        opened(hub)
    assert [seen.title for seen in changed(hub, hub.now())] == ["[P1] Disk full"]


@pytest.mark.parametrize("fault", [{"effect": "drop"}, {"effect": "status", "status": 503}])
def test_a_write_without_an_answer_is_unknown_even_if_it_took_no_effect(
    hub: Hub, fault: dict[str, Any]
) -> None:
    hub.github.faults.add(**fault, method="POST", path=ISSUES, times=1)
    with pytest.raises(OutcomeUnknown):
        opened(hub)
    assert changed(hub) == []
    assert hub.github.journal.counts()["POST", "/repos/{repo}/issues"] == 1, "and is not sent twice"


@pytest.mark.parametrize("effect", ["comment", "edit"])
def test_comments_and_edits_without_an_answer_are_unknown_too(hub: Hub, effect: str) -> None:
    ref = opened(hub).ref
    hub.github.faults.add("drop", path=f"{ISSUES}/1*", times=1, after_write=True)
    with pytest.raises(OutcomeUnknown):
        hub.tracker.comment(ref, "x", before(hub)) if effect == "comment" else edit(hub, ref, body="x")
    assert (read(hub, ref).body, comments(hub, ref)) == (
        ("body", ["x"]) if effect == "comment" else ("x", [])
    )


@pytest.mark.parametrize("fault", [{"effect": "drop"}, {"effect": "status", "status": 502}])
def test_a_read_or_a_minting_without_an_answer_is_only_unavailable(hub: Hub, fault: dict[str, Any]) -> None:
    hub.github.faults.add(**fault, path="*/access_tokens", times=1)
    with pytest.raises(Unavailable):
        opened(hub)
    assert hub.issues() == []
    ref = opened(hub).ref
    hub.github.faults.add(**fault, method="GET", times=2)
    for look in (lambda: read(hub, ref), lambda: changed(hub)):
        with pytest.raises(Unavailable):
            look()
    assert read(hub, ref).open


def test_without_a_connection_a_write_is_only_unavailable(hub: Hub) -> None:
    opened(hub)
    hub.github.stop()
    with pytest.raises(Unavailable):
        opened(hub)
    hub.github.start()
    assert [seen.ref.number for seen in open_ones(hub)] == [1]


def test_a_hanging_github_is_given_up_after_the_timeout(hub: Hub) -> None:
    opened(hub)
    fault = hub.github.faults.add(
        "hang", seconds=HTTP_SECONDS, method="POST", path=ISSUES, times=1, after_write=True
    )
    with hub.hurried(timedelta(seconds=0.5)), pytest.raises(OutcomeUnknown):
        opened(hub, "hung")
    wait_until(lambda: len(open_ones(hub)) == 2, "the request to arrive", lambda: fault.hits)
    assert [seen.title for seen in open_ones(hub)] == ["[P1] Disk full", "hung"]


def test_three_failures_open_the_breaker_and_an_answer_closes_it(hub: Hub) -> None:
    ref = opened(hub).ref
    hub.github.faults.outage(lasting=30)
    for _ in range(3):
        with pytest.raises(Unavailable):
            read(hub, ref)
    refused = hub.gate.ask("acme", READ)
    assert not isinstance(refused, Granted)
    assert (refused.until, refused.reason) == (hub.rig.clock() + 30, "BREAKER_OPEN")
    hub.pass_(30)
    assert isinstance(hub.gate.ask("acme", READ), Granted)
    read(hub, ref)
    assert all(isinstance(hub.gate.ask("acme", READ), Granted) for _ in range(2))


# Limits


def limited(hub: Hub) -> RateLimited:
    with pytest.raises(RateLimited) as raised:
        opened(hub)
    return raised.value


def blocked_for(hub: Hub) -> float:
    answer = hub.gate.ask("acme", READ)
    return 0.0 if isinstance(answer, Granted) else answer.until - hub.rig.clock()


def test_a_secondary_limit_with_retry_after_says_until_when(hub: Hub) -> None:
    hub.github.faults.add("secondary_limit", method="POST", path=ISSUES, retry_after=17, times=1)
    assert limited(hub).retry_at == hub.now() + timedelta(seconds=17)
    assert blocked_for(hub) == 17
    assert hub.issues() == []


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_without_one_blocks_for_a_minute_then_two(hub: Hub, status: int) -> None:
    hub.github.faults.add("secondary_limit", method="POST", path=ISSUES, status=status, times=2)
    assert limited(hub).retry_at is None
    assert blocked_for(hub) == 60
    hub.pass_(60)
    limited(hub)
    assert blocked_for(hub) == 120


def test_the_primary_limit_blocks_until_its_reset(hub: Hub) -> None:
    opened(hub)
    hub.github.faults.add("primary_limit", method="POST", path=ISSUES, seconds=120, times=1)
    assert limited(hub).retry_at == hub.now() + timedelta(seconds=121)
    assert blocked_for(hub) == 121
    hub.pass_(121)
    assert opened(hub).ref.number == 2


def test_the_last_call_of_the_primary_limit_is_heeded_before_the_first_refusal(hub: Hub) -> None:
    opened(hub)
    hub.github.limits.requests_per_hour = 3
    opened(hub)
    assert blocked_for(hub) == 0
    opened(hub)
    assert blocked_for(hub) == pytest.approx(3601)
    assert hub.github.limits.refusals["primary"] == 0


# Credentials


def minted(hub: Hub) -> int:
    route = "/app/installations/{installation_id}/access_tokens"
    return hub.github.journal.counts()["POST", route]


def test_a_token_serves_until_it_expires_and_is_then_minted_anew(hub: Hub) -> None:
    hub.github.journal.clear()
    opened(hub)
    hub.pass_(3000)
    opened(hub)
    assert minted(hub) == 1
    hub.pass_(3000)
    opened(hub)
    assert minted(hub) == 2
    assert {entry.status for entry in hub.github.journal.requests} == {200, 201}


def test_a_token_that_github_no_longer_takes_is_minted_anew(hub: Hub) -> None:
    opened(hub)
    hub.github.authority.revoke_all()
    assert opened(hub).ref.number == 2


def test_a_token_that_expires_early_is_minted_anew(hub: Hub) -> None:
    opened(hub)
    hub.github.authority.token_lifetime = 600
    hub.tracker = hub.worker()
    opened(hub)
    hub.pass_(599)
    opened(hub)
    hub.pass_(599)
    assert opened(hub).ref.number == 4


def test_an_app_with_a_foreign_key_is_refused(hub: Hub) -> None:
    hub.tracker = hub.worker(App(APP_ID, rsa_key()))
    with pytest.raises(Refused, match="401 A JSON web token could not be decoded"):
        opened(hub)


def test_an_app_that_github_does_not_know_is_refused(hub: Hub) -> None:
    hub.tracker = hub.worker(App("999", private_key()))
    with pytest.raises(Refused, match="404 Integration not found"):
        opened(hub)


def test_no_credential_stands_in_an_error(hub: Hub) -> None:
    opened(hub)
    credentials = ["ghs_", "eyJ"]
    hub.github.faults.add("drop", method="POST", path=ISSUES, times=1)
    hub.github.faults.add("status", method="PATCH", times=1)
    ref = IssueRef(REPOSITORY, 99)
    calls: list[Callable[[], object]] = [
        lambda: opened(hub),
        lambda: edit(hub, ref, body="x"),
        lambda: read(hub, ref),
    ]
    for call in calls:
        with pytest.raises(GitHubError) as raised:
            call()
        assert not shows(raised.value, credentials)
