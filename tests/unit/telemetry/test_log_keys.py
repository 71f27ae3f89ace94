"""Events: an alert's and a step's line have the keys that people search for, and nothing that is private."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.conditions.record import Reason
from chalicelib.conditions.row import AlertState
from chalicelib.errors import CommentsClosed, OutcomeUnknown, RateLimited
from chalicelib.routing import load
from chalicelib.telemetry import log_keys
from tests.unit import rows
from tests.unit.builders import at, firing, row_of

ROUTING = load("""
[default]
repository = "org/alerts"

[team.infra]
repository = "org/infra"

[fallback]
team = "infra"
priority = "P2"
""")


def test_an_alerts_line_has_all_of_it_but_its_raw_payload() -> None:
    alert = firing(0, labels={"queue": "linux"}, raw_provider={"secret": "raw"}, description="Too long")
    keys = log_keys.alert(alert, Reason.FIRST_FIRING, None, at(0) + timedelta(seconds=2))
    assert (keys["fingerprint"], keys["action"], keys["reason"]) == (
        alert.fingerprint,
        "RECORD",
        "FIRST_FIRING",
    )
    assert (keys["team"], keys["priority"], keys["issue"], keys["latency_ms"]) == (
        "dev-infra",
        "P1",
        None,
        2000,
    )
    assert keys["alert"]["description"] == "Too long"
    assert keys["alert"]["labels"] == {"queue": "linux"}
    assert {"raw_provider", "links"}.isdisjoint(keys["alert"])


def test_addresses_are_told_without_what_may_hold_a_credential() -> None:
    links = {"dashboard_url": "https://grafana.example.org/d/abc?auth_token=x#panel"}
    keys = log_keys.alert(firing(0, links=links), Reason.REPEAT, None, at(0))
    assert keys["alert"]["links"] == {"dashboard_url": "https://grafana.example.org/d/abc"}


def test_an_alert_about_something_known_names_its_issue() -> None:
    known = rows.row(status=replace(rows.row().status, issue=rows.issue(12)))
    assert log_keys.alert(firing(0), Reason.REPEAT, known, at(0))["issue"] == "org/infra#12"
    assert log_keys.alert(firing(0), Reason.REPEAT, rows.row(), at(0))["issue"] is None


def test_a_steps_line_has_the_keys_of_its_alert_and_its_issue() -> None:
    row = replace(row_of(firing(0)), correlation_id="request-1")
    assert log_keys.step(row, "CREATE", at(1)) == {
        "correlation_id": "request-1",
        "fingerprint": row.fingerprint,
        "action": "CREATE",
        "team": "dev-infra",
        "priority": "P1",
        "source": "cloudwatch",
        "issue": None,
        "latency_ms": 60_000,
    }


def test_a_tombstone_has_neither_team_nor_source(tombstone: AlertState) -> None:
    keys = log_keys.step(tombstone, "SKIP", at(1))
    assert (keys["team"], keys["source"], log_keys.team(tombstone, ROUTING)) == (None, None, "other")


@pytest.fixture
def tombstone() -> AlertState:
    return rows.row(alert=None)


def test_a_provider_whose_clock_is_ahead_is_no_earlier_than_now() -> None:
    assert log_keys.milliseconds(at(1), at(0)) == 0


@pytest.mark.parametrize(
    ("teams", "team"),
    [(("infra",), "infra"), (("infra", "x"), "infra"), (("x", "infra"), "other"), (("unknown",), "infra")],
)
def test_a_metric_names_the_team_only_if_the_routing_does(teams: tuple[str, ...], team: str) -> None:
    assert log_keys.team(row_of(firing(0, teams=teams)), ROUTING) == team


def test_an_error_is_named_as_reasons_are() -> None:
    limited = RateLimited("x", retry_at=None, status=429, request_id=None)
    named = [log_keys.constant(error) for error in (limited, OutcomeUnknown("x"), CommentsClosed("x"))]
    assert named == ["RATE_LIMITED", "OUTCOME_UNKNOWN", "COMMENTS_CLOSED"]
