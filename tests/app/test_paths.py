"""Paths below a source's webhook, which some clients add to the address that they are given."""

import json
from collections.abc import Iterator

import pytest
from moto import mock_aws

from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from tests.app.stage import Stage, start
from tests.unit.builders import at


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with mock_aws():
        yield start(monkeypatch)


def test_prometheus_posts_to_the_path_of_alertmanager(stage: Stage) -> None:
    body = SOURCES["prometheus"].template(Example(at(0)))
    answer = stage.post("prometheus/api/v2/alerts", body, Authorization="Bearer token-of-prometheus")
    assert (answer.status_code, answer.json_body) == (202, {"accepted": 1})
    (message,) = stage.received()
    assert message["MessageAttributes"]["source"]["StringValue"] == "prometheus"
    assert json.loads(message["Body"])["alerts"][0]["status"] == "firing"


def test_a_client_of_opsgenies_is_answered_as_by_opsgenie(stage: Stage) -> None:
    key = {"Authorization": "GenieKey token-of-opsgenie"}
    created = stage.post("opsgenie/v2/alerts", {"message": "Disk full", "alias": "disk 1"}, **key)
    closed = stage.post("opsgenie/v2/alerts/disk%201/close?identifierType=alias", {}, **key)
    put = stage.http.put(
        "/webhooks/opsgenie/v2/alerts/disk%201/message", headers=key, body=b'{"message": "Disk is full"}'
    )
    answers = [(answer.status_code, answer.json_body["accepted"]) for answer in (created, closed, put)]
    assert answers == [(202, 1), (202, 1), (202, 0)]
    assert created.json_body["result"] == "Request will be processed"
    assert created.json_body["requestId"]
    told = [json.loads(message["Body"]) for message in stage.received()]
    assert sorted((each["alias"], each["action"]) for each in told) == [
        ("disk 1", "close"),
        ("disk 1", "create"),
    ]


@pytest.mark.parametrize(
    "path",
    ["grafana/api/v2/alerts", "grafana/a/b", "grafana/v2/alerts/x/close", "prometheus/v2/alerts"],
)
def test_a_path_that_a_source_does_not_have_is_not_found(stage: Stage, path: str) -> None:
    source = path.partition("/")[0]
    answer = stage.post(path, {"alerts": []}, Authorization=f"Bearer token-of-{source}")
    assert (answer.status_code, stage.received()) == (404, [])
    assert "nothing under this path" in answer.json_body["error"]


def test_who_does_not_prove_itself_learns_of_no_path(stage: Stage) -> None:
    for path in ("prometheus/api/v2/alerts", "grafana/a/b", "grafana/a/b/c/d"):
        assert stage.post(path, []).status_code == 401
