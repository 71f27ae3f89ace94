"""The resources of one stage on the AWS stand-in, and `python -m tests.local.aws`, which serves it.

moto fires no alarms: publishing what CloudWatch would publish (`LocalAws.publish`) is the way to have one.
"""

import argparse
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import httpx
from boto3.dynamodb.types import TypeDeserializer
from botocore.config import Config

from tests.local.patience import HTTP_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import GlobalSecondaryIndexTypeDef
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef
    from mypy_boto3_sqs import SQSClient

ACCOUNT = "123456789012"
REGION = "us-west-2"
PREFIX = "alerting-local"
DUMMY_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}

SENT = "/local/sent/"
"""Then a region and a queue: when each of its messages was sent, in milliseconds. SQS itself tells nobody."""
DLQ_RETENTION_SECONDS = 14 * 24 * 60 * 60

INDEXES: dict[str, tuple[str, str]] = {
    "due": ("due_priority", "due_at"),
    "groups": ("group", "group_since"),
    "issues": ("issue_repository", "issue_number"),
    "resolved": ("resolved_day", "resolved_at"),
    "open": ("open_priority", "open_since"),
    "waiting": ("waiting_priority", "waiting_since"),
}


class QueueDepth(NamedTuple):
    """Messages waiting, and messages that somebody has received and not yet deleted."""

    visible: int
    in_flight: int


@dataclass(frozen=True)
class DeadLetter:
    """One message of the DLQ."""

    body: str
    attributes: dict[str, str]


@dataclass(frozen=True)
class LocalAws:
    """One stage's resources on the stand-in: names, clients, and what tests and the demo want to know."""

    endpoint_url: str
    prefix: str = PREFIX
    region: str = REGION

    @property
    def topic_arn(self) -> str:
        return f"arn:aws:sns:{self.region}:{ACCOUNT}:{self.prefix}-alerts"

    @property
    def queue_url(self) -> str:
        return f"{self.endpoint_url}/{ACCOUNT}/{self.prefix}-alerts"

    @property
    def queue_arn(self) -> str:
        return f"arn:aws:sqs:{self.region}:{ACCOUNT}:{self.prefix}-alerts"

    @property
    def dlq_url(self) -> str:
        return f"{self.queue_url}-dlq"

    @property
    def dlq_arn(self) -> str:
        return f"{self.queue_arn}-dlq"

    @property
    def table(self) -> str:
        return f"{self.prefix}-alerts-state"

    @property
    def app_secret(self) -> str:
        return f"{self.prefix}-alerting-app-secrets"

    @property
    def webhook_secret(self) -> str:
        return f"{self.prefix}-webhook-secrets"

    @cached_property
    def sns(self) -> "SNSClient":
        return _session().client("sns", **self._client_options)

    @cached_property
    def sqs(self) -> "SQSClient":
        return _session().client("sqs", **self._client_options)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return _session().client("dynamodb", **self._client_options)

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        return _session().client("cloudwatch", **self._client_options)

    @cached_property
    def logs(self) -> Any:
        return _session().client("logs", **self._client_options)

    @cached_property
    def secretsmanager(self) -> "SecretsManagerClient":
        return _session().client("secretsmanager", **self._client_options)

    @property
    def _client_options(self) -> dict[str, Any]:
        # No proxies: the environment's would take loopback traffic elsewhere.
        config = Config(
            connect_timeout=HTTP_SECONDS, read_timeout=HTTP_SECONDS, retries={"max_attempts": 2}, proxies={}
        )
        return {"endpoint_url": self.endpoint_url, "region_name": self.region, "config": config}

    def publish(self, message: str | Mapping[str, Any], attributes: Mapping[str, str] | None = None) -> str:
        """Publish to the topic, as a webhook or CloudWatch does, and return SNS's message id."""
        body = message if isinstance(message, str) else json.dumps(message)
        stamped = {name: _string(value) for name, value in (attributes or {}).items()}
        return self.sns.publish(TopicArn=self.topic_arn, Message=body, MessageAttributes=stamped)["MessageId"]

    def queue_depth(self) -> QueueDepth:
        return self._depth(self.queue_url)

    def unread(self, by: float) -> int:
        """Count the messages queued or in flight that were sent by then (epoch seconds)."""
        url = f"{self.endpoint_url}{SENT}{self.region}/{self.prefix}-alerts"
        sent = httpx.get(url, timeout=HTTP_SECONDS, trust_env=False).raise_for_status().json()
        return sum(milliseconds <= 1000 * by for milliseconds in sent)

    def dlq_depth(self) -> QueueDepth:
        return self._depth(self.dlq_url)

    def _depth(self, url: str) -> QueueDepth:
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return QueueDepth(
            visible=int(attributes["ApproximateNumberOfMessages"])
            + int(attributes["ApproximateNumberOfMessagesDelayed"]),
            in_flight=int(attributes["ApproximateNumberOfMessagesNotVisible"]),
        )

    def dlq_messages(self) -> list[DeadLetter]:
        """Read the whole DLQ and leave it as it is. Two readers at once would each see a part."""
        letters, handles = [], []
        while batch := self.sqs.receive_message(
            QueueUrl=self.dlq_url, MaxNumberOfMessages=10, VisibilityTimeout=30, MessageAttributeNames=["All"]
        ).get("Messages"):
            for message in batch:
                attributes = message.get("MessageAttributes", {})
                values = {name: attribute["StringValue"] for name, attribute in attributes.items()}
                letters.append(DeadLetter(message["Body"], values))
                handles.append(message["ReceiptHandle"])
        show = partial(self.sqs.change_message_visibility, QueueUrl=self.dlq_url, VisibilityTimeout=0)
        for handle in handles:
            show(ReceiptHandle=handle)
        return letters

    def rows(self) -> list[dict[str, Any]]:
        """Return every row, numbers as Decimal. For assertions: the project itself never scans."""
        read = TypeDeserializer().deserialize
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        return [
            {name: read(value) for name, value in item.items()} for page in pages for item in page["Items"]
        ]

    def due_rows(self, by: float = math.inf) -> list[dict[str, Any]]:
        """Return the rows whose GitHub side may be behind and that are due by then (epoch seconds)."""
        return [row for row in self.rows() if "due_at" in row and row["due_at"] <= by]


@cache
def _session() -> boto3.Session:
    """Share what a session loads: the service models, tenths of a second each."""
    return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local")


def _string(value: str) -> "MessageAttributeValueTypeDef":
    return {"DataType": "String", "StringValue": value}


def create_resources(
    endpoint_url: str,
    prefix: str = PREFIX,
    region: str = REGION,
    *,
    app_secret: Mapping[str, Any],
    webhook_secret: Mapping[str, Any],
    visibility_seconds: int = 360,
    max_receive_count: int = 20,
) -> LocalAws:
    """Create what infra-extra creates on AWS: topic, queue, DLQ, subscription, table and secrets."""
    aws = LocalAws(endpoint_url, prefix, region)
    _create_queues(aws, visibility_seconds, max_receive_count)
    create_topic(aws)
    _create_table(aws)
    aws.secretsmanager.create_secret(Name=aws.app_secret, SecretString=json.dumps(dict(app_secret)))
    aws.secretsmanager.create_secret(Name=aws.webhook_secret, SecretString=json.dumps(dict(webhook_secret)))
    return aws


def create_topic(aws: LocalAws) -> None:
    """Create the topic, and subscribe the queue to it."""
    aws.sns.create_topic(Name=f"{aws.prefix}-alerts")
    aws.sns.subscribe(
        TopicArn=aws.topic_arn,
        Protocol="sqs",
        Endpoint=aws.queue_arn,
        Attributes={"RawMessageDelivery": "true"},
    )


def _create_queues(aws: LocalAws, visibility_seconds: int, max_receive_count: int) -> None:
    aws.sqs.create_queue(
        QueueName=f"{aws.prefix}-alerts-dlq",
        Attributes={"MessageRetentionPeriod": str(DLQ_RETENTION_SECONDS)},
    )
    redrive = {"deadLetterTargetArn": aws.dlq_arn, "maxReceiveCount": max_receive_count}
    aws.sqs.create_queue(
        QueueName=f"{aws.prefix}-alerts",
        Attributes={"VisibilityTimeout": str(visibility_seconds), "RedrivePolicy": json.dumps(redrive)},
    )


def _create_table(aws: LocalAws) -> None:
    aws.dynamodb.create_table(
        TableName=aws.table,
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=False,
        KeySchema=[{"AttributeName": "fingerprint", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "fingerprint", "AttributeType": "S"},
            *({"AttributeName": text, "AttributeType": "S"} for text, _ in INDEXES.values()),  # type: ignore[list-item]
            *({"AttributeName": number, "AttributeType": "N"} for _, number in INDEXES.values()),  # type: ignore[list-item]
        ],
        GlobalSecondaryIndexes=[_index(name, *keys) for name, keys in INDEXES.items()],
    )
    aws.dynamodb.update_time_to_live(
        TableName=aws.table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl_expires_at"}
    )


def _index(name: str, partition: str, order: str) -> "GlobalSecondaryIndexTypeDef":
    return {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": partition, "KeyType": "HASH"},
            {"AttributeName": order, "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the AWS stand-in on a loopback port.")
    parser.add_argument("--port", type=int, default=5566, help="0 takes any free port")
    # Imported here, for whoever only wants the names and clients need not load moto.
    from tests.local.aws_server import serve  # noqa: PLC0415

    serve(parser.parse_args().port)


if __name__ == "__main__":
    main()
