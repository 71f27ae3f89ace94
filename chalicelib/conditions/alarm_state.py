"""An alarm as CloudWatch reports it, and what that means for its row. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.alert import AlertEvent
from chalicelib.conditions.row import AlertState

DELETED = "The alarm was deleted"
LEFT = "This series is no longer in ALARM"
LONGEST_NAME = 255
"""DescribeAlarms refuses the whole request if one name is longer.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

APART = timedelta(minutes=5)
"""Between two looks that both miss an alarm: one miss proves nothing, as AWS promises no consistency."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as it is now; `since` is when its state last changed."""

    arn: str
    ok: bool
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class AccountRegion:
    """Where alarms are."""

    account_id: str
    region: str


def learned(
    row: AlertState, alarms: Mapping[str, Alarm], missed: datetime | None, now: datetime
) -> AlertEvent | None:
    """Return what an answer (by ARN) means for a firing row: that it has ended, or nothing new.

    An alarm without data is neither firing nor resolved. A missing alarm was deleted if its ARN is certain
    and it was already missing at `missed`. An alarm with contributors ends only when all of them have ended.
    """
    alert = row.spec.alert
    if alert is None:
        return None
    found = [alarms[arn] for arn in _arns(row) if arn in alarms]
    if found:
        alarm = found[0]
        return alert.ended(alarm.since, alarm.reason, recovered=True) if alarm.ok else None
    if missed is None or now - missed < APART or not missing(row, alarms):
        return None
    return alert.ended(now, DELETED, recovered=False)


def missing(row: AlertState, alarms: Mapping[str, Alarm]) -> str | None:
    """Return the ARN that an answer lacks, if it is certain and was asked for."""
    arn = arn_of(row)
    asked = arn is not None and len(name_of(arn)) <= LONGEST_NAME
    return arn if asked and arn not in alarms else None


def left(row: AlertState, missed: datetime | None, now: datetime) -> AlertEvent | None:
    """Return the end of a contributor that two looks did not list, though its alarm continues with others."""
    alert = row.spec.alert
    if alert is None or missed is None or now - missed < APART:
        return None
    return alert.ended(now, LEFT, recovered=True)


def returned(row: AlertState, alert: AlertEvent) -> AlertEvent:
    """Date a firing alarm: if we wrongly recorded its end, it fired all along, and returns after that."""
    resolution = row.spec.resolution
    concluded = resolution is not None and resolution.reason in (DELETED, LEFT)
    if not concluded or row.spec.firing or alert.occurred_at > row.spec.at:
        return alert
    return alert.model_copy(update={"occurred_at": row.spec.at + timedelta(milliseconds=1)})


def place_of(row: AlertState) -> AccountRegion | None:
    """Return where a firing row's alarm is; None if it is not a CloudWatch alarm, or does not fire."""
    alert = row.spec.alert
    if alert is None or alert.source != "cloudwatch" or not row.spec.firing:
        return None
    identity = alert.identity
    known = identity.account_id and identity.region and ":alarm:" in alarm_id_of(row)
    return AccountRegion(str(identity.account_id), str(identity.region)) if known else None


def names(row: AlertState) -> Iterator[str]:
    """Name the alarms that a row may be about, as far as they can be asked for."""
    yield from (name for arn in _arns(row) if 0 < len(name := name_of(arn)) <= LONGEST_NAME)


def arn_of(row: AlertState) -> str | None:
    """Find the ARN of a row's alarm; None if it cannot be separated from a contributor's id.

    An id may be an ARN, a space and a contributor's id, and both may contain spaces. CloudWatch's own
    message, which is kept with the alert, has the ARN alone.
    """
    alarm_id, sent = alarm_id_of(row), _sent_arn(row)
    if sent and (alarm_id == sent or alarm_id.startswith(f"{sent} ")):
        return sent
    return alarm_id if alarm_id and " " not in alarm_id else None


def _arns(row: AlertState) -> Iterator[str]:
    """The ARN, or if that is not certain, every ARN that it may be."""
    if arn := arn_of(row):
        yield arn
        return
    alarm_id = alarm_id_of(row)
    yield alarm_id
    before, bracket, _ = alarm_id.partition(" {")
    yield before if bracket and _is_object(alarm_id[len(before) + 1 :]) else alarm_id.rpartition(" ")[0]


def _sent_arn(row: AlertState) -> str:
    """Read the ARN from what SNS or EventBridge delivered."""
    sent = (row.spec.alert.raw_provider if row.spec.alert else None) or {}
    resources = sent.get("resources")
    arn = resources[0] if isinstance(resources, list) and resources else sent.get("AlarmArn")
    return arn if isinstance(arn, str) else ""


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def alarm_id_of(row: AlertState) -> str:
    """Return the id of a row's alarm or contributor; empty if it has none."""
    return (row.spec.alert.identity.alarm_id if row.spec.alert else None) or ""


def name_of(arn: str) -> str:
    """Read the name of an alarm from its ARN."""
    return arn.partition(":alarm:")[2]
