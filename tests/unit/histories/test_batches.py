"""How messages fall into batches changes nothing: the same messages leave the same issues."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.adapters import envelope
from chalicelib.alert import AlertEvent
from chalicelib.collector.collector import Collector
from chalicelib.conditions.nothing import Nothing, Quiet
from chalicelib.conditions.plan import plan
from chalicelib.conditions.record import DUPLICATE, record
from chalicelib.conditions.steps import OpenIssue
from chalicelib.errors import Unavailable
from chalicelib.webhook.alerts import AlertWebhook
from chalicelib.webhook.http import Posted
from chalicelib.webhook.refusals import Refusals
from tests.twins.queue import MemoryQueue
from tests.unit import up_to
from tests.unit.builders import TITLE, alert, at, firing, policy, resolved, row_of
from tests.unit.sync.test_sync import World, fails_with
from tests.unit.webhook.test_alerts import MemorySecret, MemoryTopic

MINUTE = timedelta(minutes=1)


class Batches(World):
    """Sync's world with the collector before it; every batch takes a second."""

    def __init__(self, priority: str = "P2") -> None:
        super().__init__()
        self.clock.time, self.priority = at(60), priority
        self.collector = Collector(
            self.store,
            MemoryQueue(),
            self.sync.advance,
            self.policy,
            DUPLICATE,
            self.clock.now,
            self.telemetry,
        )

    def message(self, name: int, event: AlertEvent | Sequence[AlertEvent], source: str) -> dict[str, Any]:
        told = [event] if isinstance(event, AlertEvent) else event
        body = json.dumps(_group(told)) if source == "alertmanager" else told[0].model_dump_json()
        stamped = envelope.stamp(source, f"request-{name}", at(60))
        return {
            "messageId": f"message-{name}",
            "receiptHandle": f"handle-{name}",
            "body": body,
            "attributes": {"SentTimestamp": envelope.milliseconds(at(60))},
            "messageAttributes": {key: {"stringValue": value} for key, value in stamped.items()},
        }

    def collect(self, *batches: Sequence[dict[str, Any]]) -> None:
        for batch in batches:
            self.clock.pass_(seconds=1)
            self.collector.collect(batch, self.clock.now() + MINUTE)

    @property
    def issues(self) -> list[tuple[Any, ...]]:
        """What a person sees, whatever order the conditions got their numbers in."""
        seen = self.tracker.all_issues
        return sorted((each.title, each.open, each.state_reason, sorted(each.labels)) for each in seen)


def _group(told: Sequence[AlertEvent]) -> dict[str, Any]:
    return {"version": "4", "alerts": [_member(each) for each in told]}


def _member(event: AlertEvent) -> dict[str, Any]:
    labels = {"alertname": event.title, "team": event.teams[0], "priority": event.priority.value}
    times = {"startsAt": at(0).isoformat(), "endsAt": event.occurred_at.isoformat()}
    return times | {"status": event.state.lower(), "labels": labels, "fingerprint": "5ef77f1f8a3ecf8d"}


def of(minute: int, condition: int, state: str, priority: str, *, recovered: bool) -> AlertEvent:
    names = {"source": "queue-checker", "title": f"Condition {condition}"}
    identity = {"alarm_id": f"condition-{condition}"}
    event = alert(minute, state=state, priority=priority, identity=identity, **names)
    return event.model_copy(update={"recovered": recovered or state == "FIRING"})


F, R = "FIRING", "RESOLVED"
events = st.builds(
    of,
    st.integers(0, 12),
    st.integers(0, 1),
    st.sampled_from([F, R]),
    st.sampled_from(["P1", "P2", "P3"]),
    recovered=st.booleans(),
)


BEGINS_SOONER_AND_GETS_WORSE = [
    of(1, 0, F, "P2", recovered=True),
    of(2, 0, R, "P2", recovered=False),
    of(0, 0, F, "P2", recovered=True),
    of(2, 0, F, "P1", recovered=True),
]
"""All but the first two come after the end, and the third moves the beginning back."""


@up_to(60)
@given(st.lists(events, min_size=1, max_size=8), st.sets(st.integers(1, 7)))
@example(BEGINS_SOONER_AND_GETS_WORSE, {2})
def test_any_partition_into_batches_leaves_the_same_issues(told: list[AlertEvent], cuts: set[int]) -> None:
    found = []
    within = sorted(cut for cut in cuts if cut < len(told))
    for ends in ([len(told)], [*within, len(told)], range(1, len(told) + 1)):
        world = Batches()
        messages = [world.message(name, event, "normalized") for name, event in enumerate(told)]
        begins = [0, *ends]
        world.collect(*(messages[begin:end] for begin, end in zip(begins, ends, strict=False)))
        world.reconcile(180)
        found.append(world.issues)
    assert found[0] == found[1] == found[2]


CLOSED = [("[P2] Runner queue too long", False, "completed")]


def shown(world: Batches) -> list[tuple[Any, ...]]:
    return [issue[:3] for issue in world.issues]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("ended", [0, 5])
def test_what_is_not_urgent_and_ends_in_its_batch_is_opened_and_closed(ended: int, *, together: bool) -> None:
    """An emitter may give both the same time."""
    world = Batches()
    told = [firing(0, priority="P2", source="queue-checker")]
    told += [resolved(ended, priority="P2", source="queue-checker")]
    first, second = (world.message(name, event, "normalized") for name, event in enumerate(told))
    world.collect(*([[first, second]] if together else [[first], [second]]))
    assert shown(world) == [(f"[P2] {TITLE}", False, "completed")]


def test_so_is_what_comes_in_one_message() -> None:
    world = Batches()
    told = [firing(0, priority="P2"), resolved(5, priority="P2")]
    world.collect([world.message(0, told, "alertmanager")])
    assert shown(world) == CLOSED


@pytest.mark.parametrize("together", [True, False])
def test_so_is_what_comes_in_one_request(*, together: bool) -> None:
    world, topic, secret = Batches(), MemoryTopic(), {"alertmanager_webhook_token": "t"}
    ingest = AlertWebhook(
        topic, MemorySecret(secret, secret), world.clock.now, world.telemetry, Refusals(world.telemetry)
    )
    group = _group([firing(0, priority="P2"), resolved(5, priority="P2")])
    headers = {"x-alertmanager-token": "t"}
    answer = ingest.accept(
        Posted("alertmanager", headers, json.dumps(group).encode(), "request-1", world.clock.now())
    )
    assert answer.status == 202
    messages = [
        world.message(name, [], "alertmanager")
        | {
            "body": json.dumps(body),
            "messageAttributes": {key: {"stringValue": value} for key, value in stamped.items()},
        }
        for name, (body, stamped) in enumerate(topic.published)
    ]
    world.collect(*([messages] if together else [[each] for each in messages]))
    assert shown(world) == CLOSED


@pytest.mark.parametrize("priority", ["P1", "P2"])
@pytest.mark.parametrize("away", [3, 6])
def test_while_github_is_away_only_what_is_urgent_or_ended_just_now_is_told_afterwards(
    away: int, priority: str
) -> None:
    world = Batches()
    told = [firing(0, priority=priority, source="ci"), resolved(5, priority=priority, source="ci")]
    world.tracker.faults["open"] = fails_with(Unavailable("away"), times=999)
    world.collect([world.message(name, event, "normalized") for name, event in enumerate(told)])
    world.reconcile(away)
    assert world.issues == []
    del world.tracker.faults["open"]
    world.reconcile(60)
    assert len(world.issues) == (0 if (away, priority) == (6, "P2") else 1)
    assert world.tracker.open_issues == []


@pytest.mark.parametrize(
    ("minutes", "step"), [(0, OpenIssue()), (4.9, OpenIssue()), (5, Nothing(Quiet.RESOLVED_UNTOLD))]
)
def test_what_is_not_urgent_is_told_within_minutes_of_being_written_down(
    minutes: float, step: object
) -> None:
    row = row_of(firing(1, priority="P2"), resolved(9, priority="P2"))
    written = replace(row, spec=replace(row.spec, recorded_at=at(500)))
    assert plan(written, at(500 + minutes), policy()) == step
    assert plan(row, at(9), policy()) == Nothing(Quiet.RESOLVED_UNTOLD), "a row of before this was kept"


def test_only_news_is_written_down_anew() -> None:
    row = record(None, firing(1), at(1)).as_of(at(1))
    assert row.spec.recorded_at == at(1)
    ended = record(row, resolved(5), at(6)).as_of(at(6))
    assert ended.spec.recorded_at == at(6)
    assert record(ended, resolved(7), at(8)).as_of(at(8)).spec.recorded_at == at(6)
    stale = record(ended, firing(4), at(9))
    assert stale.as_of(at(9)).spec.recorded_at == at(6)


def test_an_issue_is_closed_labelled_as_what_it_was_last() -> None:
    """The priority that came with the end, before any update, is in the title and the label."""
    world = Batches()
    told = [firing(0, priority="P2", source="ci"), firing(1, priority="P1", source="ci")]
    told += [resolved(2, priority="P1", source="ci")]
    first, *rest = (world.message(name, event, "normalized") for name, event in enumerate(told))
    world.collect([first], rest)
    world.reconcile(5)
    ((title, still_open, _, labels),) = world.issues
    assert (title, still_open) == (f"[P1] {TITLE}", False)
    assert [label for label in labels if label.startswith("Pri:")] == ["Pri:P1"]
