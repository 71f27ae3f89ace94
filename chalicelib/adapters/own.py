"""Alerts of our own: Alerting is their provider, and what sets them apart from others is said here.

A row of one is recorded, opened, updated and closed as any other. Its content is JSON in `raw_provider`, as
the module of its name in this folder writes and reads it; `render/own_pages.py` writes its page. Their names
are reserved, as the canary's is: no webhook and no emitter takes them. Without pydantic: the webhook loads
this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

STORM, INCIDENT, REVIEW = "alerting-storm", "alerting-incident", "alerting-noise-review"
CANARY = "canary"


@dataclass(frozen=True, slots=True)
class Own:
    """What plan and the budget do otherwise for a source of our own than for a provider's.

    `updates_every` is how soon its page is written again, `urgent` whether its opening may use what the
    budget reserves for P0, `calls` whether people are assigned to it. None is ever stale, and what is
    recorded again brings no comment. `declared` says that people declare and end it: nothing holds it back,
    nobody is called to it later, and at its end its issue is closed, whatever its team prefers.
    """

    name: str
    updates_every: timedelta
    urgent: bool = False
    calls: bool = True
    declared: bool = False
    shown_as: str = "Alerting"


OWN: Mapping[str, Own] = {
    each.name: each
    for each in (
        Own(STORM, timedelta(seconds=45), urgent=True),
        Own(INCIDENT, timedelta(seconds=60), urgent=True, declared=True),
        Own(REVIEW, timedelta(minutes=10), calls=False),
    )
}

RESERVED = frozenset({CANARY, *OWN})
"""Sources that nobody outside of this program may name."""


def calls(source: str) -> bool:
    """Whether people are assigned to the issues of a source."""
    return source not in OWN or OWN[source].calls


def updates_every(source: str, others: timedelta) -> timedelta:
    """Say how soon the page of a source's alert is written again; `others` is what holds for providers."""
    return min(OWN[source].updates_every, others) if source in OWN else others


def declared(source: str) -> bool:
    """Whether people declare the alerts of a source, and say when they are over."""
    return source in OWN and OWN[source].declared
