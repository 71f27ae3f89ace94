"""Readings: the value in each report of a firing alert, as long as it is a plain number. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.adapters import registry
from chalicelib.alert import AlertEvent

MOST = 36
"""How many readings of an episode a row keeps, the newest: as many as a line of blocks shows."""

HOLDS = "1"
"""The value of a Grafana expression whose condition holds."""

_PLAIN = re.compile(r"[-+]?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,15})?")
_NAMED = re.compile(r"[\w.-]{1,100} = (\S{1,40})")
_BETWEEN = re.compile(r", (?=[\w.-]{1,100} = )")


@dataclass(frozen=True, slots=True)
class Reading:
    """A value, and when it was received by our clock."""

    at: datetime
    value: float


def added(known: Iterable[Reading], alert: AlertEvent, at: datetime) -> tuple[Reading, ...]:
    """Add the value in an alert; nothing if it is not one plain number, or its source never repeats."""
    value = number(_written(alert))
    if value is None or registry.repeats(alert) == timedelta():
        return tuple(known)
    return tuple(sorted({*known, Reading(at, value)}, key=lambda reading: reading.at))[-MOST:]


def number(text: str) -> float | None:
    """Read a number, perhaps a percentage; other units may change from one report to the next."""
    plain = text.strip().removesuffix("%").rstrip()
    return float(plain.replace(",", "")) if _PLAIN.fullmatch(plain) else None


def _written(alert: AlertEvent) -> str:
    """Find what was measured: what the rule's author says, or Grafana's only value besides a condition."""
    if alert.measurement:
        return alert.measurement.value
    values = [_NAMED.fullmatch(part) for part in _BETWEEN.split(alert.reason or "")]
    told = [value[1] for value in values if value and value[1] != HOLDS]
    return told[0] if all(values) and len(told) == 1 else ""
