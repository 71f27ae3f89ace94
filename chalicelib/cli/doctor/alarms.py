"""The account's alarms that send to the stage: whether each names an owner, and reports when it has ended."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.adapters import described_alarm, reading
from chalicelib.aws.cloudwatch import KINDS, TYPES
from chalicelib.cli.doctor.finding import Finding
from chalicelib.conditions.alarm_state import AccountRegion
from chalicelib.errors import Rejected
from chalicelib.quantities import counted
from chalicelib.wiring.alarms import reader
from chalicelib.wiring.rules import policy
from chalicelib.wiring.stage import Stage

NAME = "alarms"
MOST = 2000
"""How many alarms of a region are checked."""
SHOWN = 5
"""How many names a finding lists."""
AT_ONCE = 100

Described = Mapping[str, Any]


def owners(stage: Stage) -> Iterator[Finding]:
    """Check that each alarm that sends here would become an issue, and close it when it has ended."""
    for region in dict.fromkeys((stage.place.region, *stage.settings.alarm_regions)):
        ours = [each for each in _described(stage, region) if _acts(stage, each, "AlarmActions")]
        unowned = defaultdict[str, list[tuple[str, Rejected]]](list)
        for alarm, error in _rejected(stage, region, ours):
            unowned[error.reason].append((alarm["AlarmName"], error))
        for reason, those in unowned.items():
            names = [name for name, _ in those]
            yield Finding(NAME, f"{_named(names)} in {region}: {reason}, {those[0][1]}", those[0][1].fix)
        if endless := [each["AlarmName"] for each in ours if not _acts(stage, each, "OKActions")]:
            told = f"{_named(endless)} in {region} without an OK action: the end is noticed ten minutes late"
            yield Finding(NAME, told, f"Name the topic {stage.topic} in its OK actions too.")
        if not unowned and not endless:
            yield Finding(
                NAME, f"{counted(len(ours), 'alarm')} in {region} with team, priority and OK action"
            )


def _described(stage: Stage, region: str) -> list[Described]:
    pages = stage.client("cloudwatch", region).get_paginator("describe_alarms")
    asked = pages.paginate(AlarmTypes=TYPES, PaginationConfig={"MaxItems": MOST})
    return [alarm for page in asked for kind in KINDS for alarm in page.get(kind, [])]


def _acts(stage: Stage, alarm: Described, actions: str) -> bool:
    """Whether an alarm sends to this stage's topic, in any region."""
    topic = [stage.place.account_id, stage.topic]
    return any(str(arn).split(":")[4:] == topic for arn in alarm.get(actions, []))


def _rejected(stage: Stage, region: str, alarms: list[Described]) -> Iterator[tuple[Described, Rejected]]:
    """Parse each alarm as if it fired, with its tags if they may be read."""
    rules = policy(stage.settings).routing.owner_rules
    tags = _tags(stage, region, [each["AlarmArn"] for each in alarms])
    for alarm in alarms:
        sent = described_alarm.message(alarm, tags.get(alarm["AlarmArn"], {})) | {"NewStateValue": "ALARM"}
        try:
            reading.parse("cloudwatch", sent, rules)
        except Rejected as error:
            yield alarm, error


def _tags(stage: Stage, region: str, arns: list[str]) -> dict[str, Mapping[str, str]]:
    alarms = reader(stage, AccountRegion(stage.place.account_id, region))
    found: dict[str, Mapping[str, str]] = {}
    for start in range(0, len(arns) if alarms else 0, AT_ONCE):
        found |= (alarms.tags(arns[start : start + AT_ONCE]) if alarms else None) or {}
    return found


def _named(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{counted(len(names), 'alarm')} ({', '.join(names[:SHOWN])}{more})"
