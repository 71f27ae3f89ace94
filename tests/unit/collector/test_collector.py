"""The collector: what is acknowledged, what stays, what is rejected, and in what order GitHub hears of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.adapters import envelope
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example
from chalicelib.alert import AlertEvent, Condition, Priority
from chalicelib.collector.collector import TRIES, Collector, NotRecorded
from chalicelib.collector.requeue import FIRST_DELAY
from chalicelib.conditions.plan import Policy
from chalicelib.conditions.row import AlertState, Status
from chalicelib.errors import Contended, QueueUnavailable, StoreRefused, StoreUnavailable
from chalicelib.routing import load
from tests.twins.clock import ManualClock
from tests.twins.queue import MemoryQueue
from tests.twins.store import MemoryStore
from tests.twins.telemetry import Recorder
from tests.unit.builders import REPOSITORY, at, firing, policy, resolved

WITH_FALLBACK = f"""
[default]
repository = "{REPOSITORY}"

[fallback]
team = "dev-infra"
priority = "P2"
"""


def alert(
    title: str = "Queue too long", minutes: float = 0, *, ends: bool = False, **fields: Any
) -> AlertEvent:
    make = resolved if ends else firing
    return make(minutes, **{"source": "ci-bot", "title": title, "identity": {"alarm_id": title}} | fields)


class Store(MemoryStore):
    """The table, which others may change, and which may be slow, refuse some rows or not answer for them."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        self.away: set[str] = set()
        self.refused: set[str] = set()
        self.takes = timedelta()
        self.quicker: Callable[[AlertState], None] = lambda row: None

    def record(self, row: AlertState) -> AlertState | None:
        if row.fingerprint in self.away:
            raise StoreUnavailable("the table did not answer")
        if row.fingerprint in self.refused:
            raise StoreRefused("the item is too large")
        self.clock.pass_(seconds=self.takes.total_seconds())
        self.quicker(row)
        return super().record(row)


class World:
    """The collector on working twins, with a sync that notes what it was given and what was true then."""

    def __init__(self, settings: Policy | None = None) -> None:
        self.clock = ManualClock()
        self.store = Store(self.clock)
        self.queue = MemoryQueue()
        self.telemetry = Recorder()
        self.synced: list[AlertState] = []
        self.acknowledged_before_sync: list[list[str]] = []
        self.failing: set[str] = set()
        self.refreshed: list[tuple[str, int]] = []
        self.until = self.clock.now() + timedelta(minutes=1)
        self._sent = 0
        self._collect = Collector(
            rows=self.store,
            queue=self.queue,
            sync=self._sync,
            policy=settings or policy(),
            duplicate=timedelta(seconds=60),
            now=self.clock.now,
            telemetry=self.telemetry,
            refresh=lambda row: self.refreshed.append((row.fingerprint, len(self.synced))),
        )

    def _sync(self, row: AlertState, until: datetime) -> None:
        assert until == self.until
        self.acknowledged_before_sync.append(list(self.queue.deleted))
        self.synced.append(row)
        if row.fingerprint in self.failing:
            raise StoreUnavailable("away")

    def message(
        self, content: AlertEvent | str, source: str | None = "normalized", **attributes: str
    ) -> dict[str, Any]:
        """An SQS record in Lambda's shape, sent now; its handle is `handle-<n>`."""
        self._sent += 1
        named = attributes | ({"source": source} if source else {})
        return {
            "messageId": f"message-{self._sent}",
            "receiptHandle": f"handle-{self._sent}",
            "body": content if isinstance(content, str) else content.model_dump_json(),
            "attributes": {
                "SentTimestamp": str(round(self.clock.now().timestamp() * 1000)),
                "ApproximateReceiveCount": "1",
            },
            "messageAttributes": {
                name: {"stringValue": value, "dataType": "String"} for name, value in named.items()
            },
            "eventSourceARN": "arn:aws:sqs:us-west-2:123456789012:alerting-local-alerts",
        }

    def returned(self) -> dict[str, Any]:
        """The message that was sent back, as it comes again."""
        ((body, attributes, _),) = self.queue.requeued
        return self.message(body, attributes.pop("source", None), **attributes)

    def collect(self, *contents: AlertEvent | str | dict[str, Any]) -> None:
        records = [each if isinstance(each, dict) else self.message(each) for each in contents]
        self._collect.collect(records, self.until)

    def row(self, event: AlertEvent) -> AlertState:
        return self.store.rows[event.fingerprint]

    @property
    def titles(self) -> list[str]:
        return [row.spec.alert.title for row in self.synced if row.spec.alert]

    @property
    def reasons(self) -> list[str]:
        return [keys["reason"] for keys in self.telemetry.named("NORMALIZED_ALERT")]


@pytest.fixture
def world() -> World:
    return World()


# Acknowledging


def test_a_batch_is_recorded_and_acknowledged_before_the_first_call_to_github(world: World) -> None:
    one, other = alert("one"), alert("other")
    world.collect(one, other)
    assert {world.row(one).spec.condition, world.row(other).spec.condition} == {Condition.FIRING}
    assert world.acknowledged_before_sync == [["handle-1", "handle-2"]] * 2


def test_what_is_recorded_is_due_until_github_knows(world: World) -> None:
    world.collect(alert())
    assert world.row(alert()).due_at == world.clock.now()


def test_a_message_whose_row_cannot_be_written_goes_back_to_the_queue_and_nothing_fails(world: World) -> None:
    world.store.away = {alert("bad").fingerprint}
    world.collect(alert("one"), alert("bad"))
    ((body, attributes, delay),) = world.queue.requeued
    assert (body, attributes["source"], delay) == (alert("bad").model_dump_json(), "normalized", FIRST_DELAY)
    assert world.queue.deleted == ["handle-1", "handle-2"]
    assert world.titles == ["one"]
    assert world.queue.rejected == []
    assert [(name, type(error)) for name, error in world.telemetry.problems] == [
        ("NOT_RECORDED", StoreUnavailable)
    ]


def test_once_the_table_has_not_answered_the_rest_of_the_batch_goes_back_without_asking_it(
    world: World,
) -> None:
    world.store.away = {alert("bad").fingerprint}
    world.collect(alert("one"), alert("bad"), alert("other"), alert("another"))
    assert world.store.calls.count("get") == 2, "each call may take its full timeout"
    assert len(world.queue.requeued) == 3
    assert {keys["reason"] for keys in world.telemetry.named("REQUEUED")} == {"TABLE_AWAY"}
    assert ("AlertsRequeued", 1, {}) in world.telemetry.counts


def test_a_message_that_cannot_be_read_does_not_make_the_table_be_asked_again(world: World) -> None:
    world.store.away = {alert("bad").fingerprint}
    with pytest.raises(NotRecorded, match="1 of 3 messages stay in the queue: odd"):
        world.collect(alert("bad"), {"messageId": "odd"}, alert("other"))
    assert world.store.calls.count("get") == 1
    assert len(world.queue.requeued) == 2


def test_where_the_queue_does_not_take_it_back_a_message_stays_and_the_function_fails(world: World) -> None:
    world.store.away, world.queue.away = {alert("bad").fingerprint}, True
    with pytest.raises(NotRecorded, match="2 of 3 messages stay in the queue: message-2, message-3"):
        world.collect(alert("one"), alert("bad"), alert("other"))
    assert world.queue.deleted == ["handle-1"]
    assert world.titles == ["one"], "it fails only after sync has had its turn"
    assert [name for name, _ in world.telemetry.problems] == ["NOT_RECORDED", "NOT_REQUEUED"]


def test_a_row_that_the_table_will_never_take_stays_for_redrive_and_the_others_are_done(world: World) -> None:
    world.store.refused = {alert("bad").fingerprint}
    with pytest.raises(NotRecorded, match="1 of 3 messages stay in the queue: message-2"):
        world.collect(alert("one"), alert("bad"), alert("other"))
    assert world.queue.requeued == []
    assert world.queue.deleted == ["handle-1", "handle-3"]


def test_no_message_is_begun_after_a_third_of_the_time_lest_the_function_is_stopped(world: World) -> None:
    world.store.takes = timedelta(seconds=11)
    world.collect(alert("one"), alert("other"), alert("another"))
    assert world.titles == ["one", "other"]
    assert [json.loads(body)["title"] for body, _, _ in world.queue.requeued] == ["another"]
    assert world.telemetry.named("REQUEUED")[0]["reason"] == "NO_TIME"


def test_however_little_time_there_is_one_message_is_tried(world: World) -> None:
    world.until = world.clock.now() - timedelta(seconds=1)
    world.collect(alert("one"), alert("other"))
    assert (world.titles, len(world.queue.requeued)) == (["one"], 1)


def test_handles_that_sqs_did_not_take_are_told_and_fail_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.queue, "delete", lambda handles: handles[:1])
    world.collect(alert("one"), alert("other"))
    assert world.telemetry.named("NOT_ACKNOWLEDGED") == [{"messages": 1}]
    assert world.titles == ["one", "other"]


def test_a_message_that_came_back_is_recorded_as_if_it_came_the_first_time(world: World) -> None:
    sent_at = world.clock.now()
    message = world.message(alert(), correlation_id="request-1")
    world.store.away = {alert().fingerprint}
    world.collect(message)
    world.store.away = set()
    world.clock.pass_(hours=12)
    world.collect(world.returned())
    (line,) = world.telemetry.named("NORMALIZED_ALERT")
    assert (line["reason"], line["correlation_id"]) == ("FIRST_FIRING", "request-1")
    assert world.row(alert()).spec.seen_at == sent_at


def test_two_copies_sent_at_once_are_duplicates_however_late_the_second_is_recorded(world: World) -> None:
    copy = world.message(alert())
    world.store.away = {alert().fingerprint}
    world.collect(copy)
    world.store.away = set()
    world.collect(alert())
    world.clock.pass_(hours=3)
    world.collect(world.returned())
    assert world.reasons == ["FIRST_FIRING", "DUPLICATE"]


# Rejecting


def test_a_message_that_can_never_succeed_is_rejected_as_it_came_with_why_and_acknowledged(
    world: World,
) -> None:
    body = '{"AlarmName":  "no alarm \u00e9"'
    world.collect(world.message(body, source=None, correlation_id="request-1"))
    ((rejected, why),) = world.queue.rejected
    assert rejected == body
    assert (why["reason"], why["source"], why["message_id"]) == ("NOT_JSON", "cloudwatch", "message-1")
    assert why["correlation_id"] == "request-1"
    assert why["explanation"]
    assert why["fix"]
    assert world.queue.deleted == ["handle-1"]
    assert ("AlertsRejected", 1, {"reason": "NOT_JSON"}) in world.telemetry.counts


def test_a_rejected_message_does_not_affect_its_batch(world: World) -> None:
    world.collect(alert("one"), "[]", world.message("{}", source="nagios"), alert("other"))
    assert world.titles == ["one", "other"]
    assert [why["reason"] for _, why in world.queue.rejected] == ["NOT_AN_OBJECT", "UNKNOWN_SOURCE"]
    assert len(world.queue.deleted) == 4


def test_while_the_dead_letter_queue_is_away_the_message_stays(world: World) -> None:
    world.queue.dlq_away = True
    with pytest.raises(NotRecorded, match="message-1"):
        world.collect("no JSON", alert())
    assert world.queue.deleted == ["handle-2"]
    assert [type(error) for _, error in world.telemetry.problems] == [QueueUnavailable]
    assert "AlertsRejected" not in [name for name, _, _ in world.telemetry.counts]


ALARM = {
    "AlarmName": "Queue too long",
    "AlarmArn": "arn:aws:cloudwatch:us-west-2:123456789012:alarm:Queue too long",
    "AlarmDescription": "Runners are missing",
    "NewStateValue": "ALARM",
    "NewStateReason": "Threshold Crossed",
    "OldStateValue": "OK",
    "StateChangeTime": "2026-03-01T03:00:00.000+0000",
    "AWSAccountId": "123456789012",
    "Region": "US West (Oregon)",
}


def test_an_alert_that_names_no_owner_is_rejected_with_what_to_add(world: World) -> None:
    world.collect(world.message(json.dumps(ALARM), source=None))
    ((_, why),) = world.queue.rejected
    assert why["reason"] == "MISSING_TEAM_AND_PRIORITY"
    assert "TEAM=" in why["fix"]
    assert world.store.rows == {}


def test_with_a_fallback_an_alert_that_names_no_owner_is_the_fallbacks() -> None:
    world = World(Policy(routing=load(WITH_FALLBACK)))
    world.collect(world.message(json.dumps(ALARM), source=None))
    (row,) = world.store.rows.values()
    assert world.queue.rejected == []
    assert row.priority == Priority.P2


def test_a_severity_that_no_rule_knows_is_logged_as_the_fallbacks() -> None:
    table = WITH_FALLBACK.replace("[default]", '[default]\nseverity = {high = "P1"}')
    world = World(Policy(routing=load(table)))
    world.collect(
        world.message(json.dumps(ALARM | {"AlarmTags": [{"key": "Severity", "value": "page"}]}), source=None)
    )
    (logged,) = world.telemetry.named("UNKNOWN_SEVERITY")
    assert (logged["severity"], logged["priority"]) == ("page", "P2")
    (row,) = world.store.rows.values()
    assert row.priority == Priority.P2


def test_what_means_nothing_to_an_issue_is_counted_and_acknowledged(world: World) -> None:
    no_data = ALARM | {"NewStateValue": "INSUFFICIENT_DATA"}
    world.collect(world.message(json.dumps(no_data), source=None))
    assert (world.store.rows, world.queue.rejected, world.queue.deleted) == ({}, [], ["handle-1"])
    assert ("AlertsIgnored", 1, {"reason": "NO_DATA"}) in world.telemetry.counts


# Recording


def test_a_new_alert_costs_one_read_and_one_write(world: World) -> None:
    world.collect(alert())
    assert world.store.calls == ["get", "record"]


def test_duplicates_cost_one_read_each_and_github_nothing(world: World) -> None:
    world.collect(alert(), alert(), alert())
    assert world.reasons == ["FIRST_FIRING", "DUPLICATE", "DUPLICATE"]
    assert world.store.calls == ["get", "record", "get", "get"]
    assert len(world.synced) == 1


def test_sync_is_given_the_row_as_last_written(world: World) -> None:
    world.collect(alert(), alert(minutes=2), alert(minutes=4))
    (row,) = world.synced
    assert row == world.row(alert())


def test_what_fires_and_ends_in_one_batch_is_synced_once_as_ended_and_at_once(world: World) -> None:
    world.collect(alert(priority="P3"), alert(minutes=1, ends=True, priority="P3"))
    (row,) = world.synced
    assert (row.spec.condition, row.due_at) == (Condition.RESOLVED, world.clock.now())
    assert row.spec.recorded_at == world.clock.now()


def test_what_is_not_due_yet_waits_for_reconcile(world: World) -> None:
    off = World(policy(enabled=False))
    off.collect(alert())
    due_at = off.row(alert()).due_at
    assert due_at
    assert due_at > off.clock.now()
    assert off.synced == []


def test_a_row_that_another_changed_meanwhile_is_read_again_and_nothing_is_lost(world: World) -> None:
    def other_worker(row: AlertState) -> None:
        world.store.quicker = lambda _: None
        world.collect(alert(minutes=1))

    world.store.quicker = other_worker
    world.collect(alert())
    assert world.row(alert()).spec.fired_at == at(1)
    assert world.row(alert()).spec.episode == at(0)


def always_quicker(store: Store, fingerprint: str) -> Callable[[AlertState], None]:
    """Let another worker write the row before each of our writes."""

    def other_worker(row: AlertState) -> None:
        if row.fingerprint == fingerprint:
            long_ago = replace(row.spec, seen_at=at(-60))
            store.rows[fingerprint] = replace(row, spec=long_ago, revision=row.revision + 1)

    return other_worker


def test_a_row_that_keeps_changing_sends_the_message_back(world: World) -> None:
    world.store.quicker = always_quicker(world.store, alert().fingerprint)
    world.collect(alert())
    assert [type(error) for _, error in world.telemetry.problems] == [Contended]
    assert world.store.calls.count("record") == TRIES
    assert [keys["reason"] for keys in world.telemetry.named("REQUEUED")] == ["CONTENDED"]


def test_a_contended_row_does_not_hold_up_the_rest_of_its_batch(world: World) -> None:
    world.store.quicker = always_quicker(world.store, alert("contended").fingerprint)
    world.collect(alert("contended"), alert("other"))
    assert (world.titles, len(world.queue.requeued)) == (["other"], 1)


def test_a_contended_row_is_not_tried_until_the_function_is_stopped(world: World) -> None:
    world.store.quicker = always_quicker(world.store, alert().fingerprint)
    world.store.takes = timedelta(seconds=11)
    world.collect(alert())
    assert world.store.calls.count("record") == 2
    assert len(world.queue.requeued) == 1


def test_a_recorded_alert_is_one_log_line_without_its_raw_payload_and_one_count(world: World) -> None:
    event = alert(raw_provider={"token": "raw-secret"})
    world.clock.pass_(seconds=2)
    world.collect(world.message(event, correlation_id="request-1"))
    (line,) = world.telemetry.named("NORMALIZED_ALERT")
    assert (line["messageId"], line["correlation_id"]) == ("message-1", "request-1")
    assert (line["fingerprint"], line["latency_ms"]) == (event.fingerprint, 2000)
    assert line["alert"]["title"] == "Queue too long"
    assert "raw-secret" not in repr(world.telemetry.events)
    assert world.telemetry.counts == [
        ("AlertsRecorded", 1, {"source": "normalized", "reason": "FIRST_FIRING"})
    ]


# Syncing


def test_the_most_urgent_row_is_synced_first(world: World) -> None:
    world.collect(*(alert(priority, priority=priority) for priority in ("P2", "P0", "P3", "P1")))
    assert world.titles == ["P0", "P1", "P2", "P3"]


def test_of_a_batch_what_may_hold_others_back_is_known_before_any_row_is_synced(world: World) -> None:
    world.collect(alert("one"), alert("other"))
    assert world.refreshed == [(alert("one").fingerprint, 0), (alert("other").fingerprint, 0)]


def test_one_rows_failing_sync_does_not_stop_the_others_and_is_told(world: World) -> None:
    world.failing = {alert("one").fingerprint}
    world.collect(alert("one"), alert("other"))
    assert world.titles == ["one", "other"]
    assert [name for name, _ in world.telemetry.problems] == ["NOT_SYNCED"]
    assert world.queue.deleted == ["handle-1", "handle-2"]


def test_a_record_that_lambda_never_sends_harms_nobody_else(world: World) -> None:
    with pytest.raises(NotRecorded, match="1 of 2"):
        world.collect({"messageId": "odd"}, alert("one"))
    assert (world.queue.deleted, world.titles) == (["handle-1"], ["one"])


def test_what_github_refused_is_not_tried_sooner_because_it_is_said_again(world: World) -> None:
    world.collect(alert())
    later = world.clock.now() + timedelta(minutes=15)
    refused = world.row(alert())
    world.store.rows[refused.fingerprint] = replace(refused, status=Status(failures=3), due_at=later)
    world.clock.pass_(minutes=5)
    world.collect(alert(minutes=5))
    assert world.row(alert()).due_at == later
    world.collect(alert(minutes=6, priority="P0"))
    assert world.row(alert()).due_at == world.clock.now()


def test_a_refusal_of_old_puts_off_nothing_that_is_news(world: World) -> None:
    """Nothing waited to be tried again: the row is due for another reason, such as becoming stale."""
    world.collect(alert(priority="P2"), alert(minutes=1, priority="P2", ends=True))
    world.clock.pass_(minutes=120)
    row = world.row(alert())
    later = world.clock.now() + timedelta(hours=12)
    world.store.rows[row.fingerprint] = replace(row, status=Status(failures=1), due_at=later)
    world.collect(alert(minutes=120, priority="P2"))
    assert world.row(alert()).due_at == world.clock.now()


def test_how_long_a_message_waited_in_the_queue_does_not_count(world: World) -> None:
    """All of it is delivered hours later, the newest first; what the webhook stamped decides."""
    template = SOURCES["alertmanager"].template(Example(at(0)))

    def message(status: str, received: float) -> dict[str, Any]:
        told = template["alerts"][0] | {"status": status, "endsAt": at(60).isoformat()}
        stamped = envelope.stamp("alertmanager", "request-1", at(received))
        return world.message(json.dumps(template | {"alerts": [told]}), **stamped)

    world.clock.pass_(seconds=4 * 3600)
    world.collect(message("firing", 65), message("resolved", 61), message("firing", 1))
    (row,) = world.store.rows.values()
    assert (row.spec.condition, row.spec.seen_at) == (Condition.FIRING, at(65))
    world.collect(message("firing", 1), message("resolved", 61))
    (row,) = world.store.rows.values()
    assert row.spec.condition is Condition.FIRING


def test_a_rejected_message_keeps_when_it_was_received(world: World) -> None:
    world.collect(world.message("no JSON", **envelope.stamp("grafana", "request-1", at(-60))))
    ((_, attributes),) = world.queue.rejected
    assert attributes["received_at"] == envelope.milliseconds(at(-60))
