"""The AWS stand-in has the design's resources, and is as atomic as AWS."""

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.aws.cloudwatch import CloudWatchAlarms
from chalicelib.errors import AlarmsUnavailable
from tests.local.aws import LocalAws, create_resources
from tests.local.aws_server import AwsServer


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = AwsServer()
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def aws(endpoint: str, request: pytest.FixtureRequest) -> LocalAws:
    """Resources of a stage named after the test."""
    prefix = f"alerting-{request.node.name[5:40].replace('_', '-')}"
    app_secret, webhook_secret = {"github_app_id": "12345"}, {"grafana_webhook_token": "token"}
    return create_resources(endpoint, prefix, app_secret=app_secret, webhook_secret=webhook_secret)


def receive(aws: LocalAws, wait: int = 0) -> list[Any]:
    return list(
        aws.sqs.receive_message(
            QueueUrl=aws.queue_url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=wait,
            MessageAttributeNames=["All"],
        ).get("Messages", [])
    )


def test_queue_hides_for_six_minutes_and_gives_up_after_twenty_receives(endpoint: str) -> None:
    aws = create_resources(endpoint, app_secret={}, webhook_secret={})
    queue = aws.sqs.get_queue_attributes(QueueUrl=aws.queue_url, AttributeNames=["All"])["Attributes"]
    dlq = aws.sqs.get_queue_attributes(QueueUrl=aws.dlq_url, AttributeNames=["All"])["Attributes"]
    assert queue["QueueArn"] == "arn:aws:sqs:us-west-2:123456789012:alerting-local-alerts"
    assert dlq["QueueArn"] == "arn:aws:sqs:us-west-2:123456789012:alerting-local-alerts-dlq"
    assert queue["VisibilityTimeout"] == "360"
    assert json.loads(queue["RedrivePolicy"]) == {
        "deadLetterTargetArn": dlq["QueueArn"],
        "maxReceiveCount": 20,
    }
    assert dlq["MessageRetentionPeriod"] == str(14 * 24 * 3600)


def test_topic_has_one_raw_subscription_to_the_queue(aws: LocalAws) -> None:
    (subscription,) = aws.sns.list_subscriptions_by_topic(TopicArn=aws.topic_arn)["Subscriptions"]
    attributes = aws.sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])
    assert aws.topic_arn == f"arn:aws:sns:us-west-2:123456789012:{aws.prefix}-alerts"
    assert subscription["Endpoint"] == aws.queue_arn
    assert attributes["Attributes"]["RawMessageDelivery"] == "true"


def test_table_has_its_key_its_sparse_indexes_and_its_ttl(aws: LocalAws) -> None:
    table = aws.dynamodb.describe_table(TableName=f"{aws.prefix}-alerts-state")["Table"]
    ttl = aws.dynamodb.describe_time_to_live(TableName=aws.table)["TimeToLiveDescription"]
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    assert table["KeySchema"] == [{"AttributeName": "fingerprint", "KeyType": "HASH"}]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] is False
    assert (ttl["AttributeName"], ttl["TimeToLiveStatus"]) == ("ttl_expires_at", "ENABLED")
    found = {}
    for index in table["GlobalSecondaryIndexes"]:
        assert index["Projection"]["ProjectionType"] == "KEYS_ONLY"
        keys = [
            (key["AttributeName"], key["KeyType"], types[key["AttributeName"]]) for key in index["KeySchema"]
        ]
        found[index["IndexName"]] = keys
    assert found == {
        "due": [("due_priority", "HASH", "S"), ("due_at", "RANGE", "N")],
        "groups": [("group", "HASH", "S"), ("group_since", "RANGE", "N")],
        "issues": [("issue_repository", "HASH", "S"), ("issue_number", "RANGE", "N")],
        "resolved": [("resolved_day", "HASH", "S"), ("resolved_at", "RANGE", "N")],
        "open": [("open_priority", "HASH", "S"), ("open_since", "RANGE", "N")],
        "waiting": [("waiting_priority", "HASH", "S"), ("waiting_since", "RANGE", "N")],
    }


def test_secrets_are_json_under_the_designs_names(aws: LocalAws) -> None:
    def secret(name: str) -> Any:
        return json.loads(
            aws.secretsmanager.get_secret_value(SecretId=f"{aws.prefix}-{name}")["SecretString"]
        )

    assert secret("alerting-app-secrets") == {"github_app_id": "12345"}
    assert secret("webhook-secrets") == {"grafana_webhook_token": "token"}


def test_row_without_an_indexs_keys_is_not_in_it(aws: LocalAws) -> None:
    due = {"fingerprint": {"S": "a"}, "due_priority": {"S": "P1"}, "due_at": {"N": "7"}}
    for item in (due, {"fingerprint": {"S": "b"}}):
        aws.dynamodb.put_item(TableName=aws.table, Item=item)
    assert aws.dynamodb.scan(TableName=aws.table, IndexName="due")["Items"] == [due]
    assert sorted(row["fingerprint"] for row in aws.rows()) == ["a", "b"]
    assert [row["fingerprint"] for row in aws.due_rows()] == ["a"]
    assert aws.due_rows(by=6) == []


# What moto alone would not keep.


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let threads switch so often that a check and the write after it come apart."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty_threads")
def test_of_many_claims_at_once_one_wins(aws: LocalAws) -> None:
    def claim(key: str, worker: int) -> bool:
        try:
            aws.dynamodb.update_item(
                TableName=aws.table,
                Key={"fingerprint": {"S": key}},
                UpdateExpression="SET lease_by = :me",
                ConditionExpression="attribute_not_exists(lease_by)",
                ExpressionAttributeValues={":me": {"N": str(worker)}},
            )
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"  # noqa: PT017
            return False
        return True

    keys = [f"key-{n}" for n in range(20)]
    with ThreadPoolExecutor(8) as pool:
        claims = {key: [pool.submit(claim, key, worker) for worker in range(8)] for key in keys}
    assert {
        key: sum(each.result() for each in each_claim) for key, each_claim in claims.items()
    } == dict.fromkeys(keys, 1)


def test_long_poll_lets_others_work_and_ends_when_a_message_arrives(aws: LocalAws) -> None:
    with ThreadPoolExecutor(1) as pool:
        polling = pool.submit(receive, aws, 20)
        assert aws.rows() == []
        assert not polling.done()
        aws.publish({"do": "nothing"})
        assert len(polling.result()) == 1


def test_what_was_sent_by_a_moment_is_unread_until_it_is_deleted(aws: LocalAws) -> None:
    aws.publish({"do": "nothing"})
    sent = time.time()
    time.sleep(0.002)
    aws.publish({"do": "more"})
    assert (aws.unread(sent), aws.unread(sent + 3600), aws.unread(0)) == (1, 2, 0)
    (first,) = receive(aws)[:1]
    assert aws.unread(sent) == 1
    aws.sqs.delete_message(QueueUrl=aws.queue_url, ReceiptHandle=first["ReceiptHandle"])
    assert (aws.unread(sent), aws.unread(sent + 3600)) == (0, 1)


# What the shorter ways through moto must not change.


def test_values_of_every_type_come_back_as_they_were(aws: LocalAws) -> None:
    values: dict[str, Any] = {
        "text": {"S": "a"},
        "empty": {"S": ""},
        "number": {"N": "1.50"},
        "yes": {"BOOL": False},
        "null": {"NULL": True},
        "bytes": {"B": b"\x00\xff"},
        "texts": {"SS": ["a", "b"]},
        "list": {"L": [{"S": "a"}, {"B": b"\xff"}]},
        "map": {"M": {"S": {"N": "1"}, "inner": {"M": {"deep": {"S": "b"}}}}},
    }
    key = {"fingerprint": {"S": "a"}}
    aws.dynamodb.put_item(TableName=aws.table, Item=key | values)

    def found(wanted: str) -> Any:
        names = {f"#{name}": name for name in values if f"#{name}" in wanted.replace(".", ",").split(",")}
        asked: Any = {"ProjectionExpression": wanted, "ExpressionAttributeNames": names} if wanted else {}
        return aws.dynamodb.get_item(TableName=aws.table, Key=key, **asked)["Item"]

    assert found("") == key | values
    assert found(",".join(f"#{name}" for name in values)) == values
    assert found("#map.inner") == {"map": {"M": {"inner": {"M": {"deep": {"S": "b"}}}}}}


def test_an_update_that_contradicts_itself_is_refused_each_time(aws: LocalAws) -> None:
    def refused(expression: str) -> bool:
        try:
            aws.dynamodb.update_item(
                TableName=aws.table,
                Key={"fingerprint": {"S": "a"}},
                UpdateExpression=expression,
                ExpressionAttributeValues={":one": {"S": "1"}},
            )
        except ClientError as error:
            return error.response["Error"]["Code"] == "ValidationException"
        return False

    contradictions = (
        "SET kept = :one SET kept_too = :one",
        "SET kept = :one, kept = :one",
        "SET kept.part = :one, kept = :one",
        "SET kept = :one REMOVE kept",
        "SET fingerprint = :one",
    )
    for _ in range(2):
        assert [each for each in contradictions if not refused(each)] == []


def test_an_expression_means_what_its_names_and_values_say_now(aws: LocalAws) -> None:
    for name, number in (("first", "1"), ("second", "2")):
        aws.dynamodb.update_item(
            TableName=aws.table,
            Key={"fingerprint": {"S": "a"}},
            UpdateExpression="SET #name = :number ADD times :one",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":number": {"N": number}, ":one": {"N": "1"}},
        )
    assert aws.rows() == [{"fingerprint": "a", "first": 1, "second": 2, "times": 2}]


# Delivery.


def test_raw_delivery_carries_the_body_and_the_attributes(aws: LocalAws) -> None:
    aws.publish({"title": "Disk full"}, {"source": "grafana"})
    (message,) = receive(aws)
    assert json.loads(message["Body"]) == {"title": "Disk full"}
    assert message["MessageAttributes"] == {"source": {"StringValue": "grafana", "DataType": "String"}}


def test_depth_tells_visible_from_in_flight(aws: LocalAws) -> None:
    for _ in range(3):
        aws.publish("text")
    assert aws.queue_depth() == (3, 0)
    receive(aws)
    assert aws.queue_depth() == (0, 3)


def test_reading_the_dlq_leaves_it_as_it_is(aws: LocalAws) -> None:
    reason: Any = {"reason": {"DataType": "String", "StringValue": "NOT_JSON"}}
    for number in range(12):
        aws.sqs.send_message(QueueUrl=aws.dlq_url, MessageBody=str(number), MessageAttributes=reason)
    for _ in range(2):
        letters = aws.dlq_messages()
        assert sorted(int(letter.body) for letter in letters) == list(range(12))
        assert {letter.attributes["reason"] for letter in letters} == {"NOT_JSON"}
    assert aws.dlq_depth() == (12, 0)


def test_alarms_are_described_a_hundred_at_a_time_and_no_name_is_too_long(aws: LocalAws) -> None:
    client = boto3.Session("x", "x").client(
        "cloudwatch", aws.region, endpoint_url=aws.endpoint_url, config=Config(proxies={})
    )
    names = [f"{aws.prefix}-{n:03}" for n in range(120)]
    for name in names:
        client.put_metric_alarm(
            AlarmName=name,
            MetricName="Depth",
            Namespace="CI",
            Period=60,
            EvaluationPeriods=1,
            Statistic="Maximum",
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
        )
        client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="because")
    client.set_alarm_state(AlarmName=names[7], StateValue="OK", StateReason="because")
    alarms = CloudWatchAlarms(lambda: client)
    first, token = alarms.firing("")
    second, end = alarms.firing(token)
    assert (len(first), end) == (100, "")
    assert [each["AlarmName"] for each in (*first, *second)] == [*names[:7], *names[8:]]
    assert len(alarms.read(names)) == 120
    assert (alarms.muted(), alarms.muted(names[0]), alarms.contributors(names[0])) == (False, False, [])
    with pytest.raises(AlarmsUnavailable, match="ValidationError"):
        alarms.read([names[0], "x" * 256])
