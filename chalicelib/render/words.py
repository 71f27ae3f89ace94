"""Words for times, priorities and sources; and which texts are only figures."""

import re
from datetime import datetime, timedelta

from chalicelib.alert import Priority
from chalicelib.conditions.spec import Episode
from chalicelib.quantities import counted

SEVERITIES = {Priority.P0: "critical", Priority.P1: "high", Priority.P2: "medium", Priority.P3: "low"}
MINUTE = timedelta(minutes=1)

# `93`, `B = 97.2`, `cpu usage = 12 %`: a name of up to three words is still not a sentence.
_FIGURE = re.compile(
    r"(?:[\w.-]+(?:\ [\w.-]+){0,2}\ =\ )? [-+]? (?:\d[\d.,]*(?:e[-+]?\d+)? | nan | inf) \s?%?",
    re.IGNORECASE | re.VERBOSE,
)
_BETWEEN = re.compile(r"[,;]\s+")


def moment(at: datetime, on: datetime | None = None) -> str:
    """Say `03:10 UTC (2026-11-23)`; without the date if it is that of `on`."""
    day, time = at.isoformat("T", "minutes")[:16].split("T")
    return f"{time} UTC" if on and on.date() == at.date() else f"{time} UTC ({day})"


def duration(length: timedelta) -> str:
    """Say how long in the two largest units; a negative length (clocks differ) is under a minute."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    while not units[0][0]:
        units.pop(0)
    return " ".join(counted(number, unit) for number, unit in units[:2] if number)


def figures(text: str) -> bool:
    """Whether a text says no more than numbers, such as `B = 97.2, C = 1`."""
    return all(_FIGURE.fullmatch(part) for part in _BETWEEN.split(text.strip()))


def period(episode: Episode) -> str:
    """Say `03:10 to 03:25 UTC (2026-11-23)`."""
    if episode.began.date() == episode.ended.date():
        return f"{episode.began:%H:%M} to {moment(episode.ended)}"
    return f"{moment(episode.began)} to {moment(episode.ended)}"
