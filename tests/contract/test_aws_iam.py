"""The AWS stand-in lets a role do what its policy says, to what it names, and nothing else."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.local.aws import LocalAws, create_resources
from tests.local.aws_server import AwsServer

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    ],
}
PREFIX = "alerting-iam"
ADMINISTRATOR = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
TABLE = f"arn:aws:dynamodb:us-west-2:*:table/{PREFIX}-alerts-state"
KEY = {"fingerprint": {"S": "a"}}
ENTRY = {"Id": "1", "Message": "text"}


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    server = AwsServer()
    server.start()
    yield create_resources(server.url, PREFIX, app_secret={}, webhook_secret={})
    server.stop()


@pytest.fixture
def allowed(aws: LocalAws, request: pytest.FixtureRequest) -> Callable[..., Callable[..., Any]]:
    """Clients of a role that may do one thing."""

    def client(service: str, keys: dict[str, str]) -> Any:
        make: Any = boto3.client
        return make(service, endpoint_url=aws.endpoint_url, region_name=aws.region, **keys)

    def allow(action: str, resource: str) -> Callable[..., Any]:
        name = f"role{abs(hash(request.node.name))}"
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        iam = client("iam", ADMINISTRATOR)
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=policy)
        taken = client("sts", ADMINISTRATOR).assume_role(RoleArn=arn, RoleSessionName="function")
        keys = {
            "aws_access_key_id": taken["Credentials"]["AccessKeyId"],
            "aws_secret_access_key": taken["Credentials"]["SecretAccessKey"],
            "aws_session_token": taken["Credentials"]["SessionToken"],
        }
        return lambda service: client(service, keys)

    return allow


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(ClientError) as error:
        call()
    code: str = error.value.response["Error"]["Code"]
    return code


def test_a_table_is_named_and_each_of_its_indexes(
    aws: LocalAws, allowed: Callable[..., Callable[..., Any]]
) -> None:
    dynamodb = allowed("dynamodb:*", TABLE)("dynamodb")
    dynamodb.get_item(TableName=aws.table, Key=KEY)
    assert refused(lambda: dynamodb.scan(TableName=aws.table, IndexName="due")) == "AccessDeniedException"
    assert refused(lambda: dynamodb.get_item(TableName="other", Key=KEY)) == "AccessDeniedException"


def test_a_batch_names_its_table(aws: LocalAws, allowed: Callable[..., Callable[..., Any]]) -> None:
    dynamodb = allowed("dynamodb:BatchGetItem", TABLE)("dynamodb")
    dynamodb.batch_get_item(RequestItems={aws.table: {"Keys": [KEY]}})
    other = {"other": {"Keys": [KEY]}}
    assert refused(lambda: dynamodb.batch_get_item(RequestItems=other)) == "AccessDeniedException"


def test_an_action_is_named(aws: LocalAws, allowed: Callable[..., Callable[..., Any]]) -> None:
    dynamodb = allowed("dynamodb:GetItem", TABLE)("dynamodb")
    dynamodb.get_item(TableName=aws.table, Key=KEY)
    assert refused(lambda: dynamodb.put_item(TableName=aws.table, Item=KEY)) == "AccessDeniedException"
    assert refused(lambda: dynamodb.delete_table(TableName=aws.table)) == "AccessDeniedException"


def test_six_question_marks_stand_for_what_secrets_manager_adds(
    aws: LocalAws, allowed: Callable[..., Callable[..., Any]]
) -> None:
    arn = f"arn:aws:secretsmanager:us-west-2:*:secret:{aws.app_secret}-??????"
    secrets = allowed("secretsmanager:GetSecretValue", arn)("secretsmanager")
    secrets.get_secret_value(SecretId=aws.app_secret)
    for other in (aws.webhook_secret, f"{aws.app_secret}-not-there"):
        assert refused(partial(secrets.get_secret_value, SecretId=other)) == "AccessDeniedException"


def test_a_batch_is_allowed_by_its_single_action(
    aws: LocalAws, allowed: Callable[..., Callable[..., Any]]
) -> None:
    sns = allowed("sns:Publish", f"arn:aws:sns:us-west-2:*:{PREFIX}-alerts")("sns")
    sns.publish_batch(TopicArn=aws.topic_arn, PublishBatchRequestEntries=[ENTRY])
    assert refused(lambda: sns.publish(TopicArn=f"{aws.topic_arn}-other", Message="text")) == "AccessDenied"
    assert refused(lambda: sns.delete_topic(TopicArn=aws.topic_arn)) == "AccessDenied"


def test_a_queue_is_named(aws: LocalAws, allowed: Callable[..., Callable[..., Any]]) -> None:
    sqs = allowed("sqs:DeleteMessage", f"arn:aws:sqs:us-west-2:*:{PREFIX}-alerts")("sqs")
    entries = [{"Id": "1", "ReceiptHandle": "none"}]
    sqs.delete_message_batch(QueueUrl=aws.queue_url, Entries=entries)
    for call in (
        lambda: sqs.receive_message(QueueUrl=aws.queue_url),
        lambda: sqs.delete_message_batch(QueueUrl=aws.dlq_url, Entries=entries),
    ):
        assert refused(call) == "AccessDeniedException"


def test_a_log_is_named(allowed: Callable[..., Callable[..., Any]]) -> None:
    logs = allowed("logs:CreateLogStream", "arn:aws:logs:us-west-2:*:log-group:/aws/lambda/ours:*")("logs")
    group = {"logGroupName": "/aws/lambda/ours", "logStreamName": "stream"}
    assert refused(lambda: logs.create_log_stream(**group)) == "ResourceNotFoundException"
    other = group | {"logGroupName": "/aws/lambda/ours-too"}
    assert refused(lambda: logs.create_log_stream(**other)) == "AccessDeniedException"


def test_alarms_are_cloudwatchs_whatever_a_request_is_signed_for(
    allowed: Callable[..., Callable[..., Any]],
) -> None:
    cloudwatch = allowed("cloudwatch:DescribeAlarms", "*")("cloudwatch")
    assert cloudwatch.describe_alarms(AlarmNames=["nobody has it"])["MetricAlarms"] == []
    assert refused(lambda: cloudwatch.delete_alarms(AlarmNames=["one"])).startswith("AccessDenied")
