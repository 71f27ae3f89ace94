"""The permissions boundary of the functions' roles: without it, whoever deploys could grant them anything.

`infra-extra/ci` creates the boundary, and lets CI write only to roles that have it. Chalice knows nothing
about boundaries, and accepts a role that already exists.
"""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from ops.deployment import Deployment

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
"""Who assumes such a role: Lambda, as in Chalice."""

ROLES = ("api_handler", "collector", "reconcile")


def bound(stage: Deployment) -> None:
    """Give each role of the functions the boundary, if the account has one for the stage."""
    iam, place = stage.client("iam"), stage.place
    boundary = f"arn:{place.partition}:iam::{place.account_id}:policy/ci-{stage.prefix}-boundary"
    if not _found(iam.get_policy, PolicyArn=boundary):
        return
    for name in (f"{stage.prefix}-{role}" for role in ROLES):
        found = _found(iam.get_role, RoleName=name)
        if found is None:
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, PermissionsBoundary=boundary)
        elif found["Role"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn") != boundary:
            iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)


def _found(ask: Callable[..., dict[str, Any]], **which: str) -> dict[str, Any] | None:
    try:
        return ask(**which)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return None
        raise
