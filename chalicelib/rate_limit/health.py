"""Health: what a budget says of GitHub, in words that a person asks for. Pure; times are epoch seconds."""

from chalicelib.rate_limit import creations
from chalicelib.rate_limit.rules import FAILURES_TO_OPEN, Budget, Limits


def breaker_open(budget: Budget) -> bool:
    """Whether GitHub did not answer lately; the first answer to a probe closes the breaker."""
    return budget.failures >= FAILURES_TO_OPEN


def creations_left(budget: Budget, now: float, limits: Limits) -> int:
    """How many issues and comments may still be created this hour, all reserves included."""
    return max(0, limits.per_hour - creations.in_the_hour(budget.minutes, now))


def reserved(limits: Limits) -> int:
    """How many of an hour's issues and comments are kept for P0 and P1."""
    return sum(limits.hour_reserves)


def whole_at(budget: Budget, now: float) -> float:
    """When none of the issues and comments of the last hour counts any more."""
    return max(
        [now, *((minute + creations.HOUR_OF_MINUTES) * creations.MINUTE for minute, _ in budget.minutes)]
    )


def changes(before: Budget, after: Budget) -> list[tuple[str, float | None]]:
    """Name what a report changed, each with the time until which it holds."""
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
