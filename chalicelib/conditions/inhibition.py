"""Inhibition: whether a condition holds others back while it fires. Pure.

It holds back nothing that outlives it, and a condition that is held back holds back no other: so something
is always visible, whatever the rules say.
"""

from datetime import datetime, timedelta

from chalicelib.alert import AlertEvent
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.repeats import stale_at
from chalicelib.conditions.row import AlertState
from chalicelib.routing import Routing

BELIEVED = timedelta(minutes=15)
"""How long the row's last answer counts if nobody looks again."""


def inhibitor(row: AlertState, now: datetime, stale_after: timedelta | None) -> AlertEvent | None:
    """Return the alert of a row that may hold others back: it fires, is reported, and is not held back."""
    spec = row.spec
    stale = stale_at(spec, stale_after)
    heard = stale is None or now < stale
    shown = row.status.issue is not None and row.status.issue.open
    hidden = row.held is not None and (row.held.reason is Quiet.INHIBITED or not shown)
    return spec.alert if spec.firing and heard and not hidden else None


def holding(
    target: AlertEvent, firing: tuple[AlertState, ...], routing: Routing, at: datetime
) -> AlertState | None:
    """Find the row that holds an alert back at a time at which it had begun."""
    for row in firing:
        source, began = row.spec.alert, row.spec.began_by_our_clock
        if source and began and began <= at and any(each.holds(source, target) for each in routing.inhibit):
            return row
    return None


def held_by(row: AlertState, target: AlertEvent, routing: Routing, at: datetime) -> Held:
    """Return what holds it back; with its title only if readers of the target's repository may see it."""
    source, issue = row.spec.alert, row.status.issue
    place = routing.route(target.teams).repository.lower()
    if source is None or routing.route(source.teams).repository.lower() != place:
        return Held(Quiet.INHIBITED, at + BELIEVED, by=row.fingerprint)
    shown = issue.title if issue and issue.open else ""
    return Held(Quiet.INHIBITED, at + BELIEVED, shown or source.name or source.title, row.fingerprint)
