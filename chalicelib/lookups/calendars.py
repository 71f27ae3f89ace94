"""A calendar's shifts: each event is one, whose title names the person."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from chalicelib.conditions.on_call import OnCallUnknown
from chalicelib.conditions.shifts import Shift
from chalicelib.lookups import icalendar, recurrence
from chalicelib.lookups.calendar_times import Unusable

LARGEST = 2 * 1024 * 1024
"""The largest calendar, in bytes; it is read in a few hundred milliseconds."""
LOGIN = re.compile(r"@?([A-Za-z0-9][A-Za-z0-9_-]{0,99})")

Read = Callable[[], bytes]
"""Reads the calendar; raises OnCallUnknown."""


class Calendar:
    """A calendar at an address; `people` are logins by the titles of events, in lower case."""

    def __init__(self, fetch: Read, people: Mapping[str, str], zone: tzinfo) -> None:
        self._fetch, self._people, self._zone = fetch, people, zone

    def shifts(self, since: datetime, until: datetime) -> tuple[list[Shift], list[str]]:
        """Return the shifts between two times, and what in the calendar cannot be used."""
        text = self._fetch().decode("utf-8", errors="replace")
        try:
            events, faults = icalendar.read(text, self._zone)
        except Unusable as error:
            raise OnCallUnknown(f"the calendar cannot be read: {error}") from None
        found, more = recurrence.occurrences(events, since, until)
        known = [(each, self._login(each.event.summary)) for each in found]
        strangers = dict.fromkeys(each.event.summary[:60] for each, login in known if not login)
        faults += [*more, *(f"{name!r} is not a GitHub login, nor in people" for name in strangers)]
        return [Shift(login, each.begins, each.ends) for each, login in known if login], faults

    def _login(self, title: str) -> str:
        found = LOGIN.fullmatch(title)
        return self._people.get(title.casefold(), found[1] if found else "")
