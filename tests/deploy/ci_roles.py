"""The roles of CI, made as the guide says, and what nobody may do who has taken one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from tests.deploy.cloud import Cloud
from tests.deploy.forbidden import ACCOUNT, OTHER, POLICY, PREFIX, REGION
from tests.deploy.world import Checkout

LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def make(checkout: Checkout, bucket: str, api: str) -> None:
    """Make the roles from a checkout."""
    folder = checkout.path / "infra-extra" / "ci"
    (folder / "path_override.tf").write_text(LOCAL_STATE, encoding="utf-8")
    given = {
        "stage": "dev",
        "region": REGION,
        "repository": "example-org/alerting",
        "state_bucket": bucket,
        "api_id": api,
    }
    (folder / "dev.auto.tfvars.json").write_text(json.dumps(given), encoding="utf-8")
    here = ("terraform", f"-chdir={folder}")
    begun = checkout.run(*here, "init", "-input=false", "-lockfile=readonly")
    done = checkout.run(*here, "apply", "-auto-approve", "-input=false")
    assert done.returncode == 0, begun.stderr + done.stderr


def within(checkout: Checkout, cloud: Cloud, role: str) -> Checkout:
    """A checkout in a job that has taken a role."""
    taken = cloud.as_role(f"{ROLE}/ci-{PREFIX}-{role}")
    return replace(
        checkout, environment={**checkout.environment, **{name.upper(): key for name, key in taken.items()}}
    )


def takes(trust: Mapping[str, Any], **claims: str) -> bool:
    """Whether a token of GitHub with these claims gets a role, as its trust says."""
    (statement,) = trust["Statement"]
    assert set(statement["Condition"]) == {"StringEquals"}
    wanted = statement["Condition"]["StringEquals"].items()
    return all(claims.get(key.rpartition(":")[2]) == value for key, value in wanted)


def beyond(policy: Mapping[str, Any], boundary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a policy allows and a boundary does not: actions with the resources they are allowed on."""

    def listed(value: str | list[str]) -> list[str]:
        return [value] if isinstance(value, str) else value

    def allows(statement: Mapping[str, Any], action: str, resource: str) -> bool:
        named = action in listed(statement["Action"])
        return named and any(fnmatchcase(resource, each) for each in listed(statement["Resource"]))

    asked = [
        (action, resource)
        for statement in policy["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]
    return [each for each in asked if not any(allows(within, *each) for within in boundary["Statement"])]


@dataclass(frozen=True)
class Refused:
    """One call that a role may not make."""

    role: str
    service: str
    call: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.role}-{self.call}-{next(iter(self.arguments.values()), '')}"


def _both(service: str, call: str, **arguments: Any) -> list[Refused]:
    return [Refused(role, service, call, arguments) for role in ("plan", "deploy")]


def _deploy(service: str, call: str, **arguments: Any) -> list[Refused]:
    return [Refused("deploy", service, call, arguments)]


def _plan(service: str, call: str, **arguments: Any) -> list[Refused]:
    return [Refused("plan", service, call, arguments)]


REFUSED = [
    # Secrets and alerts.
    *_both("secretsmanager", "get_secret_value", SecretId=f"{PREFIX}-alerting-app-secrets"),
    *_both("secretsmanager", "put_secret_value", SecretId=f"{PREFIX}-webhook-secrets", SecretString="{}"),
    *_both("dynamodb", "scan", TableName=f"{PREFIX}-alerts-state"),
    *_both("dynamodb", "delete_table", TableName=f"{PREFIX}-alerts-state"),
    *_both(
        "sqs", "receive_message", QueueUrl=f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{PREFIX}-alerts-dlq"
    ),
    *_both("sns", "delete_topic", TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:{PREFIX}-alerts"),
    *_both("logs", "delete_log_group", logGroupName=f"/aws/lambda/{PREFIX}"),
    # Rights of its own.
    *_both("iam", "put_role_policy", RoleName="administrator", PolicyName="more", PolicyDocument=POLICY),
    *_both(
        "iam",
        "put_role_policy",
        RoleName=f"ci-{PREFIX}-deploy",
        PolicyName="more",
        PolicyDocument=POLICY,
    ),
    *_both("iam", "attach_role_policy", RoleName=f"{PREFIX}-collector", PolicyArn=ADMINISTRATOR),
    *_both("iam", "delete_role_permissions_boundary", RoleName=f"{PREFIX}-collector"),
    *_both(
        "iam",
        "put_role_permissions_boundary",
        RoleName=f"{PREFIX}-collector",
        PermissionsBoundary=ADMINISTRATOR,
    ),
    *_both("iam", "create_role", RoleName=f"{PREFIX}-more", AssumeRolePolicyDocument=TRUST),
    *_both(
        "iam",
        "create_policy_version",
        PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/ci-{PREFIX}-boundary",
        PolicyDocument=POLICY,
        SetAsDefault=True,
    ),
    *_both("iam", "update_assume_role_policy", RoleName=f"{PREFIX}-collector", PolicyDocument=TRUST),
    *_both("sts", "assume_role", RoleArn=f"{ROLE}/administrator", RoleSessionName="ci"),
    *_deploy(
        "lambda",
        "update_function_configuration",
        FunctionName=f"{PREFIX}-collector",
        Role=f"{ROLE}/administrator",
    ),
    # Other stages.
    *_both("lambda", "get_function", FunctionName=f"{OTHER}-collector"),
    *_deploy("lambda", "update_function_code", FunctionName=f"{OTHER}-collector", ZipFile=b"code"),
    *_deploy("iam", "put_role_policy", RoleName=f"{OTHER}-collector", PolicyName="x", PolicyDocument=POLICY),
    *_deploy("cloudwatch", "delete_alarms", AlarmNames=[f"{OTHER}-dead-letters"]),
    *_deploy("apigateway", "delete_rest_api", restApiId="another1"),
    *_deploy("apigateway", "put_rest_api", restApiId="another1", body=b"{}"),
    *_both("s3", "get_object", Bucket="{bucket}", Key="alerting/prod.tfstate"),
    *_both("s3", "put_object", Bucket="{bucket}", Key="alerting/dev-ci.tfstate", Body=b"{}"),
    # Whoever plans changes nothing.
    *_plan("s3", "put_object", Bucket="{bucket}", Key="alerting/dev.tfstate", Body=b"{}"),
    *_plan("s3", "put_object", Bucket="{bucket}", Key="chalice/dev.json", Body=b"{}"),
    *_plan("lambda", "update_function_code", FunctionName=f"{PREFIX}-collector", ZipFile=b"code"),
    *_plan("sqs", "create_queue", QueueName=f"{PREFIX}-alerts"),
    *_plan("cloudwatch", "delete_alarms", AlarmNames=[f"{PREFIX}-dead-letters"]),
    *_plan("apigateway", "put_rest_api", restApiId="{api}", body=b"{}"),
    *_plan(
        "iam", "put_role_policy", RoleName=f"{PREFIX}-collector", PolicyName="more", PolicyDocument=POLICY
    ),
]
