"""Refusals: all are counted, and a few of each kind are logged."""

from collections import Counter
from datetime import timedelta

from chalicelib.errors import ConfigurationError, NotAccepted
from chalicelib.webhook.http import HttpAnswer, Posted
from chalicelib.webhook.refusals import MINUTE, MOST, Refusals
from tests.twins.clock import START
from tests.twins.telemetry import Recorder

WRONG = NotAccepted(401, "UNAUTHORIZED", "unauthorized")


def flood(refusals: Refusals, number: int, refusal: NotAccepted = WRONG, *, source: str = "grafana") -> None:
    """Refuse requests, a hundred in a second."""
    for n in range(number):
        at = START + timedelta(seconds=n / 100)
        answer = refusals.answer(Posted("x", {}, b"", f"request-{n}", at), source, refusal)
        assert answer == HttpAnswer(refusal.status, {"error": str(refusal)})


def test_of_a_flood_all_are_counted_and_few_are_logged() -> None:
    telemetry = Recorder()
    flood(Refusals(telemetry), 1000)
    counted = [each for each in telemetry.counts if each[0] == "WebhookRefused"]
    assert counted == [("WebhookRefused", 1, {"source": "grafana", "reason": "UNAUTHORIZED"})] * 1000
    assert len(telemetry.named("WEBHOOK_REFUSED")) == MOST


def test_the_next_line_says_how_many_were_left_out() -> None:
    telemetry = Recorder()
    refusals = Refusals(telemetry)
    flood(refusals, MOST + 5)
    refusals.answer(Posted("grafana", {}, b"", "later", START + MINUTE), "grafana", WRONG)
    lines = telemetry.named("WEBHOOK_REFUSED")
    assert [line["left_out"] for line in lines] == [None] * MOST + [5]
    assert lines[-1]["correlation_id"] == "later"


def test_another_source_and_another_reason_are_logged_all_the_same() -> None:
    telemetry = Recorder()
    refusals = Refusals(telemetry)
    flood(refusals, 50)
    flood(refusals, 1, source="alertmanager")
    flood(refusals, 1, NotAccepted(400, "NOT_JSON", "the body is not valid JSON"))
    logged = Counter((line["source"], line["reason"]) for line in telemetry.named("WEBHOOK_REFUSED"))
    assert logged == {
        ("grafana", "UNAUTHORIZED"): MOST,
        ("alertmanager", "UNAUTHORIZED"): 1,
        ("grafana", "NOT_JSON"): 1,
    }


def test_a_problem_of_ours_that_anybody_can_provoke_is_logged_as_rarely_and_counted_each_time() -> None:
    telemetry = Recorder()
    fault = NotAccepted(503, "NOT_CONFIGURED", "not configured", "WEBHOOK_NOT_CONFIGURED")
    fault.__cause__ = ConfigurationError("webhook secret", ["empty"])
    flood(Refusals(telemetry), 30, fault)
    assert len(telemetry.problems) == MOST
    counted = [each for each in telemetry.counts if each[0] == "Problems"]
    assert len(counted) + len(telemetry.problems) == 30
