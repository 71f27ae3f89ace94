"""Chalice, as stages are deployed with it, finishes a deletion that stopped midway."""

import json
import sys
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from ops import pinned

FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:alerting-dev"
REMEMBERED = [
    {"name": "role", "resource_type": "iam_role", "role_name": "alerting-dev", "role_arn": "arn"},
    {"name": "api_handler", "resource_type": "lambda_function", "lambda_arn": FUNCTION},
    {"name": "rule", "resource_type": "cloudwatch_event", "rule_name": "alerting-dev-reconcile-event"},
]


def test_what_is_gone_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an account that has nothing that is remembered (and no API, as moto fails where that is gone)."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    memory = tmp_path / ".chalice" / "deployed" / "dev.json"
    memory.parent.mkdir(parents=True)
    config = {"version": "2.0", "app_name": "alerting", "stages": {"dev": {}}}
    (tmp_path / ".chalice" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    told = {"schema_version": "2.0", "backend": "api", "resources": REMEMBERED}
    memory.write_text(json.dumps(told), encoding="utf-8")
    command = ["ops.pinned", "--project-dir", str(tmp_path), "delete", "--stage", "dev"]
    monkeypatch.setattr(sys, "argv", command)
    monkeypatch.chdir(tmp_path)
    with mock_aws(), pytest.raises(SystemExit) as ended:
        sys.exit(pinned.run("3.13"))
    assert ended.value.code == 0
    assert not memory.exists() or json.loads(memory.read_text(encoding="utf-8"))["resources"] == []


def test_what_may_not_be_deleted_is_not_taken_for_gone() -> None:
    def denied() -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "DeleteFunction")

    with pytest.raises(ClientError):
        pinned.deletes(denied)()
