"""What goes back to the queue: its stamps, its delay, and what a forged stamp gains."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters import envelope
from chalicelib.collector import requeue
from chalicelib.collector.requeue import FIRST_DELAY, LONGEST_DELAY, Postponed, Requeue, Why
from chalicelib.errors import (
    AlertingError,
    Contended,
    QueueUnavailable,
    StoreRefused,
    StoreUnavailable,
    TableMissing,
)
from chalicelib.store.schema import WrittenByNewer
from tests.twins.queue import MemoryQueue
from tests.twins.telemetry import Recorder
from tests.unit.messages import record

SENT = datetime(2026, 11, 23, 3, 10, 4, 733000, UTC)
"""When `messages.record` was sent."""


def postponed(received: dict[str, Any]) -> Postponed:
    return Postponed(envelope.read(received), received, Why.TABLE_AWAY)


def again(received: dict[str, Any], later: timedelta = timedelta(minutes=5)) -> dict[str, Any]:
    """The message sent back, as SQS hands it over with a time of its own."""
    copy = record(received["body"], **postponed(received).attributes)
    sent = envelope.read(received).received_at + later
    return copy | {"messageId": "another", "attributes": {"SentTimestamp": envelope.milliseconds(sent)}}


def test_what_a_message_says_of_itself_stays_the_same_however_often_it_comes_back() -> None:
    first = record('{"alerts": []}', source="grafana", correlation_id="r-1")
    message, came = envelope.read(first), first
    for _ in range(1000):
        came = again(came)
    last = envelope.read(came)
    assert (last.source, last.body, last.content) == (message.source, message.body, message.content)
    assert (last.received_at, last.correlation_id) == (message.received_at, message.correlation_id)


def test_a_message_without_a_source_stays_cloudwatchs_and_is_followed_by_its_first_id() -> None:
    first = record('{"AlarmName": "ci-queue"}')
    last = envelope.read(again(again(first)))
    assert (last.source, last.correlation_id) == ("cloudwatch", first["messageId"])
    assert "source" not in postponed(first).attributes


def test_an_envelope_of_sns_is_opened_again_when_it_comes_back() -> None:
    body = (
        '{"Type": "Notification", "TopicArn": "arn:aws:sns:us-west-2:123456789012:alerts", '
        '"Message": "{\\"alerts\\": []}", "MessageAttributes": {"source": {"Value": "grafana"}}}'
    )
    last = envelope.read(again(record(body)))
    assert (last.source, last.payload, last.received_at) == ("cloudwatch", {"alerts": []}, SENT)


def test_it_waits_twice_as_long_each_time_up_to_a_limit_that_sqs_takes() -> None:
    came, delays = record("{}"), []
    for _ in range(9):
        delays.append(postponed(came).delay_seconds)
        came = again(came)
    assert delays == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert LONGEST_DELAY <= 900


def test_it_has_no_more_attributes_than_are_read_however_many_came() -> None:
    many = {f"attribute-{n}": "x" for n in range(9)} | {"source": "grafana"}
    assert set(postponed(record("{}", **many)).attributes) == {
        "source",
        "correlation_id",
        "received_at",
        "attempts",
    }


@given(attempts=st.text(max_size=8) | st.integers(0, 10**9).map(str))
def test_whatever_is_forged_delays_the_forgers_message_at_most(attempts: str) -> None:
    forged = postponed(record("{}", source="grafana", attempts=attempts))
    assert FIRST_DELAY <= forged.delay_seconds <= LONGEST_DELAY
    assert 1 <= int(forged.attributes["attempts"]) <= 1_000_000


@pytest.mark.parametrize(
    "forged", ["9999999999999", "999999999999999", "-1", "soon", "1e9", "\u0663", "", " 1"]
)
def test_no_stamp_makes_a_message_later_than_sqs_says(forged: str) -> None:
    assert envelope.read(record("{}", source="grafana", received_at=forged)).received_at == SENT


def test_the_webhooks_stamp_outlives_the_waits_in_topic_and_queue() -> None:
    received = SENT - timedelta(minutes=7)
    stamped = record("{}", source="grafana", received_at=envelope.milliseconds(received))
    assert envelope.read(again(stamped)).received_at == received


def test_a_queue_that_does_not_take_one_is_not_asked_for_the_others() -> None:
    queue, telemetry = MemoryQueue(), Recorder()
    queue.away = True
    each = postponed(record("{}"))
    assert Requeue(queue, telemetry).send([each, each, each]) == []
    assert [(name, type(error)) for name, error in telemetry.problems] == [("NOT_REQUEUED", QueueUnavailable)]


def test_each_that_went_back_is_one_log_line_and_one_count() -> None:
    queue, telemetry = MemoryQueue(), Recorder()
    each = postponed(record("{}", source="grafana", correlation_id="r-1"))
    assert Requeue(queue, telemetry).send([each]) == [each.message]
    (line,) = telemetry.named("REQUEUED")
    assert (line["reason"], line["attempts"], line["correlation_id"]) == ("TABLE_AWAY", 1, "r-1")
    assert telemetry.counts == [("AlertsRequeued", 1, {})]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (StoreUnavailable("away"), Why.TABLE_AWAY),
        (TableMissing("not made yet"), Why.TABLE_AWAY),
        (Contended("by others"), Why.CONTENDED),
        (WrittenByNewer("schema 3"), Why.UNREADABLE),
        (StoreRefused("too large"), None),
        (QueueUnavailable("away"), None),
        (AlertingError("another"), None),
        (ValueError("a fault of ours"), None),
    ],
)
def test_only_what_another_attempt_may_mend_goes_back(error: Exception, why: Why | None) -> None:
    assert requeue.why(error) is why
