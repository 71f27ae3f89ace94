"""Health: what a budget says about GitHub, for people who ask. Pure; times are epoch seconds."""

from chalicelib.rate_limit import creations
from chalicelib.rate_limit.rules import FAILURES_TO_OPEN, Budget, Limits


def breaker_open(budget: Budget) -> bool:
    """Whether GitHub has not answered lately; the first answer to a probe closes the breaker."""
    return budget.failures >= FAILURES_TO_OPEN


def creations_left(budget: Budget, now: float, limits: Limits) -> int:
    """How many issues and comments may still be created this hour, including all reserves."""
    return max(0, limits.per_hour - creations.in_the_hour(budget.minutes, now))


def reserved(limits: Limits) -> int:
    """How many of an hour's issues and comments are reserved for P0 and P1."""
    return sum(limits.hour_reserves)


def whole_at(budget: Budget, now: float) -> float:
    """When all the issues and comments of the last hour have stopped counting."""
    return max(
        [now, *((minute + creations.HOUR_OF_MINUTES) * creations.MINUTE for minute, _ in budget.minutes)]
    )


def changes(before: Budget, after: Budget) -> list[tuple[str, float | None]]:
    """Name the changes that a report made, each with the time until which it lasts."""
    found: list[tuple[str, float | None]] = []
    if breaker_open(after) and not breaker_open(before):
        found.append(("BREAKER_OPENED", after.open_until))
    if breaker_open(before) and not breaker_open(after):
        found.append(("BREAKER_CLOSED", None))
    if after.blocked_until > before.blocked_until:
        found.append(("RATE_LIMITED", after.blocked_until))
    if after.scarce_until > before.scarce_until:
        found.append(("CALLS_SCARCE", after.scarce_until))
    return found
