"""The envelope: the source is decided once, and what cannot be read says why when it is asked for."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters import envelope
from chalicelib.adapters.sender import Sender
from chalicelib.errors import Rejected
from tests.unit.messages import record

SENT = datetime(2026, 11, 23, 3, 10, 4, 733000, UTC)
ALARM = {"AlarmName": "ci-queue", "NewStateValue": "ALARM"}


def notification(message: str, **attributes: str) -> dict[str, Any]:
    stamped = {name: {"Type": "String", "Value": value} for name, value in attributes.items()}
    topic = "arn:aws:sns:us-west-2:123456789012:alerting-local-alerts"
    return {"Type": "Notification", "TopicArn": topic, "Message": message, "MessageAttributes": stamped}


def rejection(body: str) -> Rejected:
    message = envelope.read(record(body))
    with pytest.raises(Rejected) as caught:
        _ = message.payload
    return caught.value


def test_a_stamped_message_is_read_as_it_stands() -> None:
    message = envelope.read(record('{"alerts": []}', source="grafana", correlation_id="r-1"))
    assert message == envelope.Message(
        id="19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
        receipt_handle="a handle",
        source="grafana",
        body='{"alerts": []}',
        received_at=SENT,
        correlation_id="r-1",
        content={"alerts": []},
    )
    assert message.payload == {"alerts": []}


RECEIVED_AT = datetime(2026, 11, 23, 3, 9, 59, 250000, UTC)
RECEIVED = envelope.milliseconds(RECEIVED_AT)


def test_a_stamped_message_counts_as_received_by_the_webhook_however_long_it_waited() -> None:
    message = envelope.read(record("{}", **envelope.stamp("grafana", "r-1", RECEIVED_AT)))
    assert (message.source, message.correlation_id, message.received_at) == ("grafana", "r-1", RECEIVED_AT)


@pytest.mark.parametrize("stamp", ["", "yesterday", "2026-11-23T03:09:59", "-1", "9" * 16])
def test_without_a_stamp_that_can_be_read_a_message_counts_as_received_when_it_was_sent(stamp: str) -> None:
    assert envelope.read(record("{}", source="grafana", received_at=stamp)).received_at == SENT


def test_no_body_says_when_it_was_received() -> None:
    alarm = json.dumps(ALARM | {"MessageAttributes": {"received_at": {"Type": "String", "Value": RECEIVED}}})
    enveloped = json.dumps(notification("{}", source="grafana", received_at=RECEIVED))
    for body in (alarm, enveloped):
        assert envelope.read(record(body)).received_at == SENT
    assert envelope.read(record(alarm, received_at=RECEIVED)).received_at == RECEIVED_AT


def test_an_unstamped_message_is_cloudwatchs() -> None:
    message = envelope.read(record(json.dumps(ALARM)))
    assert (message.source, message.payload) == ("cloudwatch", ALARM)


@pytest.mark.parametrize("named", [None, "", "x" * 65, "a\nb", "Bearer secret", "caf\u00e9"])
def test_a_message_that_names_no_request_is_followed_by_its_own_id(named: str | None) -> None:
    attributes = {"source": "grafana"} | ({"correlation_id": named} if named is not None else {})
    message = envelope.read(record("{}", **attributes))
    assert message.correlation_id == message.id


def test_a_record_may_lack_attributes() -> None:
    bare = record(json.dumps(ALARM)) | {"messageAttributes": None}
    del bare["attributes"]["ApproximateReceiveCount"]
    message = envelope.read(bare)
    assert message.source == "cloudwatch"


def test_an_envelope_is_opened_and_speaks_for_cloudwatch_alone() -> None:
    """An account whose rules may publish controls the whole body, but must not close Grafana's P0."""
    body = json.dumps(notification('{"alerts": []}', source="grafana", correlation_id="r-2"))
    message = envelope.read(record(body))
    assert (message.source, message.correlation_id) == ("cloudwatch", message.id)
    assert message.payload == {"alerts": []}
    assert message.body == body, "the body stays as it came"


@pytest.mark.parametrize(
    ("content", "source"),
    [
        ({"source": "aws.ecs", "detail-type": "ECS Service Action"}, "aws-ecs"),
        ({"team": "web", "event": {"source": "aws.ecs"}}, "aws-ecs"),
        ({"source": "aws.cloudwatch"}, "cloudwatch"),
        ({"source": "aws.unknown"}, "cloudwatch"),
        ({"source": "aws-ecs"}, "cloudwatch"),
        ({"source": "grafana", "alerts": []}, "cloudwatch"),
        ({"event": {"source": "grafana"}}, "cloudwatch"),
        ({"event": "aws.ecs"}, "cloudwatch"),
        ({"source": ["aws.ecs"]}, "cloudwatch"),
    ],
)
def test_an_event_of_a_service_names_its_source_and_nothing_else_does(
    content: dict[str, Any], source: str
) -> None:
    assert envelope.read(record(json.dumps(content))).source == source
    assert envelope.read(record(json.dumps(notification(json.dumps(content))))).source == source
    assert envelope.read(record(json.dumps(content), source="datadog")).source == "datadog"


def test_a_text_of_a_service_is_read_as_an_object_and_any_other_text_is_rejected() -> None:
    text = "AWS Budget Notification November 23, 2026\nAWS Account 123456789012\n"
    for body in (text, json.dumps(notification(text)), json.dumps({"text": text})):
        message = envelope.read(record(body))
        assert (message.source, message.payload) == ("aws-budgets", {"text": text})
    assert rejection(f"Re: {text}").reason == "NOT_JSON"
    assert envelope.read(record(f"Re: {text}")).source == "cloudwatch"


def test_a_lambda_event_of_sns_is_opened() -> None:
    event = {"Records": [{"Sns": notification(json.dumps(ALARM), source="cloudwatch")}]}
    assert envelope.read(record(json.dumps(event))).payload == ALARM


@pytest.mark.parametrize("records", [[], [{"s3": {}}], [{"Sns": {}}, {"Sns": {}}], "x"])
def test_another_event_is_left_as_it_is(records: object) -> None:
    assert envelope.read(record(json.dumps({"Records": records}))).payload == {"Records": records}


@pytest.mark.parametrize("absent", ["TopicArn", "Message"])
def test_only_what_has_topic_and_text_is_an_envelope(absent: str) -> None:
    partial = {name: value for name, value in notification("{}").items() if name != absent}
    assert envelope.read(record(json.dumps(partial))).payload == partial


def test_a_stamped_body_that_looks_like_an_envelope_is_none() -> None:
    """Who may post as one source must not become another."""
    forged = notification("{}", source="cloudwatch")
    message = envelope.read(record(json.dumps(forged), source="normalized"))
    assert (message.source, message.payload) == ("normalized", forged)


@pytest.mark.parametrize("attributes", [None, [], {"source": "grafana"}, {"source": {"Value": 1}}])
def test_attributes_of_another_shape_stamp_nothing(attributes: object) -> None:
    odd = notification(json.dumps(ALARM)) | {"MessageAttributes": attributes}
    assert envelope.read(record(json.dumps(odd))).source == "cloudwatch"


ONLY_ALARMS = (
    "Let only alarms, and the services of docs/senders, publish to the alert topic; "
    "send other notifications to a topic of their own."
)
NO_NUMBER = "it contains a number that is infinite or NaN"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("plain text", "Expecting value: line 1 column 1 (char 0)"),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ('{"a": NaN}', NO_NUMBER),
        ('{"a": -Infinity}', NO_NUMBER),
        ('{"a": 1e999}', NO_NUMBER),
        ('{"a": 1, "a": 2}', "an object has a duplicate key"),
        ('{"a": {"b": 1, "b": 1}}', "an object has a duplicate key"),
        ('{"a": ' * 50_000, "it is nested too deeply"),
        ("[" * 50_000, "it is nested too deeply"),
        ("9" * 5000, "Exceeds the limit (4300 digits) for integer string conversion"),
    ],
    ids=lambda body: body[:20],
)
def test_what_is_no_json_is_rejected(body: str, why: str) -> None:
    for sent in (body, json.dumps(notification(body))):
        rejected = rejection(sent)
        assert (rejected.reason, rejected.fix) == ("NOT_JSON", ONLY_ALARMS)
        assert str(rejected).startswith(f"the message is not valid JSON: {why}")
        assert len(str(rejected)) < 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [("[]", "list"), ("1", "int"), ('"text"', "str"), ("null", "NoneType"), ("true", "bool")],
)
def test_json_that_is_no_object_is_rejected(body: str, kind: str) -> None:
    rejected = rejection(body)
    assert (rejected.reason, rejected.fix) == ("NOT_AN_OBJECT", ONLY_ALARMS)
    assert str(rejected) == f"the message is JSON but not an object: {kind}"


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("SubscriptionConfirmation", "SubscriptionConfirmation"),
        ("UnsubscribeConfirmation", "UnsubscribeConfirmation"),
        ("x" * 41, "x" * 40),
        (None, "NoneType"),
        ({}, "dict"),
    ],
)
def test_a_control_message_of_sns_is_rejected(kind: object, named: str) -> None:
    control = notification("visit https://sns.example/?Action=ConfirmSubscription") | {"Type": kind}
    rejected = rejection(json.dumps(control))
    assert (rejected.reason, str(rejected), rejected.fix) == (
        "SNS_CONTROL_MESSAGE",
        f"the message is SNS's own, a {named}, not an alarm; no address in it is followed",
        "Subscribe the queue with infra-extra, which needs no confirmation; delete this message.",
    )


SENDER = Sender("east", teams=("web", "storage"), repositories=("org/a",), keeps_identity=True)


@pytest.mark.parametrize("sender", [Sender("east"), SENDER, Sender("west", repositories=("org/b",))])
def test_a_sender_is_read_as_it_was_written(sender: Sender) -> None:
    stamped = envelope.stamp("grafana", "r-1", RECEIVED_AT, sender)
    message = envelope.read(record("{}", **stamped))
    assert (message.sender, message.payload, set(stamped)) == (
        *(sender, {}),
        {"source", "correlation_id", "received_at", "sender"},
    )
    assert json.loads(Sender("east").written()) == {"name": "east"}


@pytest.mark.parametrize(
    "written",
    ["?", "{}", "[]", "7", '{"name": 7}', '{"name": "a b"}', '{"name": "a", "teams": 7}', "[" * 9999],
)
def test_a_sender_that_the_webhook_did_not_write_is_rejected(written: str) -> None:
    """Without its limits it could speak for every team."""
    with pytest.raises(Rejected) as caught:
        _ = envelope.read(record("{}", source="grafana", sender=written)).payload
    assert (caught.value.reason, str(caught.value), caught.value.fix) == (
        "UNKNOWN_SENDER",
        "the message's attribute `sender` was not written by the webhook",
        "Let only the webhook publish with attributes, then have the alert sent again.",
    )


def test_without_a_sender_a_stamp_says_where_from_and_when() -> None:
    assert envelope.stamp("grafana", "r-1", RECEIVED_AT) == {
        "source": "grafana",
        "correlation_id": "r-1",
        "received_at": "1795403399250",
    }


@given(st.text() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_any_body_gives_a_message_with_its_ids(body: str) -> None:
    message = envelope.read(record(body))
    assert (message.id, message.body) == ("19dd0b57-b21e-4ac1-bd88-01bbb068cb78", body)
    assert isinstance(message.content, dict | Rejected)
