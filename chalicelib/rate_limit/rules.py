"""The budget: how many writes GitHub is sent, shared by every running Lambda. Pure; times are epoch seconds.

GitHub lets an installation create 80 issues and comments a minute and 500 an hour, and asks for a second
between writes (docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api,
best-practices-for-using-the-rest-api). `ask` counts creations before anything else is done for them. `turn`
spaces out the writes themselves: it is called just before sending, since a read or a token may come first.
"""

from dataclasses import dataclass, field, replace
from typing import Protocol

from chalicelib.alert import Priority
from chalicelib.conditions.calls import Kind
from chalicelib.conditions.setbacks import Denial
from chalicelib.rate_limit import creations
from chalicelib.rate_limit.creations import Minutes, Recent

FAILURES_TO_OPEN = 3
PROBE = 20.0
COMES_AGAIN = 600.0
CROWD = 10
"""This many creations within a minute show that a backlog of openings is still being worked off."""
LEAD = 0.1


GIVE_WAY = (Kind.COMMENT, Kind.BOARD)
"""Work that may use neither the reserves nor the last calls, and waits until no opening does."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked for; one `for_others` ranks as P0 because it stands for others, none of which is P0."""

    kind: Kind
    priority: Priority
    for_others: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Our limits, below GitHub's own.

    Times in seconds. One reserve is for P0 alone, and another on top of it for P0 and P1.
    """

    per_minute: int = 75
    per_hour: int = 480
    minute_reserves: tuple[int, int] = (5, 10)
    hour_reserves: tuple[int, int] = (20, 40)
    spacing: float = 1.0
    patience: float = 5.0
    breaker_first: float = 30.0
    breaker_most: float = 900.0


@dataclass(frozen=True, slots=True)
class Budget:
    """One installation's row: `minutes` counts creations by epoch minute, `recent` has the last minute's.

    `openings_wait_until` is when refused openings will have asked again, `scarce_until` when the primary
    limit resets.
    """

    minutes: Minutes = ()
    recent: Recent = ()
    next_write: float = 0.0
    openings_wait_until: float = 0.0
    scarce_until: float = 0.0
    blocked_until: float = 0.0
    secondary_limits: int = 0
    failures: int = 0
    open_until: float = 0.0
    probe_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Granted:
    """Begin it, or send it, no earlier than `at`; `budget` already includes it."""

    at: float
    budget: Budget


@dataclass(frozen=True, slots=True)
class Denied:
    """Not now; ask again at `until`. `budget`, if there is one, records who was refused."""

    until: float
    reason: Denial
    budget: Budget | None = field(default=None, compare=False)


class CallBudget(Protocol):
    """Where a call is asked for: the budget of an owner's installation."""

    def ask(self, owner: str, call: Call) -> Granted | Denied:
        """Ask for one call."""


def ask(budget: Budget, call: Call, now: float, limits: Limits) -> Granted | Denied:
    """Ask for one call: GitHub's own word comes first, then the breaker, then the limits."""
    if now < budget.blocked_until:
        return Denied(budget.blocked_until, Denial.RATE_LIMITED)
    if now < budget.scarce_until and not _vital(call):
        return Denied(budget.scarce_until, Denial.CALLS_SCARCE)
    probing = budget.failures >= FAILURES_TO_OPEN
    closed_until = max(budget.open_until, budget.probe_until)
    if probing and now < closed_until:
        return Denied(closed_until, Denial.BREAKER_OPEN)
    if probing:
        budget = replace(budget, probe_until=now + PROBE)
    return Granted(now, budget) if call.kind is Kind.READ else _write(budget, call, now, limits)


def _vital(call: Call) -> bool:
    """Whether it may use the last calls of a primary limit."""
    if call.kind is Kind.CHANGE:
        return call.priority is Priority.P0
    return call.kind not in GIVE_WAY and call.priority.urgent


def _write(budget: Budget, call: Call, now: float, limits: Limits) -> Granted | Denied:
    """Grant a write that need not wait long, either for room or behind other writes."""
    creates = call.kind in (Kind.OPEN, Kind.COMMENT)
    needs_room = creates or call.kind is Kind.BOARD
    room_at = max(now, _content_free_at(budget, call, now, limits) if needs_room else now)
    free_at = max(room_at, budget.next_write)
    if free_at - now > _patience(call, limits):
        waits = call.kind is Kind.OPEN and room_at > budget.next_write
        return Denied(free_at, Denial.BUDGET, _noted(budget, room_at) if waits else None)
    if not creates:
        return Granted(room_at, budget)
    counted = _counted(budget, room_at, now)
    return Granted(room_at, _coming(counted, room_at) if call.kind is Kind.OPEN else counted)


def _coming(budget: Budget, at: float) -> Budget:
    """Make comments give way while waiting openings arrive one after the other, refused or not."""
    crowded = len(budget.recent) >= CROWD and at < budget.openings_wait_until
    return _noted(budget, at) if crowded else budget


def _noted(budget: Budget, room_at: float) -> Budget:
    """Note that an opening waits for room: comments give way until it has asked again."""
    if room_at + COMES_AGAIN / 2 <= budget.openings_wait_until:
        return budget
    return replace(budget, openings_wait_until=room_at + COMES_AGAIN)


def turn(budget: Budget, now: float, limits: Limits, lead: float = LEAD) -> Granted:
    """Book the sending of one write, one spacing after the last one and once the booking is written.

    `lead` is how long, in seconds, writing the booking may take.
    """
    at = max(now + lead, budget.next_write)
    return Granted(at, replace(budget, next_write=at + limits.spacing))


def _patience(call: Call, limits: Limits) -> float:
    """Seconds that a call waits for its turn.

    Less important calls wait less, so that a queue never delays important ones: a P0's opening never finds a
    longer queue than a P1's opening may cause. A change for P0 waits as long as a P1's opening.
    """
    if call.kind is Kind.BOARD:
        return 0.0
    if call.kind is Kind.OPEN:
        shares = {Priority.P0: 1.0, Priority.P1: 0.8}
        return limits.patience * shares.get(call.priority, 0.6)
    if call.kind is Kind.CHANGE:
        return limits.patience * (0.8 if call.priority is Priority.P0 else 0.4)
    return limits.patience * 0.2


def _content_free_at(budget: Budget, call: Call, now: float, limits: Limits) -> float:
    """When the minute and the hour have room for a creation of this priority, and no opening waits for it."""
    in_minute = max(1, limits.per_minute - _reserved(limits.minute_reserves, call))
    in_hour = max(1, limits.per_hour - _reserved(limits.hour_reserves, call))
    ahead = budget.openings_wait_until if call.kind in GIVE_WAY else now
    return max(
        ahead,
        creations.minute_free_at(budget.recent, in_minute, now),
        creations.hour_free_at(budget.minutes, in_hour, now),
    )


def _reserved(reserves: tuple[int, int], call: Call) -> int:
    """Count what is reserved: P0's own, P1's from the rest, and twice both from work that gives way."""
    for_p0, for_p1 = reserves
    if call.for_others:
        return for_p0 // 2  # many teams may have a page each, and P0 still waits for none
    if call.kind in GIVE_WAY:
        return 2 * (for_p0 + for_p1)
    return {Priority.P0: 0, Priority.P1: for_p0}.get(call.priority, for_p0 + for_p1)


def _counted(budget: Budget, at: float, now: float) -> Budget:
    """Count a creation."""
    minutes, recent = creations.counted(budget.minutes, budget.recent, at, now)
    return replace(budget, minutes=minutes, recent=recent)
