"""The file of who is on call, `on_call.toml`: read as a whole, every fault named with its key.

docs/on_call.example.toml explains the file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NaiveDatetime,
    model_validator,
)

from chalicelib.conditions.on_call import Roster, Rosters, ShiftSource
from chalicelib.conditions.rotations import SHORTEST, Rotation
from chalicelib.conditions.shifts import Shift
from chalicelib.routing.file import parsed
from chalicelib.routing.values import Login, LongLength, Mention, Team, TimeZone
from chalicelib.setting_values import url

FILE = "on_call.toml"
MOST_TEAMS = 50
UTC_ZONE = ZoneInfo("UTC")

Fallback = Annotated[tuple[Mention, ...], Field(min_length=1)]


def _long_enough(length: timedelta) -> timedelta:
    if length < SHORTEST:
        raise ValueError(f"a shift lasts at least {SHORTEST.seconds // 3600} hours")
    return length


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class _Rotation(_Table):
    people: Annotated[tuple[Login, ...], Field(min_length=1, max_length=100)]
    starts: NaiveDatetime
    shift: Annotated[LongLength, AfterValidator(_long_enough)]


class _Override(_Table):
    person: Login
    begins: NaiveDatetime
    ends: NaiveDatetime

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends <= self.begins:
            raise ValueError("ends must come after begins")
        return self


class _Team(_Table):
    fallback: Fallback | None = None
    time_zone: TimeZone = UTC_ZONE
    rotation: _Rotation | None = None
    calendar: Annotated[str, AfterValidator(url)] = ""
    calendar_secret: str = ""
    pagerduty: tuple[Annotated[str, Field(pattern=r"^[A-Z0-9]{1,32}$")], ...] = ()
    people: dict[str, Login] = Field(default_factory=dict)
    override: tuple[_Override, ...] = ()

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [self.rotation, self.calendar, self.calendar_secret, self.pagerduty]
        if sum(map(bool, given)) != 1:
            raise ValueError("needs one of rotation, calendar, calendar_secret and pagerduty")
        return self

    def local(self, at: datetime) -> datetime:
        """Return a local time of the team in UTC."""
        return at.replace(tzinfo=self.time_zone).astimezone(UTC)


class _File(_Table):
    fallback: Fallback
    team: Annotated[dict[Team, _Team], Field(max_length=MOST_TEAMS)] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask for the shifts of a team: its calendar, or schedules of PagerDuty.

    `calendar_secret` is the name of the calendar's address in the App's secret. `people` maps names in
    calendars, or e-mail addresses in PagerDuty, to logins; in lower case.
    """

    team: str
    zone: ZoneInfo
    people: Mapping[str, str]
    calendar: str = ""
    calendar_secret: str = ""
    schedules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OnCallFile:
    """What the file says."""

    rosters: Rosters
    asked: tuple[Asked, ...]


def load(text: str) -> OnCallFile:
    """Read the file; raises ConfigurationError with every fault and its key."""
    file = parsed(_File, text, FILE)
    teams = {name: _roster(name, team, file.fallback) for name, team in file.team.items()}
    return OnCallFile(Rosters(teams, file.fallback), tuple(_asked(file)))


def _roster(name: str, team: _Team, fallback: tuple[str, ...]) -> Roster:
    turns = team.rotation
    return Roster(
        team=name,
        fallback=team.fallback or fallback,
        rotation=Rotation(turns.people, turns.starts, turns.shift, team.time_zone) if turns else None,
        overrides=tuple(
            Shift(each.person, team.local(each.begins), team.local(each.ends)) for each in team.override
        ),
        source=None if turns else ShiftSource.PAGERDUTY if team.pagerduty else ShiftSource.CALENDAR,
    )


def _asked(file: _File) -> Iterator[Asked]:
    for name, team in file.team.items():
        if team.rotation is None:
            people = {each.strip().casefold(): login for each, login in team.people.items()}
            schedules = team.pagerduty
            yield Asked(name, team.time_zone, people, team.calendar, team.calendar_secret, schedules)
