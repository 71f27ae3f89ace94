"""Prometheus without an Alertmanager: what Alertmanager works out on receipt is worked out here."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.adapters.prometheus import PATH, SOURCE, fingerprint
from chalicelib.adapters.source import Example, Request
from chalicelib.alert import AlertEvent
from chalicelib.errors import NotAccepted
from tests.unit.builders import at
from tests.unit.messages import REQUEST, deliver

RECORDED = Path(__file__).parents[2] / "samples" / "alertmanager"


def recorded() -> list[tuple[dict[str, str], str]]:
    """What the real Alertmanager gave to the alerts that it was sent."""
    groups = [json.loads(path.read_text())["payload"] for path in RECORDED.glob("recorded-*.json")]
    return [(alert["labels"], alert["fingerprint"]) for group in groups for alert in group["alerts"]]


@pytest.mark.parametrize(("labels", "given"), recorded())
def test_a_fingerprint_is_the_one_that_alertmanager_gives(labels: dict[str, str], given: str) -> None:
    assert fingerprint(labels) == given


def test_a_name_that_begins_with_another_comes_after_it() -> None:
    """As in Go, where names are sorted; the real Alertmanager 0.25 gave this one."""
    assert fingerprint({"pod": "b", "pod_name": "a", "a": "c"}) == "dc4de19ab44a831c"


@pytest.mark.parametrize("path", [(), PATH])
def test_it_is_posted_to_the_webhook_or_to_alertmanagers_path_below_it(path: tuple[str, ...]) -> None:
    (payload,) = SOURCE.payloads(SOURCE.template(Example(at(0))), Request(at(1), path))
    assert payload["alerts"][0]["status"] == "firing"


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("https://prometheus.example.org/graph?g0.expr=up", "Query in Prometheus"),
        ("https://thanos.example.org/query?g0.expr=up", "Query in Prometheus"),
        ("https://watcher.example.org/jobs/7", "Source of the alert"),
        ("no address", None),
    ],
)
def test_the_address_of_an_alertmanagers_alert_is_named_after_its_page(
    address: str, named: str | None
) -> None:
    labels = {"alertname": "Down", "team": "infra", "priority": "P1"}
    member = {"status": "firing", "labels": labels, "startsAt": "2026-11-23T03:10:00Z", "fingerprint": "9f"}
    (found,) = deliver("alertmanager", {"version": "4", "alerts": [member | {"generatorURL": address}]})
    assert isinstance(found, AlertEvent)
    assert found.annotations == ({named: address} if named else {})


def test_a_label_without_a_value_is_no_label() -> None:
    (payload,) = SOURCE.payloads([{"labels": {"alertname": "a", "pod": ""}}], REQUEST)
    assert payload["alerts"][0]["labels"] == {"alertname": "a"}


@pytest.mark.parametrize("path", [("api", "v1", "alerts"), ("api", "v2", "silences"), ("v2", "alerts")])
def test_no_other_path_is_taken(path: tuple[str, ...]) -> None:
    with pytest.raises(NotAccepted) as caught:
        SOURCE.payloads([], Request(at(1), path))
    assert (caught.value.status, caught.value.reason) == (404, "UNKNOWN_PATH")


def test_whether_it_fires_is_decided_when_it_is_received_however_long_it_waits_in_the_queue() -> None:
    alert = {"labels": {"alertname": "a"}, "endsAt": REQUEST.received_at.isoformat()}
    for early, status in ((timedelta(seconds=1), "firing"), (timedelta(0), "resolved")):
        (payload,) = SOURCE.payloads([alert], Request(REQUEST.received_at - early))
        assert payload["alerts"][0]["status"] == status
        (again,) = SOURCE.payloads(payload, Request(REQUEST.received_at + timedelta(days=1)))
        assert again == payload
