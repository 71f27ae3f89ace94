"""Alerts of our own: Alerting is their provider. This module says how they differ from others.

Their rows are recorded, opened, updated and closed like all others. Their content is JSON in `raw_provider`,
which the module of the same name in this folder writes and reads; `render/own_pages.py` writes their pages.
Their names are reserved, as the canary's is: no webhook and no emitter accepts them. This module does not use
pydantic, because the webhook loads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

STORM, INCIDENT, REVIEW = "alerting-storm", "alerting-incident", "alerting-noise-review"
CANARY = "canary"
SHOWN_AS = "Alerting"


@dataclass(frozen=True, slots=True)
class Own:
    """How plan and the budget treat a source of our own differently from a provider's.

    `updates_every` is how soon its page is written again, `urgent` whether its opening may use what the
    budget reserves for P0, `calls` whether people are assigned to it. These alerts never become stale, and
    recording one again adds no comment. `closes` says that when it ends its issue is closed, whatever its
    team prefers, so that the next one calls people again. `declared` says that people declare and end it:
    nothing holds it back, and nobody is called to it later.
    """

    updates_every: timedelta = timedelta.max
    urgent: bool = False
    calls: bool = True
    closes: bool = False
    declared: bool = False


OWN: Mapping[str, Own] = {
    STORM: Own(timedelta(seconds=45), urgent=True, closes=True),
    INCIDENT: Own(timedelta(seconds=60), urgent=True, closes=True, declared=True),
    REVIEW: Own(timedelta(minutes=10), calls=False),
}

RESERVED = frozenset({CANARY, *OWN})
"""Source names that only this program may use."""


def of(source: str) -> Own:
    """Return how a source is treated; one of a provider has no special treatment."""
    return OWN.get(source, Own())
