"""Telemetry: events are JSON lines with keys; metrics are valid, listed, and few lines an invocation."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.errors import Rejected, StoreUnavailable
from chalicelib.telemetry.masking import MASKED
from chalicelib.telemetry.metrics import METRICS, NAMESPACE
from chalicelib.telemetry.powertools import Powertools
from tests.log import redirected

Lines = Callable[[], list[dict[str, Any]]]
TOKEN = "ghs_12345_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NSJ9.c2lnbmF0dXJl"


@pytest.fixture
def ours() -> Powertools:
    return Powertools("local")


@pytest.fixture
def events(ours: Powertools, monkeypatch: pytest.MonkeyPatch) -> Lines:
    log = redirected(monkeypatch)
    return lambda: [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.fixture
def metrics(capsys: pytest.CaptureFixture[str]) -> Lines:
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


# Events


def test_an_event_is_one_json_line_with_its_keys(ours: Powertools, events: Lines) -> None:
    ours.event("REJECTED", reason="NOT_JSON", receives=2, alert={"title": "\u00e9"})
    (line,) = events()
    assert (line["level"], line["message"], line["service"]) == ("INFO", "REJECTED", "alerting")
    assert line["stage"] == "local"
    assert line["timestamp"].endswith("+00:00")
    assert (line["reason"], line["receives"], line["alert"]) == ("NOT_JSON", 2, {"title": "\u00e9"})


def test_keys_without_a_value_are_left_out(ours: Powertools, events: Lines) -> None:
    ours.event("REJECTED", reason="", fingerprint=None)
    ours.problem("NOT_SYNCED", ValueError("x"), fingerprint=None)
    event, problem = events()
    assert event["reason"] == ""
    assert "fingerprint" not in event
    assert "fingerprint" not in problem


def test_bound_keys_and_notes_end_with_what_they_are_bound_to(ours: Powertools, events: Lines) -> None:
    with ours.invocation("collector", "request-1"):
        with ours.bound(messageId="m-1"):
            ours.note(github_request_id="AB:1")
            ours.event("ONE")
        ours.event("TWO")
    ours.event("THREE")
    told = [
        {name: line.get(name) for name in ("function", "request_id", "messageId", "github_request_id")}
        for line in events()
    ]
    invocation = {"function": "collector", "request_id": "request-1"}
    assert told == [
        invocation | {"messageId": "m-1", "github_request_id": "AB:1"},
        invocation | {"messageId": None, "github_request_id": None},
        dict.fromkeys(told[2]),
    ]


# Errors


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """An error with its trace, and the one before it."""
    error.__cause__ = cause
    try:
        raise error
    except type(error) as caught:
        return caught


def during(error: Exception, other: Exception) -> Exception:
    """An error that arose while another was handled."""
    error.__context__ = other
    return error


def test_a_problem_tells_our_own_words_and_of_a_foreign_error_its_name_and_where_it_arose(
    ours: Powertools, events: Lines
) -> None:
    cause = raised(KeyError("a payload's word"))
    ours.problem("NOT_RECORDED", raised(StoreUnavailable("the table did not answer"), cause), messageId="m-1")
    (line,) = events()
    assert (line["level"], line["message"], line["messageId"]) == ("ERROR", "NOT_RECORDED", "m-1")
    assert line["exception"] == ["StoreUnavailable: the table did not answer", "KeyError"]
    assert line["exception_name"] == "StoreUnavailable"
    assert all(place.endswith(" raised") for place in line["stack_trace"])
    assert len(line["stack_trace"]) == 2
    assert "payload" not in json.dumps(line)


def test_a_rejection_behind_a_problem_is_named_by_its_reason_for_its_words_quote_the_message(
    ours: Powertools, events: Lines
) -> None:
    rejected = Rejected("NOT_JSON", "it says `a payload's word`", "mend it")
    ours.problem("NOT_RECORDED", during(ValueError("x"), rejected))
    (line,) = events()
    assert line["exception"] == ["ValueError", "Rejected: NOT_JSON"]


def test_what_is_hidden_on_purpose_stays_hidden(ours: Powertools, events: Lines) -> None:
    outer = during(ValueError("outer"), KeyError("inner"))
    outer.__suppress_context__ = True
    ours.problem("NOT_RECORDED", outer)
    assert events()[0]["exception"] == ["ValueError"]


@pytest.mark.parametrize("name", ["event", "problem"])
def test_what_looks_like_a_credential_is_masked(ours: Powertools, events: Lines, name: str) -> None:
    if name == "event":
        ours.event("STEP", error=f"403 Bad credentials {TOKEN}")
    else:
        ours.problem("STEP", StoreUnavailable(f"403 Bad credentials {TOKEN}"))
    (line,) = events()
    assert f"403 Bad credentials {MASKED}" in json.dumps(line)
    assert "ghs_" not in json.dumps(line)


# Metrics


def directive(line: dict[str, Any]) -> tuple[dict[str, str], dict[str, tuple[str, list[float]]]]:
    """A line's dimensions with their values, and its metrics with unit and values."""
    (told,) = line["_aws"]["CloudWatchMetrics"]
    (names,) = told["Dimensions"]
    assert told["Namespace"] == NAMESPACE
    assert isinstance(line["_aws"]["Timestamp"], int)
    values = {metric["Name"]: (metric["Unit"], line[metric["Name"]]) for metric in told["Metrics"]}
    return {name: line[name] for name in names}, values


OURS = {"service": "alerting", "stage": "local"}


def test_counts_are_added_up_over_an_invocation_and_measures_are_a_line_each(
    ours: Powertools, events: Lines, metrics: Lines
) -> None:
    with ours.invocation("webhook", "r-1"):
        for latency in (20, 30):
            ours.count("AlertsReceived", 3, source="grafana")
            ours.measure("RecordLatency", latency, source="grafana")
    first, second = events()
    assert (first["message"], first["source"], first["request_id"]) == ("MEASURED", "grafana", "r-1")
    assert (first["AlertsReceived"], first["RecordLatency"]) == (6, 20)
    assert ("AlertsReceived" in second, second["RecordLatency"]) == (False, 30)
    assert metrics() == []


def test_other_dimensions_are_another_line_of_the_log_and_the_same_metric(
    ours: Powertools, events: Lines, metrics: Lines
) -> None:
    ours.count("WebhookRefused", source="grafana", reason="NOT_JSON")
    ours.count("WebhookRefused", 2, source="grafana", reason="UNAUTHORIZED")
    ours.count("Reconciled")
    ours.flush()
    (line,) = metrics()
    assert directive(line) == (OURS, {"WebhookRefused": ("Count", [1, 2]), "Reconciled": ("Count", [1])})
    assert [(each["reason"], each["WebhookRefused"]) for each in events()] == [
        ("NOT_JSON", 1),
        ("UNAUTHORIZED", 2),
    ]


def test_what_a_failing_invocation_has_counted_is_written_once(ours: Powertools, metrics: Lines) -> None:
    def fails() -> None:
        with ours.invocation("collector", "r-1"):
            ours.count("Reconciled")
            raise ValueError("lost")

    with pytest.raises(ValueError, match="lost"):
        fails()
    with ours.invocation("collector", "r-2"):
        pass
    assert len(metrics()) == 1


def test_a_problem_is_counted_by_its_name(ours: Powertools, events: Lines) -> None:
    ours.problem("DRIFT_FAILED", ValueError("x"))
    ours.flush()
    problem, figure = events()
    assert (problem["level"], figure["event"], figure["Problems"]) == ("ERROR", "DRIFT_FAILED", 1)


def test_every_figure_is_written_and_nothing_of_more_values_than_a_line_holds_is_lost(
    ours: Powertools, events: Lines, metrics: Lines
) -> None:
    for metric in METRICS:
        for value in range(150):
            ours.measure(metric.name, value, **dict.fromkeys(metric.dimensions, "x"))
    ours.flush()
    published: dict[str, list[float]] = {}
    for line in metrics():
        dimensions, figures = directive(line)
        assert dimensions == OURS
        for name, (_, values) in figures.items():
            assert len(values) <= 100
            published.setdefault(name, []).extend(values)
    every = [float(value) for value in range(150)]
    assert published == {metric.name: every for metric in METRICS if metric.published}
    lines = events()
    for metric in METRICS:
        logged = [line[metric.name] for line in lines if metric.name in line]
        assert logged == (every if metric.logged else [])
