"""Noise: a month's figures for the conditions of a rule. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.adapters import texts, titles
from chalicelib.alert import AlertEvent
from chalicelib.conditions.tally import Month

SAMPLES = 30
"""How many times of each kind are kept of a rule, spread evenly so that the median stays about the same."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Figures added up over conditions; `opened` is by day of the month, times are in seconds.

    `url` is the newest issue of one of them.
    """

    conditions: int = 0
    opened: Mapping[int, int] = field(default_factory=dict)
    closed: int = 0
    untouched: int = 0
    flapped: int = 0
    muted: int = 0
    to_ack: tuple[int, ...] = ()
    to_resolve: tuple[int, ...] = ()
    url: str = ""

    @property
    def times(self) -> int:
        """How often an issue was opened."""
        return sum(self.opened.values())


Rules = Mapping[tuple[str, str], Noise]
"""The noise of rules, by source and name; both are empty for what was too much to list."""


def rule_of(alert: AlertEvent) -> str:
    """Name an alert's rule, without the labels that distinguish its conditions."""
    return titles.head(texts.line(alert.rule))


def of_month(month: Month, url: str) -> Noise:
    """Count one condition, whose newest issue is at `url`."""
    counts = (month.closed, month.untouched, month.flapped, month.muted)
    return Noise(1, dict(month.opened), *counts, month.to_ack, month.to_resolve, url)


def both(one: Noise, other: Noise) -> Noise:
    """Add two up."""
    days = sorted(one.opened.keys() | other.opened.keys())
    return Noise(
        conditions=one.conditions + other.conditions,
        opened={day: one.opened.get(day, 0) + other.opened.get(day, 0) for day in days},
        closed=one.closed + other.closed,
        untouched=one.untouched + other.untouched,
        flapped=one.flapped + other.flapped,
        muted=one.muted + other.muted,
        to_ack=_spread((*one.to_ack, *other.to_ack)),
        to_resolve=_spread((*one.to_resolve, *other.to_resolve)),
        url=one.url or other.url,
    )


def _spread(seconds: tuple[int, ...]) -> tuple[int, ...]:
    """Keep some of the times, in equal steps from the shortest to the longest."""
    if len(seconds) <= SAMPLES:
        return seconds
    ordered, last = sorted(seconds), len(seconds) - 1
    return tuple(ordered[round(place * last / (SAMPLES - 1))] for place in range(SAMPLES))
