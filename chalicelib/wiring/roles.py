"""Roles of other accounts, taken for an hour."""

import boto3
from botocore.config import Config

from chalicelib.wiring.stage import AWS


def taking(role: str, config: Config = AWS) -> boto3.Session:
    """Take another account's role, for an hour."""
    taken = boto3.client("sts", config=config).assume_role(RoleArn=role, RoleSessionName="alerting-alarms")
    given = taken["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
