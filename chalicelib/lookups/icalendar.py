"""iCalendar: the events of a calendar, as far as shifts need them (RFC 5545), in linear time. Pure.

The usual library needs more space than the package has left. It also expands a rule from its start, so one
event that has recurred every second since 1970 would take minutes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from chalicelib.lookups.calendar_times import Moment, Property, Unusable, length, moment

MOST_EVENTS = 5000
LONGEST_LINE = 10_000
DAY = timedelta(days=1)

_NAME = re.compile(r"([A-Za-z0-9-]{1,50})")
_PARAMETER = re.compile(r';([A-Za-z0-9-]{1,50})=("[^"]{0,250}"|[^";:,]{0,250})')
"""Only with a single value; the parameters that we need have no more."""
_ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True, slots=True)
class Event:
    """An event; `lasts` is in local time, as people plan shifts.

    `rule` is its RRULE; `left_out` are starts that are cancelled. One with `instead_of` replaces that start
    of the event with its `uid`; `cancelled` says that it does not take place at all.
    """

    uid: str
    summary: str
    begins: Moment
    lasts: timedelta
    rule: str = ""
    left_out: frozenset[datetime] = frozenset()
    instead_of: datetime | None = None
    cancelled: bool = False


Lines = dict[str, list[Property]]


def read(text: str, zone: tzinfo) -> tuple[list[Event], list[str]]:
    """Return the events, and what is wrong with those that cannot be used.

    `zone` applies to times without a zone, and to zone names that the time zone database does not have, as
    Outlook writes them. Raises Unusable if it is not a calendar.
    """
    if not text.lstrip("\ufeff \r\n\t").upper().startswith("BEGIN:VCALENDAR"):
        raise Unusable("it is not an iCalendar file")
    events, faults = list[Event](), list[str]()
    for lines in _events(text):
        try:
            events.append(_event(lines, zone))
        except (ValueError, OverflowError) as error:
            faults.append(f"an event cannot be read: {error}")
    return events, faults


def _events(text: str) -> Iterator[Lines]:
    """Yield the lines of each VEVENT, without those of nested parts such as alarms."""
    lines, nested, count = None, 0, 0
    for line in _unfolded(text):
        upper = line[:40].upper().rstrip()
        if upper == "BEGIN:VEVENT":
            lines, nested = dict[str, list[Property]](), 0
        elif lines is not None and upper == "END:VEVENT":
            if (count := count + 1) > MOST_EVENTS:
                raise Unusable(f"it has more than {MOST_EVENTS} events")
            yield lines
            lines = None
        elif lines is not None and upper.startswith("BEGIN:"):
            nested += 1
        elif lines is not None and upper.startswith("END:"):
            nested -= 1
        elif lines is not None and not nested and (found := _property(line)):
            lines.setdefault(found[0], []).append(found[1])


def _unfolded(text: str) -> Iterator[str]:
    """Yield lines with their continuations, which begin with a blank (RFC 5545, 3.1); long ones are cut."""
    parts, length = list[str](), 0
    for line in text.splitlines():
        if line[:1] in (" ", "\t"):
            if length < LONGEST_LINE:
                parts.append(line[1:])
                length += len(line)
            continue
        yield "".join(parts)
        parts, length = [line[:LONGEST_LINE]], len(line)
    yield "".join(parts)


def _property(line: str) -> tuple[str, Property] | None:
    """Split a line into its name, its parameters and its value."""
    name = _NAME.match(line)
    if name is None:
        return None
    at, parameters = name.end(), dict[str, str]()
    while found := _PARAMETER.match(line, at):
        parameters[found[1].upper()] = found[2].strip('"')
        at = found.end()
    return (name[1].upper(), Property(line[at + 1 :], parameters)) if line[at : at + 1] == ":" else None


def _event(lines: Lines, zone: tzinfo) -> Event:
    begins = moment(_only(lines, "DTSTART"), zone)
    if lines.keys() & {"RDATE", "EXRULE"} or len(lines.get("RRULE", ())) > 1:
        raise Unusable("it has an RDATE, an EXRULE or several RRULE, which are not supported")
    left_out = (_split(each, zone) for each in lines.get("EXDATE", ()))
    instead_of = lines.get("RECURRENCE-ID")
    if instead_of and "RANGE" in instead_of[0].parameters:
        raise Unusable("it changes all that follow (RANGE), which is not supported")
    return Event(
        uid=_text(lines, "UID"),
        summary=_text(lines, "SUMMARY"),
        begins=begins,
        lasts=_lasts(lines, begins, zone),
        rule=_text(lines, "RRULE").upper(),
        left_out=frozenset(each.at for several in left_out for each in several),
        instead_of=moment(instead_of[0], zone).at if instead_of else None,
        cancelled=_text(lines, "STATUS").upper() == "CANCELLED",
    )


def _lasts(lines: Lines, begins: Moment, zone: tzinfo) -> timedelta:
    if "DTEND" in lines:
        lasts = moment(_only(lines, "DTEND"), zone).seen_in(begins.zone) - begins.local
    elif "DURATION" in lines:
        lasts = length(_text(lines, "DURATION"))
    else:
        lasts = DAY if begins.whole_day else timedelta()
    if lasts <= timedelta():
        raise Unusable("it ends when it begins, or before")
    return lasts


def _only(lines: Lines, name: str) -> Property:
    if not (found := lines.get(name)):
        raise Unusable(f"it has no {name}")
    return found[0]


def _text(lines: Lines, name: str) -> str:
    found = lines.get(name)
    return _ESCAPED.sub(_plain, found[0].value).strip() if found else ""


def _plain(escaped: re.Match[str]) -> str:
    return "\n" if escaped[1] in "nN" else escaped[1]


def _split(several: Property, zone: tzinfo) -> Iterator[Moment]:
    return (moment(Property(each, several.parameters), zone) for each in several.value.split(","))
