"""CloudWatch, asked how alarms are; it is never asked to change anything."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import AlarmsUnavailable
from chalicelib.lifecycle.alarm import Alarm

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

AT_ONCE = 100
"""DescribeAlarms takes as many names."""


class CloudWatchAlarms:
    """Alarms of one account and region; raises AlarmsUnavailable.

    `connect` may fail as CloudWatch may: it takes another account's role.
    """

    def __init__(self, connect: Callable[[], "CloudWatchClient"]) -> None:
        self._connect = connect

    def __call__(self, names: list[str]) -> Mapping[str, Alarm]:
        """Read alarms by name, into a table by ARN."""
        batches = [names[first : first + AT_ONCE] for first in range(0, len(names), AT_ONCE)]
        try:
            client = self._connect()
            return {alarm.arn: alarm for batch in batches for alarm in _described(client, batch)}
        except ClientError as error:
            raise AlarmsUnavailable(f"CloudWatch refused: {error.response['Error']['Code']}") from error
        except BotoCoreError as error:
            raise AlarmsUnavailable(f"CloudWatch did not answer: {type(error).__name__}") from error


def _described(client: "CloudWatchClient", names: list[str]) -> Iterator[Alarm]:
    """Unless types are named, only metric alarms are told."""
    pages = client.get_paginator("describe_alarms").paginate(
        AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    for page in pages:
        for found in (*page.get("MetricAlarms", []), *page.get("CompositeAlarms", [])):
            yield _alarm(found)


def _alarm(found: Mapping[str, Any]) -> Alarm:
    since = found.get("StateTransitionedTimestamp") or found["StateUpdatedTimestamp"]
    ok = found["StateValue"] == "OK"
    return Alarm(found["AlarmArn"], ok, since.astimezone(UTC), found.get("StateReason", ""))
