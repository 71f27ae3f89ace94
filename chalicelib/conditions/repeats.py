"""Repeats: how often a source repeats a firing alert, and when a report is overdue. Pure.

A source reports nothing about an alert that is silenced, inhibited or muted, not even that it has ended.
"""

from datetime import datetime, timedelta

from chalicelib.adapters import registry
from chalicelib.alert import AlertEvent
from chalicelib.conditions.spec import Spec

NEVER = timedelta()
SHORTEST = timedelta(hours=1)
SHOWN = 3
"""How many repeats within an episode show that a source repeats, if that is not known beforehand."""

MISSED = 3


def learned(spec: Spec, alert: AlertEvent, heard_at: datetime) -> timedelta | None:
    """Return how often a firing alert is repeated, now that it was reported again at `heard_at`."""
    gap, usual = heard_at - spec.seen_at, registry.repeats(alert)
    if usual == NEVER or gap <= timedelta():
        return spec.repeats_every
    return max(SHORTEST, towards(gap, spec.repeats_every or usual or gap))


def towards(gap: timedelta, known: timedelta) -> timedelta:
    """Move a known interval towards a gap between two messages.

    The largest gap counts, since all alerts of a group are sent again whenever one of them changes. A gap
    shortens the known interval by at most half the interval, so that a busy group does not hide a long
    interval, and lengthens it by no more than was tolerated, so that one long silence does not hide later
    ones.
    """
    return min(max(gap, known - gap / 2), known * MISSED)


def every(spec: Spec) -> timedelta | None:
    """Return how often its source repeats a firing alert; None if it does not, as far as is known."""
    usual = _usual(spec)
    if usual == NEVER:
        return None
    shown = spec.repeats_every if spec.count > SHOWN or usual else None
    return shown or usual


def stale_at(spec: Spec, after: timedelta | None) -> datetime | None:
    """Return when a firing alert will be stale.

    That is after three intervals or, if it is set, `after`; a zero `after` means never.
    """
    if after is None:
        interval = every(spec)
        return spec.seen_at + interval * MISSED if interval else None
    return spec.seen_at + after if _usual(spec) and after else None


def _usual(spec: Spec) -> timedelta | None:
    """Return how often its source repeats by default; None if that is not known beforehand."""
    return registry.repeats(spec.alert) if spec.alert else NEVER
