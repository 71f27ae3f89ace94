"""Telemetry: events are JSON lines with keys, counts are valid embedded metrics with few dimensions."""

import json
import uuid
from typing import Any

import pytest

from chalicelib.telemetry import NAMESPACE, Powertools


def telemetry() -> Powertools:
    """Telemetry of a service never named before: a service's log keeps the output that it began with."""
    return Powertools(f"test-{uuid.uuid4().hex}", "local")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_event_is_one_json_line_with_its_keys(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry().event("REJECTED", reason="NOT_JSON", receives=2, alert={"title": "\u00e9"})
    (line,) = lines(capsys)
    assert (line["level"], line["message"]) == ("INFO", "REJECTED")
    assert (line["reason"], line["receives"], line["alert"]) == ("NOT_JSON", 2, {"title": "\u00e9"})


def test_keys_without_a_value_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    ours = telemetry()
    ours.event("REJECTED", reason="", fingerprint=None)
    ours.problem("NOT_SYNCED", ValueError("x"), fingerprint=None)
    event, problem = lines(capsys)
    assert event["reason"] == ""
    assert "fingerprint" not in event
    assert "fingerprint" not in problem


def test_a_problem_carries_its_error_cause_and_trace(capsys: pytest.CaptureFixture[str]) -> None:
    error = ValueError("not readable")
    error.__cause__ = KeyError("SecretString")
    telemetry().problem("NOT_RECORDED", error, message_id="m-1")
    (line,) = lines(capsys)
    assert (line["level"], line["message"], line["message_id"]) == ("ERROR", "NOT_RECORDED", "m-1")
    assert line["exception_name"] == "ValueError"
    assert "not readable" in line["exception"]
    assert "SecretString" in line["exception"]


def test_a_count_is_a_valid_embedded_metric(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry().count("AlertsReceived", 3, source="grafana")
    (line,) = lines(capsys)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    (metric,) = directive["Metrics"]
    (dimensions,) = directive["Dimensions"]
    assert isinstance(line["_aws"]["Timestamp"], int)
    assert (directive["Namespace"], metric["Name"], metric["Unit"]) == (NAMESPACE, "AlertsReceived", "Count")
    assert line["AlertsReceived"] == [3.0]
    assert {name: line[name] for name in dimensions} == {"stage": "local", "source": "grafana"}


def test_counts_do_not_mix_their_dimensions(capsys: pytest.CaptureFixture[str]) -> None:
    ours = telemetry()
    ours.count("AlertsRejected", reason="NOT_JSON")
    ours.count("Reconciled")
    sets = [line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] for line in lines(capsys)]
    assert [sorted(names) for ((names),) in sets] == [["reason", "stage"], ["stage"]]


def test_services_of_one_process_do_not_log_each_others_events(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = telemetry(), telemetry()
    one.event("ONE")
    other.event("TWO")
    first, second = lines(capsys)
    assert (first["message"], second["message"]) == ("ONE", "TWO")
    assert first["service"] != second["service"]
