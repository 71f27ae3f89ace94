"""Reports: how GitHub's answers, or their absence, change the budget. Pure; times are epoch seconds."""

from dataclasses import replace

from chalicelib.rate_limit.creations import MINUTE
from chalicelib.rate_limit.rules import FAILURES_TO_OPEN, Budget, Limits

RESET_MARGIN = 1.0
LONGEST_RESET = 7200.0
SCARCE = 500
"""The last of GitHub's 5,000 calls an hour (the primary limit) are reserved for urgent work."""


def answered(budget: Budget, now: float, *, remaining: int | None, reset: float | None) -> Budget:
    """GitHub answered: the breaker closes; the last call of the primary limit blocks until its reset.

    Before that, the last calls are reserved for urgent work.
    """
    whole_at = min(reset + RESET_MARGIN, now + LONGEST_RESET) if reset and remaining is not None else 0.0
    answers = replace(
        _alive(budget),
        blocked_until=max(budget.blocked_until, whole_at if remaining == 0 else 0.0),
        scarce_until=max(
            budget.scarce_until, whole_at if remaining is not None and remaining < SCARCE else 0.0
        ),
    )
    # An answer to a call sent before a secondary limit does not mean that the limit is over.
    return answers if now < budget.blocked_until else replace(answers, secondary_limits=0)


def limited(budget: Budget, now: float, retry_at: float | None) -> Budget:
    """GitHub asked to wait: until the time it named, or if that is not in the future, for a minute, doubling.

    Workers that are refused at the same moment count as one refusal: that doubles nothing.
    """
    named = retry_at if retry_at and retry_at > now else 0.0
    again = now >= budget.blocked_until
    doubling = now + MINUTE * 2.0 ** min(budget.secondary_limits, 6)
    until = named or (doubling if again else budget.blocked_until)
    return replace(
        _alive(budget),
        blocked_until=max(budget.blocked_until, until),
        secondary_limits=budget.secondary_limits + again,
    )


def _alive(budget: Budget) -> Budget:
    """Close the breaker."""
    return replace(budget, failures=0, open_until=0.0, probe_until=0.0)


def failed(budget: Budget, now: float, limits: Limits) -> Budget:
    """GitHub did not answer: the third failure in a row opens the breaker; failed probes extend it."""
    if now < budget.open_until:
        return budget
    failures = budget.failures + 1
    if failures < FAILURES_TO_OPEN:
        return replace(budget, failures=failures)
    pause = limits.breaker_first * 2.0 ** min(failures - FAILURES_TO_OPEN, 10)
    return replace(
        budget, failures=failures, open_until=now + min(pause, limits.breaker_most), probe_until=0.0
    )
