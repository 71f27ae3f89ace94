"""Sequences from the field, as their senders' own payloads bring them: what is left on GitHub."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import envelope
from tests.unit.builders import at
from tests.unit.histories.test_batches import Batches

STARTED = at(0).isoformat()


def high_load(status: str, ended: float | None = None) -> dict[str, Any]:
    """What Alertmanager posts; a firing's `endsAt` is Go's zero time."""
    times = {"startsAt": STARTED, "endsAt": at(ended).isoformat() if ended else "0001-01-01T00:00:00Z"}
    labels = {"alertname": "HighLoad", "team": "dev-infra", "priority": "P0", "instance": "a"}
    member = {"status": status, "labels": labels, "annotations": {}, "fingerprint": "5ef77f1f8a3ecf8d"}
    group = {"version": "4", "status": status, "receiver": "alerting", "externalURL": "http://am:9093"}
    return group | {"groupKey": '{}:{alertname="HighLoad"}', "alerts": [member | times]}


FIRING, TIMED_OUT = high_load("firing"), high_load("resolved", 60)


class Field(Batches):
    """Messages arrive when they were posted, or together after waiting in the queue."""

    def posts(self, *posted: tuple[float, dict[str, Any]], together: bool) -> None:
        messages = [(minute, self._message(minute, payload)) for minute, payload in posted]
        batches = [[each] for each in messages]
        for batch in [messages] if together else batches:
            self.clock.time = max(self.clock.time, at(batch[-1][0]))
            self.collector.collect([message for _, message in batch], self.clock.now() + timedelta(minutes=1))
        self.reconcile(30)

    def _message(self, minute: float, payload: dict[str, Any]) -> dict[str, Any]:
        stamped = envelope.stamp("alertmanager", f"request-{minute}", at(minute))
        return self.message(int(minute * 10), [], "alertmanager") | {
            "body": json.dumps(payload),
            "attributes": {"SentTimestamp": envelope.milliseconds(at(minute))},
            "messageAttributes": {key: {"stringValue": value} for key, value in stamped.items()},
        }


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one batch"])
@pytest.mark.parametrize("repeats", [0, 1, 3])
def test_what_alertmanager_resolves_by_timeout_and_sends_again_with_its_old_start_is_open(
    repeats: int, *, together: bool
) -> None:
    """prometheus/alertmanager#952, #1546: its Prometheus was away, and comes back."""
    world = Field()
    again = [(70.0 + 5 * n, FIRING) for n in range(repeats + 1)]
    world.posts((0.5, FIRING), (60.5, TIMED_OUT), *again, together=together)
    assert [issue[1] for issue in world.issues] == [True]


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one batch"])
def test_a_late_copy_of_the_firing_opens_nothing(*, together: bool) -> None:
    world = Field()
    world.posts((0.5, FIRING), (60.5, TIMED_OUT), (60.9, FIRING), together=together)
    assert [issue[1] for issue in world.issues] == [False]
