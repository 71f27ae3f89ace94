"""Roles in other accounts, taken for an hour, and the clients that use them."""

from collections.abc import Callable
from functools import cache
from typing import Generic, TypeVar

import boto3
from botocore.config import Config

from chalicelib.conditions.alarm_state import AccountRegion
from chalicelib.wiring.clock import CLOCK
from chalicelib.wiring.stage import AWS, Stage

HALF_AN_HOUR = 1800.0

T = TypeVar("T")


def taking(role: str, config: Config = AWS) -> boto3.Session:
    """Take another account's role for an hour."""
    taken = boto3.client("sts", config=config).assume_role(RoleArn=role, RoleSessionName="alerting-alarms")
    given = taken["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


class ForHalfAnHour(Generic[T]):
    """Keeps one object for each place, for half an hour, as a role that a role takes lasts one hour.

    Then it drops them all, since a boto3 session takes several megabytes.
    docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage-assume.html
    """

    def __init__(self, make: Callable[[Stage, AccountRegion], T]) -> None:
        self._make, self._half_hour = cache(make), 0.0
        self.cache_clear = self._make.cache_clear

    def __call__(self, stage: Stage, place: AccountRegion) -> T:
        """Return the place's object, made within the last half hour or now."""
        half_hour = CLOCK.now().timestamp() // HALF_AN_HOUR
        if half_hour != self._half_hour:
            self.cache_clear()
            self._half_hour = half_hour
        return self._make(stage, place)
