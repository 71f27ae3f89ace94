"""Deploying as a role of CI: the boundary of the functions' roles, and secrets that it may not read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ops import roles, secret_checks
from ops.deployment import Deployment
from ops.stage_file import StageFile
from tests.account import empty_account

NAMES = tuple(f"alerting-dev-{role}" for role in roles.ROLES)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Deployment]:
    with empty_account(monkeypatch):
        yield Deployment.of("dev", StageFile(region="us-west-2"), tmp_path)


def boundaries(iam: Any) -> dict[str, str | None]:
    """The boundary of each role in the account."""
    found = {
        role["RoleName"]: iam.get_role(RoleName=role["RoleName"])["Role"]
        for role in iam.list_roles()["Roles"]
    }
    return {
        name: role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        for name, role in found.items()
    }


def test_without_a_boundary_chalice_makes_the_roles(stage: Deployment) -> None:
    roles.bound(stage)
    assert boundaries(stage.client("iam")) == {}


def test_each_role_that_is_there_gets_the_boundary_and_each_that_is_not_is_made_with_it(
    stage: Deployment,
) -> None:
    iam = stage.client("iam")
    publish = [{"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}]
    allow = json.dumps({"Version": "2012-10-17", "Statement": publish})
    boundary = iam.create_policy(PolicyName="ci-alerting-dev-boundary", PolicyDocument=allow)["Policy"]["Arn"]
    iam.create_role(RoleName=NAMES[0], AssumeRolePolicyDocument=roles.TRUST)
    for _ in range(2):
        roles.bound(stage)
        assert boundaries(iam) == dict.fromkeys(NAMES, boundary)


class Manager:
    """A Secrets Manager that lets nobody read."""

    meta = boto3.client("secretsmanager", "us-west-2", aws_access_key_id="", aws_secret_access_key="").meta

    def __init__(self, *, there: bool) -> None:
        self.there = there

    def get_secret_value(self, **_: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")

    def describe_secret(self, **_: str) -> None:
        if not self.there:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "DescribeSecret")


@pytest.mark.parametrize("there", [True, False])
def test_a_secret_that_ci_may_not_read_has_only_to_be_there(
    stage: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    monkeypatch.setattr(Deployment, "client", lambda *_: Manager(there=there))
    faults = list(secret_checks.secrets(stage))
    assert len(faults) == (0 if there else 2)
    assert capsys.readouterr().out.count("its content was not checked") == (2 if there else 0)
