"""What an alert's provider groups it by, according to the payloads of Alertmanager and Grafana."""

from typing import Any

import pytest

from chalicelib.adapters import grouping
from chalicelib.alert import AlertEvent
from chalicelib.alert_values import MAX_GROUP
from tests.unit.messages import FALLBACK, deliver

KEY = '{}/{team="infra"}:{alertname="Down"}'


def group_of(source: str, **group: Any) -> str | None:
    member = {
        "status": "firing",
        "labels": {"alertname": "Down", "team": "infra"},
        "startsAt": "2026-11-23T03:10:00Z",
        "fingerprint": "9f" * 8,
    }
    (alert,) = deliver(source, {"alerts": [member], **group}, FALLBACK)
    assert isinstance(alert, AlertEvent)
    return alert.group


@pytest.mark.parametrize("source", ["alertmanager", "grafana"])
def test_an_alert_keeps_the_key_of_its_group(source: str) -> None:
    assert group_of(source, groupKey=KEY, groupLabels={"alertname": "Down"}) == KEY


@pytest.mark.parametrize(
    "group", [{}, {"groupKey": KEY}, {"groupKey": KEY, "groupLabels": {}}, {"groupLabels": {"a": "b"}}]
)
def test_one_group_of_all_alerts_says_nothing(group: dict[str, Any]) -> None:
    assert group_of("alertmanager", **group) is None


def test_long_keys_stay_different() -> None:
    keys = [grouping.key({"groupKey": "x" * 1000 + end, "groupLabels": {"a": "b"}}) or "" for end in "ab"]
    assert len(set(keys)) == 2
    assert max(map(len, keys)) <= MAX_GROUP
