"""What no function has any business doing: to another stage, to another function, or to its own data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNT, REGION = "123456789012", "us-west-2"
PREFIX, OTHER = "alerting-dev", "alerting-prod"
KEY = {"fingerprint": {"S": "a"}}
POLICY = '{"Version": "2012-10-17", "Statement": []}'
ALL = ("webhook", "collector", "reconcile")


@dataclass(frozen=True)
class Forbidden:
    """One call by one function; `{aws}` and `{bucket}` in its texts stand for the account's."""

    function: str
    service: str
    call: str
    texts: Mapping[str, Any]

    def __str__(self) -> str:
        what = next((str(value).rpartition("/")[2].rpartition(":")[2] for value in self.texts.values()), "")
        return f"{self.function}-{self.call}-{what}"

    def arguments(self, aws: str, bucket: str) -> dict[str, Any]:
        """The call's arguments, in an account at an address."""
        return {
            name: value.replace("{aws}", aws).replace("{bucket}", bucket) if isinstance(value, str) else value
            for name, value in self.texts.items()
        }


def _each(functions: tuple[str, ...], service: str, call: str, **texts: Any) -> list[Forbidden]:
    return [Forbidden(function, service, call, texts) for function in functions]


def _queue(name: str) -> str:
    return f"{{aws}}/{ACCOUNT}/{name}"


def _topic(name: str) -> str:
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"


FORBIDDEN = [
    *_each(ALL, "dynamodb", "get_item", TableName=f"{OTHER}-alerts-state", Key=KEY),
    *_each(ALL, "dynamodb", "scan", TableName=f"{PREFIX}-alerts-state"),
    *_each(ALL, "dynamodb", "delete_item", TableName=f"{PREFIX}-alerts-state", Key=KEY),
    *_each(ALL, "dynamodb", "delete_table", TableName=f"{PREFIX}-alerts-state"),
    *_each(("webhook",), "dynamodb", "get_item", TableName=f"{PREFIX}-alerts-state", Key=KEY),
    *_each(ALL, "secretsmanager", "get_secret_value", SecretId=f"{OTHER}-webhook-secrets"),
    *_each(ALL, "secretsmanager", "get_secret_value", SecretId=f"{OTHER}-alerting-app-secrets"),
    # The App's key is out of reach of the function that faces the internet.
    *_each(("webhook",), "secretsmanager", "get_secret_value", SecretId=f"{PREFIX}-alerting-app-secrets"),
    *_each(
        ("collector", "reconcile"), "secretsmanager", "get_secret_value", SecretId=f"{PREFIX}-webhook-secrets"
    ),
    *_each(
        ALL, "secretsmanager", "put_secret_value", SecretId=f"{PREFIX}-webhook-secrets", SecretString="{}"
    ),
    *_each(ALL, "secretsmanager", "delete_secret", SecretId=f"{PREFIX}-alerting-app-secrets"),
    *_each(("collector",), "sns", "publish", TopicArn=_topic(f"{PREFIX}-alerts"), Message="text"),
    *_each(ALL, "sns", "publish", TopicArn=_topic(f"{PREFIX}-operations"), Message="text"),
    *_each(ALL, "sns", "publish", TopicArn=_topic(f"{OTHER}-alerts"), Message="text"),
    *_each(ALL, "sns", "delete_topic", TopicArn=_topic(f"{PREFIX}-alerts")),
    *_each(("webhook", "reconcile"), "sqs", "receive_message", QueueUrl=_queue(f"{PREFIX}-alerts")),
    *_each(ALL, "sqs", "receive_message", QueueUrl=_queue(f"{PREFIX}-alerts-dlq")),
    *_each(
        ("webhook", "reconcile"),
        "sqs",
        "send_message",
        QueueUrl=_queue(f"{PREFIX}-alerts"),
        MessageBody="text",
    ),
    *_each(ALL, "sqs", "purge_queue", QueueUrl=_queue(f"{PREFIX}-alerts")),
    *_each(ALL, "sqs", "delete_queue", QueueUrl=_queue(f"{PREFIX}-alerts-dlq")),
    *_each(ALL, "logs", "delete_log_group", logGroupName=f"/aws/lambda/{PREFIX}"),
    *_each(ALL, "logs", "create_log_group", logGroupName=f"/aws/lambda/{PREFIX}-more"),
    *_each(ALL, "cloudwatch", "delete_alarms", AlarmNames=[f"{PREFIX}-dead-letters"]),
    *_each(("webhook", "collector"), "cloudwatch", "describe_alarms"),
    *_each(ALL, "lambda", "delete_function", FunctionName=f"{PREFIX}-collector"),
    *_each(
        ALL,
        "iam",
        "put_role_policy",
        RoleName=f"{PREFIX}-collector",
        PolicyName="more",
        PolicyDocument=POLICY,
    ),
    *_each(ALL, "s3", "get_object", Bucket="{bucket}", Key="chalice/dev.json"),
]
