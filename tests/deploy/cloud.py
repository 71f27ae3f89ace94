"""The stand-in for AWS, as an administrator sees it, or somebody in a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

ADMINISTRATOR = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
BY_PATH = Config(s3={"addressing_style": "path"}, proxies={}, retries={"max_attempts": 1})


@dataclass(frozen=True)
class Cloud:
    """One region of the account."""

    url: str
    region: str

    def client(self, service: str, credentials: Mapping[str, str] | None = None) -> Any:
        keys = credentials or ADMINISTRATOR
        make: Any = boto3.client
        return make(service, endpoint_url=self.url, region_name=self.region, config=BY_PATH, **keys)

    def as_role(self, role_arn: str) -> dict[str, str]:
        """Take a role, as a function does."""
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="function")["Credentials"]
        return {
            "aws_access_key_id": answer["AccessKeyId"],
            "aws_secret_access_key": answer["SecretAccessKey"],
            "aws_session_token": answer["SessionToken"],
        }
