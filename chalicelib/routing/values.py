"""Values: what the keys of the rules' files may hold; an error says what a value must be."""

import re
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from chalicelib.labels import MAX_LABEL
from chalicelib.routing.route import MOST_STORM_AT, ON_CALL


def _fits(pattern: str, what: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is not {what}")
        return value

    return AfterValidator(check)


def _length(value: object) -> timedelta:
    return _read(value, "smh", '"15m" or "1h"')


def _long(value: object) -> timedelta:
    return _read(value, "hdw", '"12h", "1d" or "1w"')


def _read(value: object, units: str, such_as: str) -> timedelta:
    form = rf"([1-9][0-9]{{0,3}})([{units}])"
    found = re.fullmatch(form, value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is not a length of time such as {such_as}")
    return int(found[1]) * _UNITS[found[2]]


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is not a time zone such as Europe/Berlin or UTC") from None


def _somebody(tier: tuple[str, ...]) -> tuple[str, ...]:
    if not tier:
        raise ValueError("a tier that names nobody")
    return tier


def _storm(value: int) -> int:
    if value == 0 or 1 < value <= MOST_STORM_AT:
        return value
    raise ValueError(f"{value} is not a number from 2 to {MOST_STORM_AT}, nor 0 for never")


_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
_UNITS |= {"d": timedelta(days=1), "w": timedelta(weeks=1)}
_LOGIN = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_MENTION = rf"@{_LOGIN}(/[A-Za-z0-9._-]+)?"
Team = Annotated[str, _fits(r"(?=.{1,45}$)[a-z0-9]+(-[a-z0-9]+)*", "a team slug such as dev-infra")]
Repository = Annotated[str, _fits(rf"{_LOGIN}/[A-Za-z0-9._-]+", "a repository as owner/name")]
Login = Annotated[str, _fits(_LOGIN, "a GitHub login")]
Mention = Annotated[str, _fits(_MENTION, "a mention such as @org/team or @login")]
Assignee = Annotated[str, _fits(f"{_LOGIN}|{ON_CALL}", f"a GitHub login or {ON_CALL}")]
Called = Annotated[
    str, _fits(f"{_MENTION}|{ON_CALL}", f"a mention such as @org/team or @login, or {ON_CALL}")
]
Runbook = Annotated[str, _fits(r"https?://[^\s<>\"`\\]+", "an http or https address")]
Label = Annotated[
    str,
    _fits(
        rf"(?!(?i:alert:|routing:|Pri:|Team:|Source:))\S(.{{0,{MAX_LABEL - 2}}}\S)?",
        f"a label of at most {MAX_LABEL} characters without one of our own prefixes",
    ),
]

Length = Annotated[timedelta, BeforeValidator(_length)]
LongLength = Annotated[timedelta, BeforeValidator(_long)]
StormAt = Annotated[int, Field(strict=True), AfterValidator(_storm)]
TimeZone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Tier = Annotated[tuple[Called, ...], AfterValidator(_somebody)]
