"""What the lists of Alertmanager and Grafana say, and that nothing else is taken for a list."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.conditions.listed_alerts import Key, Listing, State
from chalicelib.errors import AlertsNotListed
from chalicelib.lookups import http
from chalicelib.reconcile.alert_lists import Provider
from chalicelib.settings import Settings
from chalicelib.wiring.lookups import providers
from tests.local.lists import GRAFANA, Lists, entry, serving
from tests.twins.stage import holding

NOW = datetime.now(UTC)
FIRST, SECOND, THIRD = "16e0df6de35c887f", "5052c3d7783bfd7f", "6accfd3d0992a914"


@pytest.fixture
def lists() -> Lists:
    return Lists()


@pytest.fixture
def address(lists: Lists) -> Iterator[str]:
    with serving(lists) as address:
        yield address


def provider(held: dict[str, str] | None = None, **environment: str) -> Provider:
    (found,) = providers(holding(held or {}, **environment))
    return found


def alertmanager(address: str, held: dict[str, str] | None = None) -> Listing:
    return provider(held, ALERTMANAGER_URLS=address).list(NOW)


def grafana(address: str, held: dict[str, str] | None = None) -> Listing:
    return provider(held, GRAFANA_URL=address).list(NOW)


def test_alertmanager_lists_what_fires_also_what_is_silenced_or_inhibited(lists: Lists, address: str) -> None:
    lists.alerts = [entry(FIRST), entry(SECOND, silenced_by="26f4"), entry(THIRD, inhibited_by=FIRST)]
    states: dict[Key, State] = {
        (None, FIRST): State.ACTIVE,
        (None, SECOND): State.SILENCED,
        (None, THIRD): State.INHIBITED,
    }
    assert alertmanager(address) == Listing(states, whole=True)
    assert "silenced=true&inhibited=true" in lists.asked[0]


def test_alertmanagers_that_are_no_cluster_list_the_alerts_of_their_own_sender(
    lists: Lists, address: str
) -> None:
    lists.alerts = [entry(FIRST)]
    urls = f"{address},east={address},east={address},west={address}"
    found = list(providers(holding({}, ALERTMANAGER_URLS=urls)))
    assert [(each.name, len(each.peers), each.key) for each in found] == [
        ("Alertmanager", 1, "listings#alertmanager"),
        ("Alertmanager (east)", 2, "listings#alertmanager#east"),
        ("Alertmanager (west)", 1, "listings#alertmanager#west"),
    ]
    assert [list(each.list(NOW).alerts) for each in found] == [
        [(None, FIRST)],
        [("east", FIRST)],
        [("west", FIRST)],
    ]


def test_one_that_has_just_started_or_is_settling_knows_too_little(lists: Lists, address: str) -> None:
    lists.started = NOW - timedelta(minutes=29)
    assert not alertmanager(address).whole
    lists.started = NOW - timedelta(minutes=31)
    assert alertmanager(address).whole
    lists.cluster = "settling"
    assert not alertmanager(address).whole


def test_what_one_peer_of_a_cluster_lists_fires_and_all_must_have_settled(lists: Lists, address: str) -> None:
    lists.alerts = [entry(FIRST)]
    fresh = Lists([entry(SECOND)], started=NOW)
    with serving(fresh) as other:
        listing = alertmanager(f"{address},{other}")
    assert set(listing.alerts) == {(None, FIRST), (None, SECOND)}
    assert not listing.whole
    with pytest.raises(AlertsNotListed):
        alertmanager(f"{address},{other}")  # which is gone


def test_an_address_may_have_a_path(lists: Lists, address: str) -> None:
    lists.answers["/am/api/v2/alerts"] = (200, {}, json.dumps([entry(FIRST)]).encode())
    lists.answers["/am/api/v2/status"] = lists.answer("/api/v2/status", "")
    assert set(alertmanager(f"{address}/am/").alerts) == {(None, FIRST)}


def test_grafana_lists_alerts_of_an_organisation_under_the_address_that_it_sends(
    lists: Lists, address: str
) -> None:
    lists.token = "Bearer glsa_x"
    rule = "https://grafana.example.org:8443/alerting/grafana/abc/view"
    lists.alerts = [
        entry(FIRST, generatorURL=rule, annotations={"__orgId__": "3"}, labels={"__alert_rule_uid__": "abc"}),
        entry(SECOND, generatorURL=rule, annotations={"summary": "no organisation"}, silenced_by="s"),
    ]
    listing = grafana(address, {"grafana_api_token": "glsa_x"})
    states: dict[Key, State] = {
        ("grafana.example.org:8443/3", FIRST): State.ACTIVE,
        ("grafana.example.org:8443", SECOND): State.SILENCED,
    }
    assert listing == Listing(states, whole=True)
    assert lists.asked == [f"{GRAFANA}/api/v2/alerts?active=true&silenced=true&inhibited=true"]


def test_a_user_and_password_are_sent_as_basic(lists: Lists, address: str) -> None:
    lists.token = "Basic bW9uYTpzZWNyZXQ="
    assert alertmanager(address, {"alertmanager_api_token": "mona:secret"}).whole


def answers(status: int, body: bytes, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, headers, body


LARGE = gzip.compress(b"[" + b" " * (http.LARGEST + 1) + b"]")


@pytest.mark.parametrize(
    "answer",
    [
        answers(503, b"[]"),
        answers(401, b"[]"),
        answers(204, b""),
        answers(302, b"[]", location="/api/v2/status"),
        answers(200, b"<html>Log in</html>"),
        answers(200, b'{"alerts":[]}'),
        answers(200, b"[{}]"),
        answers(200, b"null"),
        answers(200, b'[{"fingerprint":"16e0df6de35c887f","status":{"state":"brand new"}}]'),
        answers(200, b"[" * 100_000),
        answers(200, b"[]", **{"content-length": "9"}),
        answers(200, LARGE, **{"content-encoding": "gzip"}),
        answers(200, b"no gzip", **{"content-encoding": "gzip"}),
    ],
)
@pytest.mark.parametrize(("ask", "path"), [(alertmanager, ""), (grafana, GRAFANA)])
def test_anything_else_than_a_list_is_no_answer(
    lists: Lists, address: str, answer: tuple[int, dict[str, str], bytes], ask: Any, path: str
) -> None:
    lists.answers[f"{path}/api/v2/alerts"] = answer
    with pytest.raises(AlertsNotListed):
        ask(address)
    assert len(lists.asked) == 1  # no redirection is followed


def test_a_status_that_cannot_be_read_is_no_answer_either(lists: Lists, address: str) -> None:
    lists.answers["/api/v2/status"] = answers(200, b'{"uptime":"just now","cluster":{"status":"ready"}}')
    with pytest.raises(AlertsNotListed):
        alertmanager(address)


def test_an_error_never_holds_the_credential(lists: Lists, address: str) -> None:
    lists.token = "Bearer other"
    with pytest.raises(AlertsNotListed) as told:
        grafana(address, {"grafana_api_token": "glsa_secret"})
    assert "secret" not in str(told.value)
    assert "answered 401" in str(told.value)


def test_an_answer_in_drops_ends_in_time(lists: Lists, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.wiring.lookups.SECONDS", 0.2)
    lists.answers["/api/v2/alerts"] = answers(200, b"[", **{"content-length": "100"})
    with pytest.raises(AlertsNotListed):
        alertmanager(address)


def test_nobody_is_asked_unless_an_address_is_set() -> None:
    assert list(providers(holding({}))) == []
    assert not Settings.read({}).listed
    assert Settings.read({"GRAFANA_URL": "https://grafana.example.org/"}).listed
    assert not Settings.read(
        {"GRAFANA_URL": "https://g.example.org", "LISTINGS_INTERVAL_MINUTES": "0"}
    ).listed


def test_a_proxy_of_the_environment_does_not_see_the_credential(
    lists: Lists, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert alertmanager(address).whole
