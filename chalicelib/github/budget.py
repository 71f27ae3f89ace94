"""The budget: how many writes GitHub is sent, shared by every running Lambda. Pure; times are epoch seconds.

GitHub lets an installation create 80 issues and comments a minute and 500 an hour, and asks for a second
between writes (docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api,
best-practices-for-using-the-rest-api). Creations of the last 61 minutes are counted by the minute, so that
any hour holds, and those of the last minute one by one.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from chalicelib.alert import Priority

MINUTE = 60.0
HOUR_OF_MINUTES = 61
FAILURES_TO_OPEN = 3
PROBE = 20.0
RESET_MARGIN = 1.0
LONGEST_RESET = 7200.0


class Kind(StrEnum):
    """What a call does, most important first: openings and comments create content, changes only write."""

    OPEN = "OPEN"
    CHANGE = "CHANGE"
    COMMENT = "COMMENT"
    READ = "READ"


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked for."""

    kind: Kind
    priority: Priority


@dataclass(frozen=True, slots=True)
class Limits:
    """Ours, below GitHub's own.

    Times in seconds. A reserve is kept for P0, and one above it for P0 and P1.
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
    """One installation's row: `minutes` counts creations by epoch minute, `recent` has the last minute's."""

    minutes: tuple[tuple[int, int], ...] = ()
    recent: tuple[float, ...] = ()
    next_write: float = 0.0
    blocked_until: float = 0.0
    secondary_limits: int = 0
    failures: int = 0
    open_until: float = 0.0
    probe_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Granted:
    """Send it, not before `at`; `budget` has it booked."""

    at: float
    budget: Budget


@dataclass(frozen=True, slots=True)
class Refused:
    """Not now; ask again at `until`."""

    until: float
    reason: str


def ask(budget: Budget, call: Call, now: float, limits: Limits) -> Granted | Refused:
    """Ask for one call: GitHub's own word first, then the breaker, then the limits."""
    if now < budget.blocked_until:
        return Refused(budget.blocked_until, "RATE_LIMITED")
    probing = budget.failures >= FAILURES_TO_OPEN
    closed_until = max(budget.open_until, budget.probe_until)
    if probing and now < closed_until:
        return Refused(closed_until, "BREAKER_OPEN")
    if probing:
        budget = replace(budget, probe_until=now + PROBE)
    return Granted(now, budget) if call.kind is Kind.READ else _write(budget, call, now, limits)


def _write(budget: Budget, call: Call, now: float, limits: Limits) -> Granted | Refused:
    creates = call.kind in (Kind.OPEN, Kind.COMMENT)
    free_at = max(now, budget.next_write, _content_free_at(budget, call, now, limits) if creates else now)
    if free_at - now > _patience(call, limits):
        return Refused(free_at, "BUDGET")
    booked = replace(budget, next_write=free_at + limits.spacing)
    return Granted(free_at, _counted(booked, free_at) if creates else booked)


def _patience(call: Call, limits: Limits) -> float:
    """Seconds a call waits for its turn.

    The less it matters the less, so that a queue never holds up what matters.
    """
    if call.kind is Kind.OPEN:
        return limits.patience if call.priority.urgent else limits.patience * 0.6
    return limits.patience * (0.4 if call.kind is Kind.CHANGE else 0.2)


def _content_free_at(budget: Budget, call: Call, now: float, limits: Limits) -> float:
    """When the minute and the hour next have room for a creation of this priority."""
    in_minute = max(1, limits.per_minute - _reserved(limits.minute_reserves, call))
    in_hour = max(1, limits.per_hour - _reserved(limits.hour_reserves, call))
    recent = sorted(at for at in budget.recent if at > now - MINUTE)
    minute_free = recent[len(recent) - in_minute] + MINUTE if len(recent) >= in_minute else now
    return max(minute_free, _hour_free_at(budget, in_hour, now))


def _hour_free_at(budget: Budget, in_hour: int, now: float) -> float:
    current = int(now // MINUTE)
    counted = [(minute, count) for minute, count in budget.minutes if minute > current - HOUR_OF_MINUTES]
    surplus = sum(count for _, count in counted) - in_hour
    for minute, count in sorted(counted):
        if surplus < 0:
            break
        surplus -= count
        if surplus < 0:
            return (minute + HOUR_OF_MINUTES) * MINUTE
    return now


def _reserved(reserves: tuple[int, int], call: Call) -> int:
    """Count what is kept back: P0's own from all others, P1's from the rest, as much again from comments."""
    for_p0, for_p1 = reserves
    if call.kind is Kind.COMMENT:
        return 2 * (for_p0 + for_p1)
    return {Priority.P0: 0, Priority.P1: for_p0}.get(call.priority, for_p0 + for_p1)


def _counted(budget: Budget, at: float) -> Budget:
    current = int(at // MINUTE)
    minutes = {minute: count for minute, count in budget.minutes if minute > current - HOUR_OF_MINUTES}
    minutes[current] = minutes.get(current, 0) + 1
    recent = tuple(time for time in budget.recent if time > at - MINUTE)
    return replace(budget, minutes=tuple(sorted(minutes.items())), recent=(*recent, at))


def answered(budget: Budget, now: float, *, remaining: int | None, reset: float | None) -> Budget:
    """GitHub answered: the breaker closes; the last call of a primary limit blocks until its reset."""
    used_up = remaining == 0 and reset is not None
    until = min(reset + RESET_MARGIN, now + LONGEST_RESET) if used_up and reset else 0.0
    answers = replace(_alive(budget), blocked_until=max(budget.blocked_until, until))
    # An answer to a call from before a secondary limit does not tell that the limit is over.
    return answers if now < budget.blocked_until else replace(answers, secondary_limits=0)


def limited(budget: Budget, now: float, retry_at: float | None) -> Budget:
    """GitHub asked to wait: until its time, or for a minute, doubling, where it named none that is to come.

    Workers that are told at once are told the same: that doubles nothing.
    """
    named = retry_at if retry_at and retry_at > now else 0.0
    again = now >= budget.blocked_until
    until = named or (now + MINUTE * 2.0 ** min(budget.secondary_limits, 6) if again else 0.0)
    return replace(
        _alive(budget),
        blocked_until=max(budget.blocked_until, until),
        secondary_limits=budget.secondary_limits + again,
    )


def _alive(budget: Budget) -> Budget:
    """Close the breaker."""
    return replace(budget, failures=0, open_until=0.0, probe_until=0.0)


def failed(budget: Budget, now: float, limits: Limits) -> Budget:
    """GitHub did not answer: the third time in a row opens the breaker, each failed probe for longer."""
    if now < budget.open_until:
        return budget
    failures = budget.failures + 1
    if failures < FAILURES_TO_OPEN:
        return replace(budget, failures=failures)
    pause = limits.breaker_first * 2.0 ** min(failures - FAILURES_TO_OPEN, 10)
    return replace(
        budget, failures=failures, open_until=now + min(pause, limits.breaker_most), probe_until=0.0
    )
