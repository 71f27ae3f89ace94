"""Ended alarms: which firing rows have ended without a message."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from chalicelib.adapters import alarm, fields
from chalicelib.alert import AlertEvent
from chalicelib.conditions.alarm_state import (
    Alarm,
    alarm_id_of,
    arn_of,
    learned,
    left,
    missing,
    name_of,
    names,
)
from chalicelib.conditions.row import AlertState
from chalicelib.reconcile.alarm_reader import AlarmReader

MOST_MISSING = 500
MOST_CONTRIBUTORS = 100
"""CloudWatch lists no more of them; if there are this many, one that is not listed may be firing too."""


def ended(
    reader: AlarmReader, rows: list[AlertState], lacking: dict[str, datetime], now: datetime
) -> Iterator[tuple[AlertState, AlertEvent]]:
    """Look up rows; `lacking` says since when ids are missing, and is updated. Raises AlarmsUnavailable."""
    alarms = reader.read(sorted({name for row in rows for name in names(row)}))
    complete = reader.knows_all
    series: dict[str, frozenset[str]] = {}
    for row in rows:
        gone = missing(row, alarms) if complete else None
        told = learned(row, alarms, _missed(lacking, gone, row), now)
        if gone is None and told is None and (arn := _shared(row, alarms)):
            if arn not in series:
                series[arn] = _contributors(reader, arn)
            gone = alarm_id_of(row) if series[arn] and alarm_id_of(row) not in series[arn] else None
            told = left(row, _missed(lacking, gone, row), now) if gone else None
        for known in (*alarms, alarm_id_of(row)):
            if known != gone:
                lacking.pop(known, None)
        if told:
            yield row, told
        elif gone and len(lacking) < MOST_MISSING and _missed(lacking, gone, row) is None:
            lacking[gone] = now


def _missed(lacking: Mapping[str, datetime], gone: str | None, row: AlertState) -> datetime | None:
    """When an alarm was first missing; one that has reported since was there."""
    missed = lacking.get(gone) if gone else None
    return missed if missed and missed >= row.spec.seen_at else None


def _shared(row: AlertState, alarms: Mapping[str, Alarm]) -> str | None:
    """Find the ARN of a contributor's alarm that still fires."""
    arn = arn_of(row)
    return arn if arn and arn in alarms and not alarms[arn].ok and arn != alarm_id_of(row) else None


def _contributors(reader: AlarmReader, arn: str) -> frozenset[str]:
    """List the ids of firing contributors, in each form they may have; empty if not all are known."""
    listed = reader.contributors(name_of(arn)) or []
    if len(listed) >= MOST_CONTRIBUTORS:
        return frozenset()
    forms = [
        alarm.contributor(attributes, each.get("ContributorId"))
        for each in listed
        for attributes in (each.get("ContributorAttributes"), None)
    ]
    return frozenset(fields.identifier(f"{arn} {form.id}") for form in forms if form)
