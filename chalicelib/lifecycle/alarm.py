"""An alarm as CloudWatch has it, and what that tells of its row. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.alert import AlertEvent, Condition
from chalicelib.lifecycle.state import AlertState

DELETED = "The alarm was deleted"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as it is now; `since` is when its state last changed."""

    arn: str
    ok: bool
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where alarms are."""

    account_id: str
    region: str


def learned(row: AlertState, alarms: Mapping[str, Alarm], now: datetime) -> AlertEvent | None:
    """Say what a whole answer (by ARN) tells of a firing row: that it has ended, or nothing new.

    An alarm without data is neither firing nor resolved; one that is missing was deleted. Of an alarm with
    several contributors only the end of all is known.
    """
    alert = row.spec.alert
    if alert is None:
        return None
    alarm = next((alarms[arn] for arn in _arns(row) if arn in alarms), None)
    if alarm and not alarm.ok:
        return None
    ended = {
        "state": Condition.RESOLVED,
        "occurred_at": alarm.since if alarm else now,
        "reason": alarm.reason if alarm else DELETED,
        "recovered": alarm is not None,
        "began_anew": False,
        "raw_provider": None,
    }
    return alert.model_copy(update=ended)


def place_of(row: AlertState) -> Place | None:
    """Say where the alarm of a firing row is; None for what is no alarm of CloudWatch, or does not fire."""
    alert = row.spec.alert
    if alert is None or alert.source != "cloudwatch" or row.spec.condition is not Condition.FIRING:
        return None
    identity = alert.identity
    known = identity.account_id and identity.region and ":alarm:" in (identity.alarm_id or "")
    return Place(str(identity.account_id), str(identity.region)) if known else None


def names(row: AlertState) -> Iterator[str]:
    """Name the alarms that a row may be about."""
    yield from (arn.partition(":alarm:")[2] for arn in _arns(row))


def _arns(row: AlertState) -> Iterator[str]:
    """A contributor's id follows its alarm's ARN, in which there may be blanks too."""
    alarm_id = (row.spec.alert.identity.alarm_id if row.spec.alert else None) or ""
    yield alarm_id
    alarm, blank, _ = alarm_id.rpartition(" ")
    if blank:
        yield alarm
