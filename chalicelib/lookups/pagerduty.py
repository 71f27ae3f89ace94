"""PagerDuty's on-calls: whose shifts its schedules have.

developer.pagerduty.com/api-reference, "List all of the on-calls": a schedule has them only while an
escalation policy uses it, and once for each rule that does.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import urlencode

from pydantic import AwareDatetime, BaseModel, TypeAdapter

from chalicelib.conditions.on_call import OnCallUnknown
from chalicelib.conditions.shifts import Shift
from chalicelib.lookups.http import Api

PAGE, MOST_PAGES = 100, 5
LONGEST_NAME = 60
"""Code points of a name in a fault, which is kept in the table with those of all teams."""


class _User(BaseModel):
    id: str
    summary: str | None = None
    email: str | None = None


class _OnCall(BaseModel):
    user: _User
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None


class _Page(BaseModel):
    oncalls: list[_OnCall]
    more: bool | None = False


_PAGE = TypeAdapter(_Page)


def token(credential: str) -> str:
    """Return the header for an API key; `Bearer` is for OAuth only."""
    return f"Token token={credential}"


class PagerDuty:
    """Schedules of a PagerDuty account; `people` are logins by e-mail address, in lower case."""

    def __init__(self, api: Api, schedules: tuple[str, ...], people: Mapping[str, str]) -> None:
        self._api, self._schedules, self._people = api, schedules, people

    def shifts(self, since: datetime, until: datetime) -> tuple[list[Shift], list[str]]:
        """Return the shifts between two times, and whose GitHub login is not known."""
        found, strangers = dict[Shift, None](), dict[str, None]()
        for each in self._listed(since, until):
            email = (each.user.email or "").casefold()
            if login := self._people.get(email):
                # Without a start or an end it goes on for ever.
                found[Shift(login, each.start or since, each.end or until)] = None
            else:
                name = (each.user.summary or email or each.user.id)[:LONGEST_NAME]
                strangers[f"{name} is not in people"] = None
        return sorted(found, key=lambda shift: shift.begins), list(strangers)

    def _listed(self, since: datetime, until: datetime) -> Iterator[_OnCall]:
        asked = {
            "since": since.isoformat(),
            "until": until.isoformat(),
            "time_zone": "UTC",
            "limit": str(PAGE),
        }
        named = [*(("schedule_ids[]", each) for each in self._schedules), ("include[]", "users")]
        for number in range(MOST_PAGES):
            query = urlencode([*asked.items(), *named, ("offset", str(number * PAGE))])
            page = self._api.get(f"/oncalls?{query}", _PAGE)
            yield from page.oncalls
            if not page.more:
                return
        raise OnCallUnknown(f"PagerDuty lists more than {MOST_PAGES * PAGE} on-calls")
