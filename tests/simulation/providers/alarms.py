"""Alarms as CloudWatch keeps them, and what it says of them: to SNS, and to whoever asks."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.simulation.providers.provider import HOSTILE, TEAMS, instant

ARN = "arn:aws:cloudwatch:us-west-2:123456789012:alarm:"
TOPIC = "arn:aws:sns:us-west-2:123456789012:alerts"

TRIGGER = {
    "MetricName": "Depth",
    "Namespace": "CI",
    "Dimensions": [],
    "Statistic": "MAXIMUM",
    "Period": 300,
    "EvaluationPeriods": 1,
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 50.0,
}

WRITTEN = (
    "{text} TEAM={team} | PRIORITY={priority}",
    "TEAM={team} PRIORITY={priority} {text}",
    "{text}\nTeam: {team}\nPriority: {priority}",
    "TEAM={team} | PRIORITY={priority} | {text}",
    "Runner queue is long (TEAM={team}, PRIORITY={priority}) {text}",
    "TEAM = {team} ; PRIORITY = {priority} ; {text}",
    "- Team: {team}\n- Priority: {priority}\n\n{text}",
    "[TEAM={team}][PRIORITY={priority}] {text}",
)
"""How people write whose an alarm is and how bad, among other text."""


@dataclass(frozen=True)
class Alarm:
    """An alarm, or one of its contributors: its state since a time, and which state's action is withheld."""

    state: str
    since: float
    priority: str = "P1"
    withheld: str = ""


Key = tuple[str, str]
"""An alarm's name and the contributor."""


def described(name: str, alarm: Alarm, ahead: float, *, several: bool = False) -> dict[str, Any]:
    """What DescribeAlarms answers; an alarm on several series has a query that groups."""
    since = datetime.fromtimestamp(alarm.since + ahead, UTC)
    return {
        "AlarmName": name,
        "AlarmArn": ARN + name,
        "StateValue": alarm.state,
        "StateReason": "Threshold Crossed",
        "StateUpdatedTimestamp": since,
        "StateTransitionedTimestamp": since,
        "ActionsEnabled": True,
        "AlarmActions": [TOPIC],
        "OKActions": [TOPIC],
        "InsufficientDataActions": [],
        "AlarmDescription": description(name, alarm.priority),
        "Metrics": [{"Id": "q1", "Expression": "SELECT MAX(Depth) FROM CI GROUP BY InstanceId"}] * several,
    }


def contributor(series: str, alarm: Alarm, ahead: float) -> dict[str, Any]:
    """What DescribeAlarmContributors answers."""
    return {
        "ContributorId": f"{series:0>16}",
        "ContributorAttributes": {"InstanceId": series},
        "StateReason": "Threshold Crossed",
        "StateTransitionedTimestamp": datetime.fromtimestamp(alarm.since + ahead, UTC),
    }


def message(key: Key, alarm: Alarm, before: str, ahead: float) -> dict[str, Any]:
    """What SNS is given."""
    name, series = key
    said = {
        "AlarmName": name,
        "AlarmDescription": description(name, alarm.priority),
        "AWSAccountId": "123456789012",
        "NewStateValue": alarm.state,
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": instant(alarm.since + ahead).replace("Z", "+0000"),
        "Region": "US West (Oregon)",
        "AlarmArn": ARN + name,
        "OldStateValue": before,
        "Trigger": TRIGGER,
    }
    return said | ({"AlarmContributorAttributes": {"InstanceId": series}} if series else {})


def owner(name: str) -> str:
    """The team that its alarm's description names."""
    return TEAMS[_number(name) % 2]


def description(name: str, priority: str) -> str:
    """What people wrote of an alarm: each in their own way."""
    written = WRITTEN[_number(name) // 2 % len(WRITTEN)]
    return written.format(team=owner(name), priority=priority, text=HOSTILE)


def _number(name: str) -> int:
    return int(name.split()[1])


def named(key: Key) -> str:
    name, series = key
    return f"{name} [InstanceId={series}]" if series else name
