"""The file of maintenance windows, `maintenance.toml`: read as a whole, every fault named with its key.

docs/maintenance.example.toml explains the file.
"""

import re
from datetime import UTC, time, timedelta
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from chalicelib.conditions.clocks import LONG_AGO
from chalicelib.conditions.windows import LONGEST, Recurring, Rule, Scope, Window
from chalicelib.routing.file import parsed
from chalicelib.routing.values import Length, Team, TimeZone

FILE = "maintenance.toml"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _day(value: object) -> int:
    if value not in DAYS:
        raise ValueError(f"{value!r} is not a day of the week such as sunday")
    return DAYS.index(str(value))


def _time(value: object) -> time:
    if not isinstance(value, str) or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError(f'{value!r} is not a time of day such as "02:30"')
    return time.fromisoformat(value)


def _bounded(length: timedelta) -> timedelta:
    if length > LONGEST:
        raise ValueError(f"longer than {LONGEST.days} days")
    return length


class _Window(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    all: bool = False
    teams: frozenset[Team] = frozenset()
    sources: frozenset[str] = frozenset()
    labels: dict[str, str] = Field(default_factory=dict)
    begins: AwareDatetime | None = None
    ends: AwareDatetime | None = None
    days: frozenset[Annotated[int, BeforeValidator(_day)]] | None = None
    at: Annotated[time, BeforeValidator(_time)] | None = None
    lasts: Annotated[Length, AfterValidator(_bounded)] | None = None
    time_zone: TimeZone | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        once, again = (self.begins, self.ends), (self.days, self.at, self.lasts, self.time_zone)
        if not (all(once) and not any(again)) and not (not any(once) and self.days and all(again)):
            raise ValueError("needs begins and ends, or days, at, lasts and time_zone")
        if self.begins and self.ends and not timedelta() < self.ends - self.begins <= LONGEST:
            raise ValueError(f"ends must come after begins, by at most {LONGEST.days} days")
        if self.all == bool(self.teams or self.sources or self.labels):
            raise ValueError("needs teams, sources or labels, or all = true, which covers every alert")
        return self

    def rule(self) -> Rule:
        """Return the window that it describes."""
        scope = Scope("", self.teams, self.sources, tuple(sorted(self.labels.items())))
        if self.days and self.at is not None and self.lasts and self.time_zone:
            return Recurring(self.days, self.at, self.lasts, self.time_zone, scope, self.reason)
        begins, ends = self.begins or LONG_AGO, self.ends or LONG_AGO
        return Window(begins.astimezone(UTC), ends.astimezone(UTC), scope, self.reason)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    window: list[_Window] = Field(default_factory=list)


def load(text: str) -> tuple[Rule, ...]:
    """Read the windows; raises ConfigurationError with every fault and its key."""
    file = parsed(_File, text, FILE)
    return tuple(each.rule() for each in file.window)
