"""Times of a calendar: moments, whole days and durations, as iCalendar writes them (RFC 5545, 3.3). Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MOMENT = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_DURATION = re.compile(
    r"\+?P(?:([0-9]{1,4})W|(?:([0-9]{1,4})D)?"
    r"(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})S)?)?)"
)


class Unusable(ValueError):
    """Something in a calendar that cannot be used."""


@dataclass(frozen=True, slots=True)
class Property:
    """A line of an event: its value, and its parameters by upper-case name."""

    value: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Moment:
    """A local time in a time zone; a whole day begins at midnight."""

    local: datetime
    zone: tzinfo
    whole_day: bool = False

    @property
    def at(self) -> datetime:
        """The time in UTC; if a local time occurs twice, the first (PEP 495)."""
        return self.local.replace(tzinfo=self.zone).astimezone(UTC)

    def seen_in(self, zone: tzinfo) -> datetime:
        """Return the local time in another zone; a whole day is the same day everywhere."""
        if self.whole_day or zone is self.zone:
            return self.local
        return self.at.astimezone(zone).replace(tzinfo=None)


def moment(said: Property, zone: tzinfo) -> Moment:
    """Read a date, or a time with its zone; raises Unusable."""
    found = _MOMENT.fullmatch(said.value.strip().upper())
    if found is None:
        raise Unusable(f"{said.value[:40]!r} is not a date or time")
    day = date.fromisoformat(found[1])
    if found[2] is None:
        return Moment(datetime.combine(day, time()), zone, whole_day=True)
    clock = time.fromisoformat(found[2])
    return Moment(datetime.combine(day, clock), UTC if found[3] else _zone(said, zone))


def _zone(said: Property, otherwise: tzinfo) -> tzinfo:
    try:
        return ZoneInfo(said.parameters["TZID"])
    except (KeyError, ZoneInfoNotFoundError, ValueError, OSError):
        return otherwise


def length(text: str) -> timedelta:
    """Read a duration; raises Unusable."""
    found = _DURATION.fullmatch(text.strip().upper())
    if found is None:
        raise Unusable(f"{text[:40]!r} is not a duration")
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
