"""Tally: what a row records of what became of its issues. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Month:
    """A month's figures; the month is written as `2026-11`.

    `opened` says how many issues we opened or reopened, by day of the month. `untouched` counts the `closed`
    ones to which nobody did anything; `flapped` and `muted` those that began to flap or were muted. `to_ack`
    and `to_resolve` are seconds from the opening, for the newest few.
    """

    name: str
    opened: tuple[tuple[int, int], ...] = ()
    closed: int = 0
    untouched: int = 0
    flapped: int = 0
    muted: int = 0
    to_ack: tuple[int, ...] = ()
    to_resolve: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening of an issue that is still open, by our clock, and what has been counted for it."""

    at: datetime
    acked: bool = False
    touched: bool = False
    flapped: bool = False
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """The newest months in which something happened, and the opening that is still open."""

    months: tuple[Month, ...] = ()
    opening: Opening | None = None

    def month(self, name: str) -> Month:
        """Return a month; one without figures if nothing happened in it."""
        return next((month for month in self.months if month.name == name), Month(name))
