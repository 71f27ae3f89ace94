"""Alarms, wired: whose are read, and by which role."""

from typing import TYPE_CHECKING

import boto3

from chalicelib.alarms import Alarms
from chalicelib.config import Arn
from chalicelib.lifecycle.alarm import Place
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import AWS, settings, telemetry
from chalicelib.wiring.table import census, store

if TYPE_CHECKING:
    from chalicelib.cloudwatch import CloudWatchAlarms


def alarms(beside: Arn) -> Alarms:
    """Wire the look at alarms of a function's account and region, and of others that have a role for us."""
    return Alarms(
        census=census(),
        rows=store(),
        readers=lambda place: reader(beside, place),
        now=CLOCK.now,
        telemetry=telemetry(),
        every=settings().alarms_interval,
    )


def reader(beside: Arn, place: Place) -> "CloudWatchAlarms | None":
    """Read alarms of this account and region, or where a role of that account may be taken; else None."""
    from chalicelib.cloudwatch import CloudWatchAlarms

    region, account_id = place.region, place.account_id
    roles = {Arn.parse(role).account_id: role for role in settings().alarm_reader_role_arns}
    if (account_id, region) == (beside.account_id, beside.region):
        return CloudWatchAlarms(lambda: boto3.client("cloudwatch", region_name=region, config=AWS))
    if account_id in roles:
        return CloudWatchAlarms(lambda: taking(roles[account_id]).client("cloudwatch", region, config=AWS))
    return None


def taking(role: str) -> boto3.Session:
    """Take another account's role, for an hour."""
    taken = boto3.client("sts", config=AWS).assume_role(RoleArn=role, RoleSessionName="alerting-alarms")
    given = taken["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
