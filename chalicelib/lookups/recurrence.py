"""Recurrence: when events take place, computed for the days in question. Pure.

Daily and weekly rules are enough for shifts; others are reported as not supported.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.lookups.calendar_times import Moment, Property, Unusable, moment
from chalicelib.lookups.icalendar import Event

WEEK = timedelta(days=7)
LONGEST = timedelta(days=31)
"""The longest event that may recur: a longer one would overlap itself too often."""
LARGEST = 10_000
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
KNOWN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an event takes place."""

    event: Event
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for some days of the week, 0 being the first, in every `every`-th week.

    A daily one is a weekly rule with weeks of one day. At most `count` times, none after `until`.
    """

    week: timedelta
    first: datetime
    days: tuple[int, ...]
    every: int
    count: int | None
    until: Moment | None


def occurrences(
    events: Iterable[Event], since: datetime, until: datetime
) -> tuple[list[Occurrence], list[str]]:
    """Return what takes place between two times, and what is wrong with events that cannot be used."""
    every, found, faults = list(events), list[Occurrence](), list[str]()
    instead = {(each.uid, each.instead_of) for each in every if each.instead_of}
    for event in every:
        try:
            happening = list(_within(event, since, until))
        except (ValueError, OverflowError) as error:
            faults.append(f"the rule of an event cannot be used: {error}")
            continue
        replaced = () if event.instead_of else instead
        found += [each for each in happening if (event.uid, each.begins) not in replaced]
    return sorted(found, key=lambda each: each.begins), faults


def _within(event: Event, since: datetime, until: datetime) -> Iterator[Occurrence]:
    if event.cancelled:
        return
    starts = _starts(event, since, until) if event.rule and not event.instead_of else (event.begins.local,)
    for local in starts:
        begins = replace(event.begins, local=local).at
        ends = replace(event.begins, local=local + event.lasts).at
        if begins < until and ends > since and begins not in event.left_out:
            yield Occurrence(event, begins, ends)


def _starts(event: Event, since: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the local starts of a recurring event around some days."""
    if event.lasts > LONGEST:
        raise Unusable(f"it lasts more than {LONGEST.days} days and recurs")
    rule, begins = _rule(event), event.begins
    local = since.astimezone(begins.zone).replace(tzinfo=None) - event.lasts
    step = rule.week * rule.every
    turn = max(0, (local - rule.first) // step - 1)
    skipped = sum(rule.first + timedelta(days=day) < begins.local for day in rule.days)
    last = until.astimezone(begins.zone).replace(tzinfo=None) + WEEK
    while (week := rule.first + turn * step) <= last:
        for place, day in enumerate(rule.days):
            start = week + timedelta(days=day)
            number = turn * len(rule.days) + place - skipped
            if start >= begins.local and (rule.count is None or number < rule.count):
                if rule.until and _after(start, rule.until, begins):
                    return
                yield start
        turn += 1


def _after(start: datetime, until: Moment, begins: Moment) -> bool:
    """Whether a start is after UNTIL, which is a date, a local time, or a time in UTC."""
    if until.whole_day:
        return start.date() > until.local.date()
    return replace(begins, local=start).at > until.at


def _rule(event: Event) -> Rule:
    parts = dict(_part(each) for each in event.rule.strip(";").split(";"))
    frequency, begins = parts.get("FREQ"), event.begins.local
    every = _number(parts.get("INTERVAL", "1"))
    if parts.keys() - KNOWN or frequency not in ("DAILY", "WEEKLY"):
        raise Unusable(f"{event.rule[:60]!r} is not supported, only daily and weekly rules are")
    count = _number(parts["COUNT"]) if "COUNT" in parts else None
    until = moment(Property(parts["UNTIL"], {}), event.begins.zone) if "UNTIL" in parts else None
    if frequency == "DAILY" and "BYDAY" not in parts:
        return Rule(timedelta(days=1), begins, (0,), every, count, until)
    if frequency == "DAILY" and every > 1:
        raise Unusable(f"{event.rule[:60]!r} is not supported")
    monday = DAYS.index(parts.get("WKST", "MO"))
    first = begins - timedelta(days=(begins.weekday() - monday) % 7)
    named = parts["BYDAY"].split(",") if "BYDAY" in parts else [DAYS[begins.weekday()]]
    days = tuple(sorted({(DAYS.index(each) - monday) % 7 for each in named}))
    return Rule(WEEK, first, days, every, count, until)


def _part(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Unusable(f"{text[:40]!r} is not a part of a rule")
    return name, value


def _number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 0 < int(text) <= LARGEST:
        raise Unusable(f"{text[:40]!r} is not a number from 1 to {LARGEST}")
    return int(text)
