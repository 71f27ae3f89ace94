"""CloudWatch: reads the state of alarms, and changes nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.conditions.alarm_state import Alarm
from chalicelib.errors import AlarmsUnavailable

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

AT_ONCE = 100
"""The most names that DescribeAlarms takes, and the most ARNs that GetResources takes.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html,
aws.amazon.com/about-aws/whats-new/2021/01/resource-groups-tagging-api-launches-resourcearnlist-parameter-getresources-operation
"""

KINDS = ("MetricAlarms", "CompositeAlarms", "LogAlarms")
TYPES = ["MetricAlarm", "CompositeAlarm", "LogAlarm"]
"""DescribeAlarms returns only metric alarms unless other types are named."""

FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


class CloudWatchAlarms:
    """Alarms of one account and region; raises AlarmsUnavailable.

    `connect` may fail like CloudWatch itself, since it takes another account's role. `tagging` connects to
    the Resource Groups Tagging API, which reads the tags of a hundred alarms in one call, free of charge.
    """

    def __init__(
        self, connect: Callable[[], "CloudWatchClient"], tagging: Callable[[], Any] | None = None
    ) -> None:
        self._connect, self._tagging = connect, tagging

    def read(self, names: list[str]) -> Mapping[str, Alarm]:
        """Read alarms by name; returns them by ARN."""
        batches = [names[first : first + AT_ONCE] for first in range(0, len(names), AT_ONCE)]
        with _asking():
            found = (_alarm(each) for batch in batches for each in self._named(batch))
            return {alarm.arn: alarm for alarm in found}

    @property
    def knows_all(self) -> bool:
        """Whether every type of alarm can be read here; if not, nothing unread may be considered missing."""
        with _asking():
            answer = self._client.meta.service_model.operation_model("DescribeAlarms").output_shape
        return set(KINDS) <= set(answer.members)

    def firing(self, token: str) -> tuple[list[Mapping[str, Any]], str]:
        """List a page of the alarms in ALARM, and the token of the next page."""
        asked = {"StateValue": "ALARM", "AlarmTypes": TYPES, "MaxRecords": AT_ONCE}
        with _asking():
            page = self._client.describe_alarms(**asked, **({"NextToken": token} if token else {}))
        return [found for kind in KINDS for found in page.get(kind, [])], page.get("NextToken", "")

    def contributors(self, name: str) -> list[Mapping[str, Any]] | None:
        """List the series of an alarm that are in ALARM; None if that may not be read."""
        return self._optional("describe_alarm_contributors", "AlarmContributors", AlarmName=name)

    def muted(self, name: str | None = None) -> bool | None:
        """Whether a mute rule is active for an alarm, or for any; None if that may not be read."""
        asked = {"AlarmName": name} if name else {"MaxRecords": 1}
        rules = self._optional(
            "list_alarm_mute_rules", "AlarmMuteRuleSummaries", Statuses=["ACTIVE"], **asked
        )
        return None if rules is None else bool(rules)

    def tags(self, arns: Sequence[str]) -> Mapping[str, Mapping[str, str]] | None:
        """Read alarms' tags by ARN; None if they may not be read."""
        if self._tagging is None:
            return None
        with _asking():
            try:
                answer = self._tagging().get_resources(ResourceARNList=list(arns))
            except ClientError as error:
                if error.response["Error"]["Code"] in FORBIDDEN:
                    return None
                raise
        return {
            each["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in each["Tags"]}
            for each in answer["ResourceTagMappingList"]
        }

    @cached_property
    def _client(self) -> Any:
        return self._connect()

    def described(self, name: str) -> Mapping[str, Any] | None:
        """Read one alarm as CloudWatch describes it; None if no alarm has that name."""
        with _asking():
            return next(self._named([name]), None)

    def _named(self, names: list[str]) -> Iterator[Mapping[str, Any]]:
        for page in self._client.get_paginator("describe_alarms").paginate(
            AlarmNames=names, AlarmTypes=TYPES
        ):
            yield from (found for kind in KINDS for found in page.get(kind, []))

    def _optional(self, operation: str, member: str, **asked: Any) -> list[Mapping[str, Any]] | None:
        """Make a call that an older role may not allow, and that Lambda's own boto3 may not support."""
        found: list[Mapping[str, Any]] = []
        with _asking():
            if not hasattr(self._client, operation):
                return None
            try:
                while True:
                    page = getattr(self._client, operation)(**asked)
                    found += page.get(member, [])
                    if not page.get("NextToken") or "MaxRecords" in asked:
                        return found
                    asked["NextToken"] = page["NextToken"]
            except ClientError as error:
                if error.response["Error"]["Code"] in FORBIDDEN:
                    return None
                raise


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise AlarmsUnavailable(f"CloudWatch refused: {error.response['Error']['Code']}") from error
    except BotoCoreError as error:
        raise AlarmsUnavailable(f"CloudWatch did not answer: {type(error).__name__}") from error


def _alarm(found: Mapping[str, Any]) -> Alarm:
    since = found.get("StateTransitionedTimestamp") or found["StateUpdatedTimestamp"]
    ok = found["StateValue"] == "OK"
    return Alarm(found["AlarmArn"], ok, since.astimezone(UTC), found.get("StateReason", ""))
