"""What the code relies on in a stage's resources, with the stage and the region taken out."""

import json
from typing import Any

from tests.local.aws import LocalAws


def shape(aws: LocalAws) -> Any:
    """Names, keys, indexes, expiry, raw delivery, visibility and redrive."""
    found = {
        "queue": _queue(aws, aws.queue_url, "QueueArn", "VisibilityTimeout", "RedrivePolicy"),
        "dead letters": _queue(aws, aws.dlq_url, "QueueArn", "MessageRetentionPeriod"),
        "subscriptions": _subscriptions(aws),
        "table": _table(aws),
        "expiry": aws.dynamodb.describe_time_to_live(TableName=aws.table)["TimeToLiveDescription"],
        "secrets": [
            aws.secretsmanager.describe_secret(SecretId=name)["Name"]
            for name in (aws.app_secret, aws.webhook_secret)
        ],
    }
    text = json.dumps(found).replace(aws.prefix, "alerting-STAGE").replace(aws.region, "REGION")
    return json.loads(text)


def _queue(aws: LocalAws, url: str, *names: str) -> dict[str, Any]:
    found: Any = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {name: json.loads(found[name]) if name.endswith("Policy") else found[name] for name in names}


def _subscriptions(aws: LocalAws) -> list[dict[str, str]]:
    listed = aws.sns.list_subscriptions_by_topic(TopicArn=aws.topic_arn)["Subscriptions"]
    attributes = [
        aws.sns.get_subscription_attributes(SubscriptionArn=each["SubscriptionArn"])["Attributes"]
        for each in listed
    ]
    names = ("TopicArn", "Protocol", "Endpoint", "RawMessageDelivery")
    return [{name: each[name] for name in names} for each in attributes]


def _table(aws: LocalAws) -> dict[str, Any]:
    table: Any = aws.dynamodb.describe_table(TableName=aws.table)["Table"]
    return {
        "name": table["TableName"],
        "key": table["KeySchema"],
        "attributes": {
            each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]
        },
        "billing": table["BillingModeSummary"]["BillingMode"],
        "protected": table["DeletionProtectionEnabled"],
        "indexes": {
            each["IndexName"]: [each["KeySchema"], each["Projection"]]
            for each in table["GlobalSecondaryIndexes"]
        },
    }
